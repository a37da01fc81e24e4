"""Who is responsible: member × (area or street) × role × from/to dates."""

import datetime as dt
from typing import Self

import pghistory
from django.conf import settings
from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from grid.models.areas import Area
from grid.models.streets import Street


class ResponsibilityQuerySet(models.QuerySet):
    def on(self, day: dt.date) -> Self:
        """Responsibilities in force on that day, the last day included."""
        ends = models.Q(ends_on=None) | models.Q(ends_on__gte=day)
        return self.filter(ends, starts_on__lte=day)


@pghistory.track()
class Responsibility(models.Model):
    """One member may hold many; ended ones stay as history."""

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        related_name="responsibilities",
        verbose_name=_("member"),
    )
    role = models.CharField(_("role"), max_length=13, choices=Role.choices)
    area = models.ForeignKey(
        Area,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="responsibilities",
        verbose_name=_("area"),
    )
    street = models.ForeignKey(
        Street,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="responsibilities",
        verbose_name=_("street"),
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)

    objects = ResponsibilityQuerySet.as_manager()

    class Meta:
        verbose_name = _("responsibility")
        verbose_name_plural = _("responsibilities")
        constraints = [
            models.CheckConstraint(
                name="responsibility_for_area_or_street",
                condition=models.Q(area=None) ^ models.Q(street=None),
            ),
            models.CheckConstraint(
                name="responsibility_ends_after_start",
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.member}: {self.area or self.street}"
