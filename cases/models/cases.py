"""A case: one fault or incident at a place. Its state is the sum of its events."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Self

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex
from django.utils.translation import gettext_lazy as _

from accounts.models import Member
from accounts.scope import Scope
from cases.models.categories import Category, Crew
from streetlights.models import Lamp


class State(models.TextChoices):
    """Where a case stands; the steps between are in ``cases.transitions``."""

    REPORTED = "reported", _("reported")
    ACCEPTED = "accepted", _("accepted")
    DECLINED = "declined", _("declined")
    MERGED = "merged", _("merged")
    DISPATCHED = "dispatched", _("dispatched")
    IN_PROGRESS = "in_progress", _("in progress")
    ON_HOLD = "on_hold", _("on hold")
    DONE = "done", _("done")
    VERIFIED = "verified", _("verified")
    CLOSED = "closed", _("closed")


class Source(models.TextChoices):
    """Which door a report came through."""

    MEMBER = "member", _("member")
    RESIDENT = "resident", _("resident")
    OPEN311 = "open311", _("Open311")
    PATROL = "patrol", _("patrol")
    DIAGNOSIS = "diagnosis", _("diagnosis")


#: Nothing more happens to these by themselves. Sorted: indexes name the same list.
ENDED = (State.CLOSED, State.DECLINED, State.MERGED)
#: Nobody is late with these: work is over, or rests.
NOT_DUE = (
    State.CLOSED,
    State.DECLINED,
    State.DONE,
    State.MERGED,
    State.ON_HOLD,
    State.VERIFIED,
)


NOWHERE = Scope()


class CaseQuerySet(models.QuerySet):
    def open(self) -> Self:
        return self.exclude(state__in=ENDED)

    def overdue(self, now: dt.datetime) -> Self:
        """Still to be mended after its time; what waits on hold is not overdue."""
        return self.exclude(state__in=NOT_DUE).filter(due_at__lt=now)

    def due_before(self, soon: dt.datetime, now: dt.datetime) -> Self:
        """Not overdue yet, but before long."""
        return self.exclude(state__in=NOT_DUE).filter(due_at__gte=now, due_at__lt=soon)

    def visible_to(
        self, member: Member, scope: Scope, crews: Sequence[int], helps: Scope = NOWHERE
    ) -> Self:
        """Cases in the areas the member covers, reported by them, or given to them or their crews.

        ``crews`` are the ids of the member's; ``helps`` is where they are a volunteer, and see
        what may be claimed.
        """
        if scope.everywhere:
            return self
        own = (
            models.Q(assignee=member)
            | models.Q(reporter=member)
            | models.Q(claimed_by=member)
            | (models.Q(crew__in=crews) & ~models.Q(state__in=[State.REPORTED, State.DECLINED]))
        )
        if helps:
            own |= models.Q(claimable=True, state=State.ACCEPTED) & helps.filter("area_code")
        return self.filter(scope.filter("area_code") | own)


class Case(models.Model):
    """One fault or incident. Times are instants; ``location`` is EPSG:4326.

    ``area_code`` is the cell under the place; on a border between cells, or just outside of them,
    it is the community, whose coordinator decides, and ``placed`` is false.
    """

    #: A client's own id of the report: sending it again changes nothing.
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    #: Opens the resident's page; never shown to members, nor in lists.
    follow_key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    category = models.ForeignKey(Category, models.PROTECT, verbose_name=_("category"))
    state = models.CharField(
        _("state"), max_length=11, choices=State.choices, default=State.REPORTED, editable=False
    )
    #: How many events it has; a handler says which one they saw last.
    version = models.PositiveIntegerField(default=0, editable=False)
    source = models.CharField(_("source"), max_length=9, choices=Source.choices)
    simulated = models.BooleanField(_("simulated"), default=False)

    location = models.PointField(_("location"), srid=4326)
    area_code = models.CharField(_("area"), max_length=15, blank=True)
    placed = models.BooleanField(_("in a cell"), default=True)
    whereabouts = models.CharField(
        _("where exactly"), max_length=200, blank=True, help_text=_("House number, floor, landmark")
    )
    description = models.TextField(
        _("what is wrong"),
        max_length=2000,
        blank=True,
        help_text=_("About the place; nothing about people."),
    )
    lamp = models.ForeignKey(
        Lamp,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="cases",
        verbose_name=_("lamp"),
    )

    #: The program that reported it through Open311; it may read back what it wrote.
    open_key = models.ForeignKey(
        "OpenKey", models.PROTECT, null=True, blank=True, related_name="cases", editable=False
    )
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="reported_cases",
        verbose_name=_("reporter"),
    )
    responsible = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="responsible_cases",
        verbose_name=_("responsible"),
    )
    crew = models.ForeignKey(
        Crew, models.PROTECT, null=True, blank=True, related_name="cases", verbose_name=_("crew")
    )
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="assigned_cases",
        verbose_name=_("given to"),
    )
    claimable = models.BooleanField(_("volunteers may claim it"), default=False)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="claimed_cases",
        verbose_name=_("claimed by"),
    )
    #: The larger fault this one hangs under, or the case it was split from.
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("part of"),
    )
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="duplicates",
        verbose_name=_("merged into"),
    )
    confirmations = models.PositiveIntegerField(_("seen by others too"), default=0)

    reported_at = models.DateTimeField(_("reported"))
    due_at = models.DateTimeField(_("due"), null=True, blank=True)
    hold_until = models.DateField(_("on hold until"), null=True, blank=True)
    #: Working seconds that were left when it went on hold.
    held_seconds = models.IntegerField(null=True, editable=False)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.CheckConstraint(
                name="case_merged_has_target",
                condition=models.Q(state=State.MERGED, merged_into__isnull=False)
                | (~models.Q(state=State.MERGED) & models.Q(merged_into=None)),
            ),
            models.CheckConstraint(
                name="case_closed_has_time",
                condition=~models.Q(state=State.CLOSED) | models.Q(closed_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["-reported_at", "-id"], name="case_newest"),
            models.Index(
                fields=["area_code", "-reported_at"],
                name="case_area",
                opclasses=["varchar_pattern_ops", "timestamptz_ops"],
            ),
            models.Index(
                fields=["due_at"],
                name="case_due",
                condition=~models.Q(state__in=NOT_DUE),
            ),
            models.Index(fields=["state", "-reported_at"], name="case_state"),
            # The board: the most urgent of each state.
            models.Index(
                fields=["state", "placed", "due_at", "id"],
                name="case_board",
                condition=~models.Q(state__in=ENDED) & models.Q(parent=None),
            ),
            # For the figures of a month.
            models.Index(fields=["due_at"], name="case_any_due"),
            models.Index(
                fields=["closed_at"],
                name="case_closed",
                condition=models.Q(closed_at__isnull=False),
            ),
            GistIndex(
                fields=["location"],
                name="case_open_place",
                condition=~models.Q(state__in=ENDED),
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.category}"

    def is_overdue(self, now: dt.datetime) -> bool:
        """Whether it is still to be mended after its time."""
        return self.due_at is not None and self.due_at < now and self.state not in NOT_DUE
