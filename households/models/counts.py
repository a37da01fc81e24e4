"""Figures of care that everybody may see, already made safe."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CareCount(models.Model):
    """A count of one week for one area as it is published, never the count itself.

    ``shown`` is a whole number from 5 upwards, ``<5``, or empty where the number would give
    another away by subtraction (publish/small_counts.py). A job writes it; what it was made from
    stays behind row-level security.
    """

    class Kind(models.TextChoices):
        PLANS = "plans", _("households with a care plan")
        DUE = "due", _("households with a visit due")

    week = models.DateField(_("week from"), help_text=_("Its Monday."))
    kind = models.CharField(_("kind"), max_length=5, choices=Kind.choices)
    area_code = models.CharField(_("code of the area"), max_length=15)
    shown = models.CharField(_("shown"), max_length=12, blank=True)

    class Meta:
        verbose_name = _("count of care")
        verbose_name_plural = _("counts of care")
        constraints = [
            models.UniqueConstraint(fields=["week", "kind", "area_code"], name="care_count_once")
        ]

    def __str__(self) -> str:
        return f"{self.area_code} {self.kind} {self.week}: {self.shown}"
