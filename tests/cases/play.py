"""A case in the small town, and what people do to it."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.gis.geos import Point

from accounts.models import Member, Role
from cases.deeds import Deed
from cases.handling import take_step
from cases.models import Case, Category, Crew, Event, Source
from cases.reporting import Report, take_in
from grid.models import Responsibility
from tests.town import Town, place

#: A Monday, an hour into the working day of Shanghai.
MONDAY = dt.datetime(2026, 11, 23, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


def category(code: str = "paving") -> Category:
    return Category.objects.get(code=code)


def point(x: float = 100, y: float = 60) -> Point:
    """A point in metres from the town's corner; the default lies in the west cell."""
    return Point(*place(x, y), srid=4326)


def report(town: Town, code: str = "paving", *, now: dt.datetime = MONDAY, **more: Any) -> Case:
    given: dict[str, Any] = {
        "category": category(code),
        "location": point(),
        "source": Source.MEMBER,
        "reporter": town.worker,
        **more,
    }
    return take_in(Report(**given), now=now)[0]


def do(
    case: Case, step: str, author: Member | None, *, now: dt.datetime = MONDAY, **more: Any
) -> Event:
    return take_step(case, Deed(step, author, **more), now=now)


def crew_of(*members: Member, name: str = "Road crew") -> Crew:
    crew = Crew.objects.create(name=name)
    crew.members.set(members)
    return crew


def volunteer(town: Town) -> Member:
    member = Member.objects.create(username="volunteer", name="Zhi Yuan")
    Responsibility.objects.create(
        member=member,
        role=Role.VOLUNTEER,
        area=town.community,
        starts_on=dt.date(2020, 1, 1),
    )
    return member


def to_done(town: Town, case: Case, worker: Member, *, now: dt.datetime = MONDAY) -> None:
    """Accepted, given to somebody, and done by them."""
    do(case, "accept", town.coordinator, now=now)
    do(case, "dispatch", town.coordinator, now=now, details={"assignee": worker})
    do(case, "start", worker, now=now)
    do(case, "finish", worker, now=now)
