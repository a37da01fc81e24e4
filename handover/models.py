"""Cells handed over from one member to another, leaves with who covers, and notices of both."""

import uuid
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from grid.models import Area, Responsibility


class Handover(models.Model):
    """A cell that goes from one worker to another, with the open cases that are with the first.

    ``starts_on`` is the first day of the new one. ``moved`` is what was changed, so that it can be
    handed back: ``cases`` (ids by what the member was to them), ``kept`` (dates of
    responsibilities as they were, by id; null where the handover made them).
    """

    class State(models.TextChoices):
        PLANNED = "planned", _("planned")
        DONE = "done", _("handed over")
        UNDONE = "undone", _("handed back")
        CANCELLED = "cancelled", _("cancelled")
        FAILED = "failed", _("not possible")

    #: A page's own id: sent twice, it hands over once.
    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    area = models.ForeignKey(Area, models.PROTECT, related_name="handovers", verbose_name=_("cell"))
    giver = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="handed_over", verbose_name=_("from")
    )
    taker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="taken_over", verbose_name=_("to")
    )
    starts_on = models.DateField(_("first day"))
    state = models.CharField(_("state"), max_length=9, choices=State.choices)
    note = models.CharField(_("note"), max_length=200, blank=True)
    #: Why it was not possible on its day, as a code of `handover.moving`.
    problem = models.CharField(_("problem"), max_length=20, blank=True)
    moved = models.JSONField(default=dict, editable=False)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made at"))
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("handed back by"),
    )
    undone_at = models.DateTimeField(_("handed back at"), null=True, blank=True)

    class Meta:
        verbose_name = _("handover")
        verbose_name_plural = _("handovers")
        constraints = [
            models.CheckConstraint(
                name="handover_to_somebody_else", condition=~models.Q(giver=models.F("taker"))
            ),
            models.UniqueConstraint(
                fields=["area", "giver"],
                name="handover_planned_once",
                condition=models.Q(state="planned"),
            ),
        ]
        indexes = [
            models.Index(
                fields=["starts_on"],
                name="handover_planned",
                condition=models.Q(state="planned"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area_id}: {self.giver_id} → {self.taker_id}"

    @property
    def was_planned(self) -> bool:
        """Whether it was asked for a later day, on which nobody stood by."""
        return timezone.localdate(self.made_at) < self.starts_on


class LeaveQuerySet(models.QuerySet):
    def between(self, start: Any, end: Any) -> Self:
        """Leaves that touch the days from ``start`` to ``end``, both included."""
        return self.filter(starts_on__lte=end, ends_on__gte=start, cancelled_at=None)


class Leave(models.Model):
    """A member is away on these days, both included, and another covers."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="leaves", verbose_name=_("away")
    )
    cover = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="covers", verbose_name=_("covers")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("made by")
    )
    made_at = models.DateTimeField(_("made at"))
    #: Called off before its first day.
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)

    objects = LeaveQuerySet.as_manager()

    class Meta:
        verbose_name = _("leave")
        verbose_name_plural = _("leaves")
        constraints = [
            models.CheckConstraint(
                name="leave_ends_after_start",
                condition=models.Q(ends_on__gte=models.F("starts_on")),
            ),
            models.CheckConstraint(
                name="leave_covered_by_somebody_else",
                condition=~models.Q(member=models.F("cover")),
            ),
        ]
        indexes = [models.Index(fields=["starts_on", "ends_on"], name="leave_days")]

    def __str__(self) -> str:
        return f"{self.member_id} ← {self.cover_id}"


class Cover(models.Model):
    """A responsibility given for a leave, beside the one of the member who is away."""

    leave = models.ForeignKey(Leave, models.CASCADE, related_name="given")
    #: Of the member who is away.
    source = models.ForeignKey(Responsibility, models.CASCADE, related_name="covered_by")
    #: Of who covers.
    given = models.OneToOneField(Responsibility, models.CASCADE, related_name="cover_of")

    class Meta:
        verbose_name = _("covered responsibility")
        verbose_name_plural = _("covered responsibilities")
        constraints = [
            models.UniqueConstraint(fields=["leave", "source"], name="cover_once"),
        ]

    def __str__(self) -> str:
        return f"{self.source_id} → {self.given_id}"


class Notice(models.Model):
    """What a member is told of responsibility: on the map, in the tablet's app, by e-mail."""

    class Kind(models.TextChoices):
        PLANNED = "planned", _("a cell will be handed over")
        HANDED = "handed", _("a cell was handed over")
        UNDONE = "undone", _("a cell was handed back")
        CANCELLED = "cancelled", _("a planned handover was cancelled")
        FAILED = "failed", _("a planned handover was not possible")
        LEAVE = "leave", _("somebody is away, and somebody covers")
        LEAVE_ENDS = "leave_ends", _("a leave ends on another day")

    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="responsibility_notices"
    )
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    handover = models.ForeignKey(Handover, models.CASCADE, null=True, related_name="notices")
    leave = models.ForeignKey(Leave, models.CASCADE, null=True, related_name="notices")
    made_at = models.DateTimeField(_("made at"))
    seen_at = models.DateTimeField(_("seen at"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        constraints = [
            models.CheckConstraint(
                name="notice_of_one_thing",
                condition=models.Q(handover=None) ^ models.Q(leave=None),
            ),
            models.UniqueConstraint(
                fields=["member", "kind", "handover"],
                name="notice_of_handover_once",
                condition=models.Q(leave=None),
            ),
        ]
        indexes = [
            models.Index(fields=["member"], name="notice_unseen", condition=models.Q(seen_at=None))
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.kind}"
