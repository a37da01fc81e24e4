"""Figures of care that everybody may see, already made safe."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CareCount(models.Model):
    """A count of one week for one area as it is published, never the count itself.

    It lies in [low, high], both included (publish/small_counts.py): 0 to 4 reads "<5". A job
    writes it (publish/care_counts.py); what it was made from stays behind row-level security.
    """

    class Kind(models.TextChoices):
        PLANS = "plans", _("households with a care plan")
        DUE = "due", _("households with a visit due")
        DONE = "done", _("households visited in the week before")

    week = models.DateField(_("week from"), help_text=_("Its Monday."))
    kind = models.CharField(_("kind"), max_length=5, choices=Kind.choices)
    area_code = models.CharField(_("code of the area"), max_length=15)
    low = models.PositiveIntegerField(_("at least"))
    high = models.PositiveIntegerField(_("at most"))

    class Meta:
        verbose_name = _("count of care")
        verbose_name_plural = _("counts of care")
        constraints = [
            models.UniqueConstraint(fields=["week", "kind", "area_code"], name="care_count_once"),
            models.CheckConstraint(
                name="care_count_is_none_of_few",
                condition=models.Q(low__lte=models.F("high"), high__gte=4)
                & (models.Q(low=0) | models.Q(low__gte=5)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area_code} {self.kind} {self.week}: {self.low}–{self.high}"
