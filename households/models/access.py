"""Who looked at what is held about a household, when and why."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from households.models.guarded import Guarded


class Looked(models.TextChoices):
    """What was looked at, or done."""

    PAGE = "page", _("page")
    SHEET = "sheet", _("sheet")
    EXPORT = "export", _("export")
    TABLET = "tablet", _("tablet")
    CHANGE = "change", _("change")
    ERASURE = "erasure", _("erasure")


class AccessRecord(Guarded):
    """One look at a household. Append-only: the database refuses to change or delete it.

    Only the job ``retention`` deletes records that are old enough. The household is named by its
    id alone, which still says who looked when it has been erased.
    """

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("member")
    )
    #: None: from outside somebody looked for a household behind a door, and there was none.
    household = models.UUIDField(_("household"), null=True)
    #: Of ``area`` at that time, for auditors, who see by code.
    area_code = models.CharField(_("code of the cell"), max_length=15)
    at = models.DateTimeField(_("at"))
    looked = models.CharField(_("looked at"), max_length=7, choices=Looked.choices)
    why = models.CharField(_("why"), max_length=200, blank=True)
    outside = models.BooleanField(_("outside the own area"), default=False)

    class Meta:
        verbose_name = _("access record")
        verbose_name_plural = _("access records")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(fields=["household", "at"], name="access_household"),
            models.Index(fields=["area", "at"], name="access_area"),
            models.Index(
                fields=["area_code", "at"],
                name="access_code",
                opclasses=["varchar_pattern_ops", "timestamptz_ops"],
            ),
            models.Index(fields=["at"], name="access_at"),
            models.Index(
                fields=["member", "at"], name="access_outside", condition=models.Q(outside=True)
            ),
        ]
