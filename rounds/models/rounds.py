"""Each inspection that is owed, what it found, and who is told that it is late."""

import datetime as dt
from typing import Self

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Member
from accounts.scope import Scope
from cases.models import Case
from grid.models import Level, Responsibility
from rounds.models.plans import RoundPlan


class State(models.TextChoices):
    DUE = "due", _("to be made")
    DONE = "done", _("made")
    MISSED = "missed", _("missed")
    #: The plan ended before its day, or the area is gone.
    DROPPED = "dropped", _("no longer needed")


class How(models.TextChoices):
    PATROL = "patrol", _("by patrols")
    FORM = "form", _("by the checklist")


class RoundQuerySet(models.QuerySet):
    def inside(self, code: str) -> Self:
        return self.filter(plan__area__code__startswith=code)

    def in_scope(self, scope: Scope) -> Self:
        return self.filter(scope.filter("plan__area__code"))

    def of_member(self, member: Member, day: dt.date) -> Self:
        """Rounds that the member makes: of areas in which they have the plan's role that day."""
        held = Responsibility.objects.on(day).filter(
            member=member,
            area=models.OuterRef("plan__area"),
            role=models.OuterRef("plan__role"),
            area__retired_on=None,
        )
        return self.filter(models.Exists(held))

    def overdue(self, day: dt.date) -> Self:
        return self.filter(state=State.DUE, due_on__lt=day)

    def with_area(self) -> Self:
        """With plan and area, without its shape."""
        return self.select_related("plan__area").defer(
            "plan__area__geometry", "plan__area__tile_geometry"
        )


@pghistory.track()
class Round(models.Model):
    """One inspection that is owed for a period: until its last day, then it is overdue.

    ``items`` are those of the plan when the round was made; ``answers`` by their keys.
    """

    class Answer(models.TextChoices):
        FINE = "fine", _("in order")
        WRONG = "wrong", _("not in order")
        NONE = "none", _("there is none here")

    plan = models.ForeignKey(
        RoundPlan, models.PROTECT, related_name="rounds", verbose_name=_("plan")
    )
    starts_on = models.DateField(_("from"))
    due_on = models.DateField(_("due on"))
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.DUE)
    #: Digits of the level that was told last that it is overdue; None before.
    climbed_to = models.PositiveSmallIntegerField(null=True, choices=Level.choices)
    items = models.JSONField(_("what is inspected"))
    answers = models.JSONField(_("answers"), default=dict)
    how = models.CharField(_("done how"), max_length=6, choices=How.choices, blank=True)
    #: Patrols that did it, and the share of the area's metres they walked in the period (0–1).
    patrols = ArrayField(models.UUIDField(), default=list)
    covered_share = models.FloatField(_("share walked"), null=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("done by"),
    )
    done_at = models.DateTimeField(_("done at"), null=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        verbose_name = _("round")
        verbose_name_plural = _("rounds")
        constraints = [
            models.UniqueConstraint(fields=["plan", "due_on"], name="round_once_a_period"),
            models.CheckConstraint(
                name="round_starts_before_due",
                condition=models.Q(starts_on__lte=models.F("due_on")),
            ),
            models.CheckConstraint(
                name="round_done_says_how",
                condition=models.Q(state="done", done_at__isnull=False, done_by__isnull=False)
                & ~models.Q(how="")
                | ~models.Q(state="done") & models.Q(done_at=None, done_by=None, how=""),
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], name="round_due_on"),
            models.Index(fields=["due_on"], name="round_open", condition=models.Q(state="due")),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id}: {self.starts_on} – {self.due_on}"

    def is_overdue(self, day: dt.date) -> bool:
        return self.state == State.DUE and self.due_on < day


class Finding(models.Model):
    """What a round found not in order, and the case that mends it.

    ``key`` is that of the case's report: the page of a new case brings it along, so the case is
    known by it, also where the report only confirmed an open case.
    """

    key = models.UUIDField(primary_key=True, editable=False)
    round = models.ForeignKey(Round, models.PROTECT, related_name="findings")
    #: Key of the item.
    item = models.CharField(max_length=40)
    case = models.ForeignKey(Case, models.PROTECT, null=True, related_name="round_findings")
    found_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    found_at = models.DateTimeField(_("found at"))

    class Meta:
        verbose_name = _("finding")
        verbose_name_plural = _("findings")
        indexes = [
            models.Index(fields=["key"], name="finding_waiting", condition=models.Q(case=None))
        ]

    def __str__(self) -> str:
        return f"{self.round_id}: {self.item}"


class RoundNotice(models.Model):
    """What a member is told of an overdue round, once."""

    class Kind(models.TextChoices):
        OVERDUE = "overdue", _("a round is overdue")
        CLIMBED = "climbed", _("a round has been overdue for some days")

    round = models.ForeignKey(Round, models.CASCADE, related_name="notices")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="round_notices"
    )
    kind = models.CharField(_("kind"), max_length=7, choices=Kind.choices)
    made_at = models.DateTimeField(_("made at"))
    seen_at = models.DateTimeField(_("seen at"), null=True, blank=True)

    class Meta:
        verbose_name = _("notice of a round")
        verbose_name_plural = _("notices of rounds")
        constraints = [
            models.UniqueConstraint(fields=["round", "member", "kind"], name="round_notice_once")
        ]
        indexes = [
            models.Index(
                fields=["member"], name="round_notice_unseen", condition=models.Q(seen_at=None)
            )
        ]

    def __str__(self) -> str:
        return f"{self.member_id} {self.kind}"
