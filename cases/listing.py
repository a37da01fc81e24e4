"""Which cases a list shows: one set of filters for the page, the map, the API and the export."""

import datetime as dt
from typing import Any

from django.db.models import Q
from django.utils import timezone
from rest_framework import serializers

from accounts.models import Member, Role
from accounts.scope import Scope
from api.input import BoxField, CodeField, DayField, Query
from cases.models import Case, CaseQuerySet, Crew, State
from grid.responsibility import scope_of

#: Due within this long counts as soon.
SOON = dt.timedelta(days=1)
MOST_KEY = 2**63 - 1
DUE = ("overdue", "soon")
SORTS = {"newest": ("-reported_at", "-id"), "due": ("due_at", "id")}


class CaseQuery(Query):
    """What cases can be filtered by; the same names are in the page's address."""

    area = CodeField(help_text="Cases in this area and below it")
    state = serializers.CharField(
        required=False, help_text="States divided by commas; “open” for all that are not ended"
    )
    category = serializers.SlugField(
        required=False, max_length=40, help_text="Code of a category, or of a group"
    )
    due = serializers.ChoiceField(DUE, required=False)
    mine = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Only those I am responsible for, that are given to me or my crew, or I claimed",
    )
    claimable = serializers.BooleanField(
        required=False, default=False, help_text="Only what a volunteer can claim now"
    )
    unplaced = serializers.BooleanField(
        required=False, default=False, help_text="Only those on a border or outside of every cell"
    )
    since = DayField(help_text="Reported on this day or later")
    until = DayField(help_text="Reported on this day or earlier")
    bbox = BoxField()
    lamp = serializers.IntegerField(required=False, min_value=1, max_value=MOST_KEY)
    sort = serializers.ChoiceField(list(SORTS), required=False, default="newest")

    def validate_state(self, value: str) -> list[str]:
        words = [word.strip() for word in value.split(",") if word.strip()]
        for word in words:
            if word != "open" and word not in State.values:
                self.fields["due"].fail("invalid_choice", input=word[:20])
        return words


def visible(member: Member, on: dt.date, scope: Scope | None = None) -> CaseQuerySet:
    """The cases that the member may see; ``scope`` is what they cover, where it is known already.

    Three queries before the list's own, two with a scope.
    """
    if scope is None:
        scope = scope_of(member, on)
    crews = list(Crew.objects.filter(members=member, active=True).values_list("pk", flat=True))
    helps = scope_of(member, on, roles={Role.VOLUNTEER})
    return Case.objects.visible_to(member, scope, crews, helps)


def chosen(
    cases: CaseQuerySet, asked: dict[str, Any], member: Member, now: dt.datetime
) -> CaseQuerySet:
    """Those of the cases that a checked CaseQuery asks for, in its order."""
    cases = _by_state(cases, asked, now)
    if code := asked.get("area"):
        cases = cases.filter(area_code__startswith=code)
    if code := asked.get("category"):
        cases = cases.filter(Q(category__code=code) | Q(category__parent__code=code))
    if asked.get("mine"):
        crews = Crew.objects.filter(members=member, active=True).values_list("pk", flat=True)
        cases = cases.filter(
            Q(responsible=member)
            | Q(assignee=member)
            | Q(claimed_by=member)
            | Q(crew__in=list(crews))
        )
    if asked.get("claimable"):
        cases = cases.filter(claimable=True, state=State.ACCEPTED)
    if asked.get("unplaced"):
        cases = cases.filter(placed=False)
    if box := asked.get("bbox"):
        cases = cases.filter(location__bboverlaps=box)
    if "lamp" in asked:
        cases = cases.filter(lamp=asked["lamp"])
    if "since" in asked:
        cases = cases.filter(reported_at__gte=_midnight(asked["since"]))
    if "until" in asked:
        cases = cases.filter(reported_at__lt=_midnight(asked["until"] + dt.timedelta(days=1)))
    return cases.order_by(*SORTS[asked.get("sort", "newest")])


def _by_state(cases: CaseQuerySet, asked: dict[str, Any], now: dt.datetime) -> CaseQuerySet:
    words = asked.get("state", [])
    if "open" in words:
        cases = cases.open()
    elif words:
        cases = cases.filter(state__in=words)
    if asked.get("due") == "overdue":
        cases = cases.overdue(now)
    elif asked.get("due") == "soon":
        cases = cases.due_before(now + SOON, now)
    return cases


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), timezone.get_default_timezone())
