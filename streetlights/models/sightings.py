"""Who saw which lamp lit or dark, and when."""

from typing import Self

import pgtrigger
from django.conf import settings
from django.contrib.gis.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from streetlights.models.circuits import Circuit


class LampSightingQuerySet(models.QuerySet):
    def of_circuit(self, circuit: Circuit) -> Self:
        return self.filter(lamp__fed_by__circuit=circuit)


class LampSighting(models.Model):
    """That a lamp was lit or dark at a time. Never changed: a later look is another row."""

    class State(models.TextChoices):
        LIT = "lit", _("lit")
        DARK = "dark", _("dark")

    class Source(models.TextChoices):
        MEMBER = "member", _("member")
        RESIDENT = "resident", _("resident")
        PATROL = "patrol", _("patrol")
        IMPORT = "import", _("import")
        SAMPLE = "sample", _("sample")

    lamp = models.ForeignKey(
        "Lamp", models.CASCADE, related_name="sightings", verbose_name=_("lamp")
    )
    state = models.CharField(_("state"), max_length=4, choices=State.choices)
    seen_at = models.DateTimeField(_("seen"))
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="lamp_sightings",
        verbose_name=_("member"),
    )
    source = models.CharField(
        _("source"), max_length=8, choices=Source.choices, default=Source.MEMBER
    )

    objects = LampSightingQuerySet.as_manager()

    class Meta:
        verbose_name = _("sighting of a lamp")
        verbose_name_plural = _("sightings of lamps")
        ordering = ["-seen_at", "-pk"]
        indexes = [models.Index(fields=["lamp", "-seen_at"], name="lamp_sighting_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["lamp", "member", "seen_at"],
                condition=~models.Q(member=None),
                name="lamp_sighting_once",
            )
        ]
        triggers = [pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.lamp}: {self.get_state_display()}"
