"""Divisions of a community into cells: the one in force, those before it, drafts and plans.

The cells in force are `Area` and `CellStretch`, so a division in force has none of its own. When
another takes its place they are written down here, with their stretches of street, for good.
"""

import datetime as dt
import uuid
from typing import Self

import pghistory
from django.conf import settings
from django.contrib.gis.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from grid.models.areas import Area
from grid.models.streets import Segment

#: From when the first division of a community counts: what was walked before it was recorded, too.
BEGINNING = dt.date.min


class DivisionQuerySet(models.QuerySet):
    def versions(self) -> Self:
        """Those that are or were in force."""
        return self.filter(state__in=[Division.State.IN_FORCE, Division.State.PAST])

    def gone_since(self, day: dt.date) -> Self:
        """Divisions in force on that day that another has replaced since."""
        return self.filter(state=Division.State.PAST, starts_on__lte=day, ends_on__gt=day)

    def inside(self, code: str) -> Self:
        """Of the community of this code, of those below it, or of the one that holds this cell."""
        community = code[:12]
        return self.filter(community__code__startswith=community)


@pghistory.track(exclude=["step", "first_step", "last_step", "revision", "made_key", "last_key"])
class Division(models.Model):
    """One division of a community. It was in force from ``starts_on`` until before ``ends_on``."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        PLANNED = "planned", _("planned")
        IN_FORCE = "in_force", _("in force")
        PAST = "past", _("past")

    community = models.ForeignKey(
        Area, models.CASCADE, related_name="divisions", verbose_name=_("community")
    )
    state = models.CharField(_("state"), max_length=8, choices=State.choices)
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until before"), null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("made by"),
    )
    made_at = models.DateTimeField(_("made at"), db_default=Now(), editable=False)
    note = models.CharField(_("note"), max_length=500, blank=True)
    standard = models.JSONField(
        _("standard"), default=dict, blank=True, help_text=_("How much of what a cell should have.")
    )
    revision = models.PositiveIntegerField(default=1, help_text=_("Counts every change."))
    step = models.PositiveIntegerField(default=0, help_text=_("Which of its steps is shown."))
    first_step = models.PositiveIntegerField(default=0)
    last_step = models.PositiveIntegerField(default=0)
    made_key = models.UUIDField(null=True, blank=True, unique=True)
    last_key = models.UUIDField(null=True, blank=True)

    objects = DivisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("division")
        verbose_name_plural = _("divisions")
        ordering = ["community", "-starts_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["community"],
                condition=models.Q(state="in_force"),
                name="division_one_in_force",
            ),
            models.UniqueConstraint(
                fields=["community", "starts_on"],
                condition=models.Q(state="planned"),
                name="division_one_plan_a_day",
            ),
            models.CheckConstraint(
                name="division_draft_has_no_day",
                condition=models.Q(state="draft", starts_on=None)
                | ~models.Q(state="draft") & models.Q(starts_on__isnull=False),
            ),
            models.CheckConstraint(
                name="division_past_has_ended",
                condition=models.Q(state="past", ends_on__gte=models.F("starts_on"))
                | ~models.Q(state="past") & models.Q(ends_on=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.community}: {self.get_state_display()}"

    @property
    def first_day(self) -> dt.date | None:
        """None for a draft, and for a community's first division: it counts from the beginning."""
        return None if self.starts_on == BEGINNING else self.starts_on

    def did(self, key: uuid.UUID | None) -> bool:
        """Whether the last change came with this key: an answer got lost and was asked again."""
        return key is not None and key == self.last_key


class DivisionCell(models.Model):
    """A cell of a division, in one of a draft's steps; ``key`` stays with it from step to step."""

    division = models.ForeignKey(Division, models.CASCADE, related_name="cells")
    step = models.PositiveIntegerField(default=0)
    key = models.CharField(max_length=15)
    code = models.CharField(_("code"), max_length=15, blank=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    households = models.PositiveIntegerField(_("households"), default=0)
    fixed = models.BooleanField(_("kept whole"), default=False)
    outline = models.MultiPolygonField(_("boundary"), srid=4326)

    class Meta:
        verbose_name = _("cell of a division")
        verbose_name_plural = _("cells of a division")
        ordering = ["key"]
        constraints = [
            models.UniqueConstraint(fields=["division", "step", "key"], name="division_cell_once")
        ]

    def __str__(self) -> str:
        return self.code or self.key


class DivisionStretch(models.Model):
    """The stretch [start, end) of a segment that lay in a cell while its division was in force."""

    cell = models.ForeignKey(DivisionCell, models.CASCADE, related_name="stretches")
    segment = models.ForeignKey(Segment, models.CASCADE, related_name="+")
    start_dm = models.PositiveIntegerField()
    end_dm = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("stretch of a division")
        verbose_name_plural = _("stretches of a division")
        constraints = [
            models.UniqueConstraint(
                fields=["cell", "segment", "start_dm"], name="division_stretch_once"
            ),
            models.CheckConstraint(
                name="division_stretch_has_length",
                condition=models.Q(start_dm__lt=models.F("end_dm")),
            ),
        ]
