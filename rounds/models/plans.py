"""Which areas are inspected how often, by whom, and what is looked at."""

import datetime as dt
import uuid
from typing import Self

import pghistory
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Role
from grid.models import Area, Level

#: Who makes the rounds of an area, by its level; the first is the usual one.
ROLES: dict[int, tuple[Role, ...]] = {
    Level.CELL: (Role.WORKER,),
    Level.COMMUNITY: (Role.COORDINATOR, Role.WORKER),
    Level.SUBDISTRICT: (Role.LEADER,),
    Level.DISTRICT: (Role.LEADER,),
}


class Cadence(models.TextChoices):
    """How often an area is inspected."""

    WEEKLY = "weekly", _("every week")
    HALF_MONTHLY = "half_monthly", _("twice a month")
    MONTHLY = "monthly", _("every month")


#: The usual cadence of a level.
USUAL = {
    Level.CELL: Cadence.WEEKLY,
    Level.COMMUNITY: Cadence.WEEKLY,
    Level.SUBDISTRICT: Cadence.HALF_MONTHLY,
    Level.DISTRICT: Cadence.MONTHLY,
}


class RoundPlanQuerySet(models.QuerySet):
    def on(self, day: dt.date) -> Self:
        """Plans in force on that day, of areas that are."""
        ends = models.Q(ends_on=None) | models.Q(ends_on__gte=day)
        return self.filter(ends, starts_on__lte=day, area__retired_on=None)


@pghistory.track()
class RoundPlan(models.Model):
    """An area that is inspected week by week, half-month by half-month or month by month.

    Whoever has the role in the area makes its rounds, so they follow a handover by themselves.
    """

    #: A page's own id: sent twice, it is one plan.
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    area = models.ForeignKey(
        Area, models.PROTECT, related_name="round_plans", verbose_name=_("area")
    )
    cadence = models.CharField(_("rhythm"), max_length=12, choices=Cadence.choices)
    role = models.CharField(_("Made by"), max_length=13, choices=Role.choices)
    #: As `rounds.items.Item`, by the names of its fields.
    items = models.JSONField(_("what is inspected"))
    min_share = models.PositiveSmallIntegerField(
        _("share of the streets that patrols must have walked, in percent"),
        default=60,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    climb_after = models.PositiveSmallIntegerField(
        _("days after which an overdue round goes to the level above"),
        default=3,
        validators=[MinValueValidator(1), MaxValueValidator(60)],
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("planned by")
    )

    objects = RoundPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("plan of rounds")
        verbose_name_plural = _("plans of rounds")
        constraints = [
            models.CheckConstraint(
                name="round_plan_ends_after_start",
                condition=models.Q(ends_on=None) | models.Q(ends_on__gte=models.F("starts_on")),
            ),
            models.CheckConstraint(
                name="round_plan_share_is_percent",
                condition=models.Q(min_share__gte=1, min_share__lte=100),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area_id}: {self.cadence}"

    def covers(self, due_on: dt.date) -> bool:
        """Whether a round due that day is owed."""
        return self.starts_on <= due_on and (self.ends_on is None or due_on <= self.ends_on)
