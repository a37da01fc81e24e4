"""Patrols, their tracks, and what they covered."""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Self

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Member
from accounts.scope import Scope
from grid.models import Building, Level, Segment


class Team(models.Model):
    """A named patrol team, like 红灯笼."""

    name = models.CharField(_("name"), max_length=80, unique=True)

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class PatrolQuerySet(models.QuerySet):
    def visible_to(self, member: Member, scope: Scope) -> Self:
        """A member's own patrols, and those that covered streets of areas the scope reaches."""
        if scope.everywhere:
            return self.all()
        mine = models.Q(member=member)
        return self.filter(mine | models.Exists(_walked_inside(scope.prefixes)))

    def inside(self, code: str) -> Self:
        """Patrols that covered streets of the area of this code."""
        return self.filter(models.Exists(_walked_inside({code})))


def _walked_inside(codes: Iterable[str]) -> models.QuerySet["WalkedStretch"]:
    """Stretches of the outer query's patrol in any of the areas; a segment may lie in two cells."""
    in_any = models.Q(pk__in=[])
    for code in sorted(codes):
        if len(code) < Level.CELL:
            in_any |= models.Q(segment__community__code__startswith=code)
        else:
            in_any |= models.Q(
                segment__cell_stretches__cell__code=code,
                segment__cell_stretches__start_dm__lt=models.F("end_dm"),
                segment__cell_stretches__end_dm__gt=models.F("start_dm"),
            )
    return WalkedStretch.objects.filter(in_any, patrol=models.OuterRef("pk"))


class Patrol(models.Model):
    """One walk of a member, started and ended by the member."""

    class Mode(models.TextChoices):
        FOOT = "foot", _("on foot")
        CYCLE = "cycle", _("by cycle")

    class State(models.TextChoices):
        WALKING = "walking", _("under way")
        STORED = "stored", _("stored, waiting to be matched")
        MATCHED = "matched", _("matched")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="patrols", verbose_name=_("member")
    )
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, verbose_name=_("team"))
    mode = models.CharField(_("mode"), max_length=5, choices=Mode.choices, default=Mode.FOOT)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended"), null=True, blank=True)
    received_at = models.DateTimeField(_("received"))
    nothing_wrong_at = models.DateTimeField(
        _("nothing wrong"),
        null=True,
        blank=True,
        help_text=_("When the member said that nothing on the way needs mending; empty: not said."),
    )
    heard_at = models.DateTimeField(
        _("last heard of"),
        null=True,
        blank=True,
        help_text=_("When the tablet last sent something of this walk; empty: it came whole."),
    )
    #: Of a patrol that comes in parts: how far the tablet's clock was off when Start was pressed,
    #: how many parts it said to have, and the latest that held metres instead of positions.
    clock_off_seconds = models.BigIntegerField(default=0, editable=False)
    parts = models.PositiveSmallIntegerField(null=True, editable=False)
    metres_part = models.PositiveSmallIntegerField(null=True, editable=False)
    source = models.CharField(_("source"), max_length=200, blank=True)
    source_digest = models.BinaryField(max_length=32, null=True, editable=False)
    simulated = models.BooleanField(_("simulated"), default=False)

    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.STORED)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    matched_at = models.DateTimeField(_("matched at"), null=True, blank=True)
    fixes = models.PositiveIntegerField(_("fixes"), default=0)
    dropped_accuracy = models.PositiveIntegerField(_("dropped: inaccurate"), default=0)
    dropped_speed = models.PositiveIntegerField(_("dropped: too fast"), default=0)
    dropped_time = models.PositiveIntegerField(_("dropped: time"), default=0)
    dropped_position = models.PositiveIntegerField(_("dropped: position"), default=0)
    matched_metres = models.DecimalField(
        _("matched metres"), max_digits=10, decimal_places=1, default=0
    )
    covered_metres = models.DecimalField(
        _("covered metres"), max_digits=10, decimal_places=1, default=0
    )
    certain_metres = models.DecimalField(
        _("certain metres"), max_digits=10, decimal_places=1, default=0
    )
    doubtful_metres = models.DecimalField(
        _("doubtful metres"), max_digits=10, decimal_places=1, default=0
    )
    off_street_metres = models.DecimalField(
        _("metres off the streets"), max_digits=10, decimal_places=1, default=0
    )

    objects = PatrolQuerySet.as_manager()

    class Meta:
        verbose_name = _("patrol")
        verbose_name_plural = _("patrols")
        ordering = ["-started_at", "-received_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["member", "source_digest"], name="patrol_once_from_source"
            )
        ]
        indexes = [
            models.Index(fields=["started_at"], name="patrol_started"),
            models.Index(
                fields=["heard_at"],
                name="patrol_under_way",
                condition=models.Q(state="walking"),
            ),
        ]

    def say_nothing_wrong(self, at: dt.datetime | None) -> None:
        """Store that nothing on the way needs mending, or take it back (None).

        Saying it again keeps the first time.
        """
        if (self.nothing_wrong_at is None) != (at is None):
            self.nothing_wrong_at = at
            self.save(update_fields=["nothing_wrong_at"])

    def __str__(self) -> str:
        if self.started_at is None:
            return str(self.member)
        return f"{self.member} {timezone.localtime(self.started_at):%Y-%m-%d %H:%M}"


class TrackChunk(models.Model):
    """The raw fixes of a patrol as they arrived, in monthly partitions by the day of arrival.

    Parallel arrays, one item a fix: longitude and latitude in degrees (EPSG:4326, as sent, even
    if impossible), milliseconds since 1970 (null where the source has none), accuracy in metres
    (NaN where unknown). Deleted after TRACK_RETENTION_DAYS.
    """

    pk = models.CompositePrimaryKey("received_on", "patrol_id", "sequence")
    received_on = models.DateField()
    patrol = models.ForeignKey(Patrol, models.CASCADE, related_name="chunks")
    sequence = models.PositiveIntegerField()
    longitudes = ArrayField(models.FloatField())
    latitudes = ArrayField(models.FloatField())
    milliseconds = ArrayField(models.BigIntegerField(null=True))
    accuracies = ArrayField(models.FloatField())

    class Meta:
        verbose_name = _("track chunk")
        verbose_name_plural = _("track chunks")
        # Django cannot declare partitions: migration 0002 makes the table by hand.


class WalkedStretch(models.Model):
    """A stretch of a segment that a patrol walked, in decimetres; recomputable from the track.

    Sidewalks are already credited to their street here. ``walked_at`` is when the stretch's
    middle was passed.
    """

    patrol = models.ForeignKey(Patrol, models.CASCADE, related_name="stretches")
    segment = models.ForeignKey(Segment, models.CASCADE, related_name="walked")
    start_dm = models.PositiveIntegerField()
    end_dm = models.PositiveIntegerField()
    walked_at = models.DateTimeField(_("walked at"))
    confidence = models.FloatField(_("confidence"))

    class Meta:
        verbose_name = _("walked stretch")
        verbose_name_plural = _("walked stretches")
        constraints = [
            models.CheckConstraint(
                name="walked_stretch_has_length",
                condition=models.Q(start_dm__lt=models.F("end_dm")),
            )
        ]
        indexes = [models.Index(fields=["segment", "walked_at"], name="walked_by_segment")]


class BuildingPassed(models.Model):
    """A fix of the patrol came within 20 m of the building."""

    patrol = models.ForeignKey(Patrol, models.CASCADE, related_name="buildings_passed")
    building = models.ForeignKey(Building, models.CASCADE, related_name="passed_by")
    passed_at = models.DateTimeField(_("passed at"))

    class Meta:
        verbose_name = _("building passed")
        verbose_name_plural = _("buildings passed")
        constraints = [
            models.UniqueConstraint(fields=["patrol", "building"], name="building_passed_once")
        ]
