"""Figures of large areas are put together from what was kept, and are as if counted anew."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.contrib.gis.geos import LineString
from django.db import connection
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from grid.models import (
    Area,
    Cadence,
    CellStretch,
    Level,
    Responsibility,
    Segment,
    Street,
    StreetKind,
)
from patrols.coverage import AreaCoverage, coverage, midnight, window
from patrols.models import BuildingPassed, Patrol, WalkedStretch
from patrols.series import DayCoverage, series
from publish import kept_figures
from publish.models import CoverageChange
from tests.town import Town, box, place, walk

pytestmark = pytest.mark.django_db

FIRST = ((50, 50), (150, 50))
OVER = ((150, 50), (250, 50))
SECOND = "990101001002"


@pytest.fixture
def other(town: Town) -> Segment:
    """The only street of a second community, east of the town's, which has no cells."""
    community = Area.objects.create(
        code=SECOND, level=Level.COMMUNITY, name="Mill", geometry=box(400, 0, 800, 400)
    )
    return Segment.objects.create(
        community=community,
        street=Street.objects.create(community=community, name="Mill Lane"),
        kind=StreetKind.TRACK,
        duty=True,
        line=LineString(place(450, 50), place(550, 50), srid=4326),
        metres="99.97",
        osm_way=77,
        from_node=77_001,
        to_node=77_002,
        digest=bytes(32),
    )


@pytest.fixture(params=[0, 8], ids=["at once", "one by one"])
def _either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_figures, "ONE_BY_ONE", request.param)


def check(area: Area, now: dt.datetime | None = None) -> tuple[AreaCoverage, list[DayCoverage]]:
    """What is put together is what is counted anew; gives it."""
    now = now or timezone.now()
    start, end = window(days=30, today=timezone.localdate(now))
    figures = kept_figures.coverage_of(area, start=start, end=end, now=now)
    assert figures == coverage(area.code, start=start, end=end, now=now)
    charted = kept_figures.series_of(area, start=start, end=end, days=7, now=now)
    assert charted == series(area.code, start=start, end=end, days=7, now=now)
    return figures, charted


def pass_by(town: Town, patrol: Patrol, number: int) -> None:
    BuildingPassed.objects.create(
        patrol=patrol, building=town.buildings[number], passed_at=patrol.received_at
    )


def new_standing(town: Town) -> None:
    """The street across both cells falls to the west."""
    CellStretch.objects.filter(segment=town.segments[OVER]).delete()
    CellStretch.objects.create(segment=town.segments[OVER], cell=town.west, start_dm=0, end_dm=1000)


def no_more_duty(town: Town) -> None:
    Segment.objects.filter(pk=town.segments[FIRST].pk).update(duty=False)


CHANGES: dict[str, Callable[[Town, Segment], object]] = {
    "a walk": lambda town, other: walk(town, town.worker, FIRST, 100, 600, days_ago=2),
    "a walk elsewhere": lambda town, other: WalkedStretch.objects.create(
        patrol=Patrol.objects.all()[:1].get(), segment=other, start_dm=0, end_dm=999,
        walked_at=timezone.now() - dt.timedelta(days=3), confidence=1,
    ),
    "a walk is gone": lambda town, other: Patrol.objects.all()[:1].get().delete(),
    "a building passed": lambda town, other: pass_by(town, Patrol.objects.all()[:1].get(), 0),
    "another cell": lambda town, other: new_standing(town),
    "a building changes cells": lambda town, other: town.east.buildings.update(cell=town.west),
    "no more duty": lambda town, other: no_more_duty(town),
    "a cadence": lambda town, other: Cadence.objects.create(
        area=town.community, kind=StreetKind.STREET, days=1
    ),
    "another member": lambda town, other: Responsibility.objects.filter(
        area=town.west
    ).update(member=town.teammate),
    "a cell is renamed": lambda town, other: Area.objects.filter(pk=town.west.pk).update(
        name="Lantern Wharf"
    ),
}  # fmt: skip


@pytest.mark.usefixtures("_either_way")
@pytest.mark.parametrize("change", CHANGES)
def test_what_changes_is_counted_again(town: Town, other: Segment, change: str) -> None:
    first = walk(town, town.worker, FIRST, 0, 500, days_ago=4)
    walk(town, town.teammate, OVER, 0, 900, days_ago=3)
    pass_by(town, first, 8)
    before = check(town.city)
    CHANGES[change](town, other)
    assert check(town.city) != before
    assert check(town.subdistrict)


@pytest.mark.usefixtures("_either_way")
def test_time_passes_and_metres_become_overdue(town: Town, other: Segment) -> None:
    walk(town, town.worker, FIRST, 0, 500, days_ago=6)
    now = midnight(timezone.localdate()) + dt.timedelta(hours=10)
    WalkedStretch.objects.update(walked_at=now - dt.timedelta(days=6.5))
    moments = [now + dt.timedelta(hours=6 * step) for step in range(5)]
    seen = [check(town.city, at)[0] for at in moments]
    overdue = [figures.overdue_metres for figures in seen]
    assert overdue[-1] == overdue[0] + 50


def test_a_walk_of_a_clock_that_is_ahead_counts_from_its_second_on(
    town: Town, other: Segment
) -> None:
    now = midnight(timezone.localdate()) + dt.timedelta(hours=10)
    patrol = walk(town, town.worker, FIRST, 0, 500, days_ago=1)
    ahead = now + dt.timedelta(minutes=3)
    WalkedStretch.objects.filter(patrol=patrol).update(walked_at=ahead)
    covered = [
        check(town.city, now + dt.timedelta(seconds=seconds))[0].covered_metres
        for seconds in (0, 179, 180, 181)
    ]
    assert covered == [0, 0, 0, 50]


def test_only_what_changed_is_counted_again(
    town: Town,
    other: Segment,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    walk(town, town.worker, FIRST, 0, 500, days_ago=4)
    check(town.city)
    counted: list[str] = []
    whole = kept_figures.counted_in

    def noted(area: Area, **how: object) -> object:
        counted.append(area.code)
        return whole(area, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(kept_figures, "counted_in", noted)
    start, end = window(days=30, today=timezone.localdate())

    def ask() -> object:
        return kept_figures.coverage_of(town.city, start=start, end=end, now=timezone.now())

    # The log, the communities, the cells, their members.
    with django_assert_num_queries(4):
        ask()
    assert counted == []
    walk(town, town.worker, OVER, 0, 500, days_ago=4)
    ask()
    assert counted == [town.community.code]
    # What another area shares with the city is kept for both.
    kept_figures.coverage_of(town.subdistrict, start=start, end=end, now=timezone.now())
    assert counted == [town.community.code]
    assert kept_figures.coverage_of(
        town.community, start=start, end=end, now=timezone.now()
    ) == coverage(town.community.code, start=start, end=end, now=timezone.now())


def test_a_transaction_that_commits_late_is_seen(town: Town, other: Segment) -> None:
    walk(town, town.worker, FIRST, 0, 500, days_ago=4)
    before = kept_figures._keys(town.city, (), None)
    CoverageChange.objects.create(place=SECOND, txid=3, noted_at=timezone.now())
    after = kept_figures._keys(town.city, (), None)
    assert {code for code in before if before[code] != after[code]} == {SECOND}
    CoverageChange.objects.create(place="", txid=2, noted_at=timezone.now())
    everything = kept_figures._keys(town.city, (), None)
    assert all(everything[code] != after[code] for code in after)


def test_the_log_is_made_short_and_what_is_kept_stays(town: Town, other: Segment) -> None:
    for _time in range(3):
        walk(town, town.worker, FIRST, 0, 500, days_ago=4)
    log = CoverageChange.objects.filter(place=town.community.code)
    # One transaction: one row.
    assert log.get().number >= 3
    CoverageChange.objects.create(
        place=town.community.code, txid=3, noted_at=timezone.now() - kept_figures.RECENT / 2
    )
    keys = kept_figures._keys(town.city, (), None)
    for hours, rows in ((0, 2), (2, 1), (4, 1)):
        kept_figures.shorten_log(timezone.now() + dt.timedelta(hours=hours))
        assert log.count() == rows
        assert kept_figures._keys(town.city, (), None) == keys
    walk(town, town.worker, FIRST, 0, 500, days_ago=4)
    assert kept_figures._keys(town.city, (), None) != keys


def test_emptied_tables_are_noted(town: Town, other: Segment) -> None:
    walk(town, town.worker, FIRST, 0, 500, days_ago=4)
    check(town.city)
    with connection.cursor() as cursor:
        # Else rows whose keys are to be checked at the end would forbid it.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("TRUNCATE patrols_walkedstretch")
    figures, _charted = check(town.city)
    assert figures.covered_metres == 0


def test_the_leaders_panel_is_told_so(town: Town, other: Segment) -> None:
    client = Client()
    client.force_login(town.leader)
    for metres in (0, 50, 100):
        if metres:
            walk(town, town.worker, FIRST, 10 * metres - 500, 10 * metres, days_ago=1)
        told = client.get("/api/v1/coverage/?area=990101001").json()
        assert (told["metres"], told["covered_metres"]) == (2499.97, metres)
        assert [cell["code"] for cell in told["cells"]] == [town.west.code, town.east.code]
        assert sum(cell["covered_metres"] for cell in told["cells"]) == metres
        charted = client.get("/api/v1/series/?area=990101001").json()
        assert (charted["metres"], charted["covered_metres"][-1]) == (2499.97, metres)
