"""Rounds of the small town, planned by its coordinator."""

import datetime as dt
import uuid
from typing import Any

from django.utils import timezone

from accounts.models import Member, Role
from grid.models import Area, Responsibility
from rounds.items import Item
from rounds.models import Cadence, Round, RoundPlan
from rounds.plans import Terms, begin
from tests.town import Town

#: A Wednesday, at noon in Shanghai: no test depends on today.
NOW = dt.datetime(2027, 3, 10, 4, 30, tzinfo=dt.UTC)
TODAY = timezone.localdate(NOW)
DAY = dt.timedelta(days=1)
ITEMS = (
    Item("lamps", "Lamps light", "路灯能亮", "lamp"),
    Item("manholes", "Manhole covers are firm", "井盖牢固", "manhole"),
)


def terms(**more: Any) -> Terms:
    given = {"role": Role.COORDINATOR, "items": ITEMS, "min_share": 50, "climb_after": 3}
    return Terms(**{**given, "ends_on": None, **more})


def plan(
    town: Town,
    *,
    area: Area | None = None,
    cadence: str = Cadence.WEEKLY,
    starts_on: dt.date = TODAY,
    today: dt.date | None = None,
    member: Member | None = None,
    key: uuid.UUID | None = None,
    **more: Any,
) -> RoundPlan:
    return begin(
        key or uuid.uuid4(),
        area or town.community,
        cadence,
        terms(**more),
        starts_on=starts_on,
        member=member or town.coordinator,
        today=today or starts_on,
    )


def hold(member: Member, role: str, area: Area) -> None:
    Responsibility.objects.create(
        member=member, role=role, area=area, starts_on=dt.date(2020, 1, 1)
    )


def days(one: RoundPlan) -> list[tuple[dt.date, dt.date, str]]:
    rows = Round.objects.filter(plan=one).order_by("due_on")
    return list(rows.values_list("starts_on", "due_on", "state"))


def at(day: dt.date) -> dt.datetime:
    """Just after midnight of a local day, when the job runs."""
    return dt.datetime.combine(day, dt.time(0, 15), timezone.get_default_timezone())
