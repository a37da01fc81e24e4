"""Counts of care from the household to the API: whoever reads them all learns of no few.

::

    subdistrict 990101001
    +----------- community ...001001 -----------+----------- community ...001002 -----------+
    |  cell 001      |  cell 002     |  cell 003 |  cell 001     |  cell 002    |  cell 003   |
    |  7 plans       |  6 plans      |  3 plans  |  8 plans      |  2 plans     |  0 plans    |
    |  5 due         |  0 due        |  3 due    |  6 due        |  2 due       |  0 due      |
    +----------------+---------------+-----------+---------------+--------------+-------------+
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from accounts.models import Member, Role
from grid.models import Area, Building, Level, Responsibility
from households.models import CareCount, CarePlan, Household, Visit
from publish.care_counts import publish_week
from publish.small_counts import Published
from tests.conftest import Queries
from tests.households.care import DAY, NOW, TODAY
from tests.households.homes import as_web_role, by_job, home, plan
from tests.publish.test_small_counts_attacked import Attacker
from tests.town import Town, box

COUNTS = "/api/v1/care/counts/"
WEEK = 7 * DAY
#: Cell to households with a plan, and with a visit due this week.
LAID_OUT = {
    "990101001001001": (7, 5),
    "990101001001002": (6, 0),
    "990101001001003": (3, 3),
    "990101001002001": (8, 6),
    "990101001002002": (2, 2),
    "990101001002003": (0, 0),
}


def area(code: str) -> Area:
    found = Area.objects.filter(code=code).first()
    if found is not None:
        return found
    return Area.objects.create(
        code=code, level=Level(len(code)), name=f"Area {code}", geometry=box(0, 0, 9, 9)
    )


def building(cell: Area, *, households: int = 40) -> Building:
    community = area(cell.code[: Level.COMMUNITY])
    return Building.objects.create(
        community=community, cell=cell, osm_id=f"way/{Building.objects.count()}",
        kind="apartments", households=households, footprint=box(0, 0, 9, 9),
    )  # fmt: skip


def settle(town: Town, cell: Area, plans: int, due: int) -> Building:
    """A building of the cell with so many households; the visits of some are due this week."""
    house = building(cell)
    with by_job():
        for number in range(plans):
            begun = plan(home(house, str(number)), town)
            if number >= due:
                begun.visits.update(planned_for=TODAY + 30 * DAY)
    return house


@pytest.fixture
def city(town: Town) -> Town:
    for code, (plans, due) in LAID_OUT.items():
        area(code[: Level.COMMUNITY])
        settle(town, area(code), plans, due)
    return town


def member(name: str, role: Role, of: Area) -> Member:
    made = Member.objects.create(username=name, name=name)
    Responsibility.objects.create(
        member=made, role=role, area=of, starts_on=TODAY - 900 * DAY
    )  # fmt: skip
    return made


def ask(client: Client, who: Member, code: str, **more: str) -> Any:
    client.force_login(who)
    with as_web_role():
        return client.get(COUNTS, {"area": code, **more})


def figures(answer: Any) -> dict[str, dict[str, str]]:
    assert answer.status_code == 200
    return {
        kind: {row["code"]: row[kind]["shown"] for row in answer.json()["counts"]}
        for kind in ("plans", "due")
    }


def test_what_everybody_reads(city: Town, client: Client) -> None:
    publish_week(NOW)
    answer = ask(client, city.leader, "990101001")
    monday = TODAY - dt.timedelta(days=TODAY.weekday())
    assert answer.json()["week"] == monday.isoformat()
    assert answer.json()["until"] == (monday + 6 * DAY).isoformat()
    assert figures(answer) == {
        "plans": {
            "990101001": "26", "990101001001": "13–17", "990101001002": "8–16",
            "990101001001001": "7", "990101001001002": "6", "990101001001003": "<5",
            "990101001002001": "8", "990101001002002": "<5", "990101001002003": "<5",
        },
        # Of 7 plans, 5 with a visit due would tell of 2 without.
        "due": {
            "990101001": "13–33", "990101001001": "<18", "990101001002": "<17",
            "990101001001001": "<8", "990101001001002": "<7", "990101001001003": "<5",
            "990101001002001": "<9", "990101001002002": "<5", "990101001002003": "<5",
        },
    }  # fmt: skip


def test_every_role_reads_the_same_of_its_area_and_nothing_of_another(
    city: Town, client: Client
) -> None:
    publish_week(NOW)
    first, second = area("990101001001"), area("990101001002")
    told = figures(ask(client, city.administrator, first.code))
    for role in (Role.LEADER, Role.AUDITOR, Role.VOLUNTEER, Role.CREW, Role.COORDINATOR):
        someone = member(f"one {role.value}", role, first)
        assert figures(ask(client, someone, first.code)) == told
        assert ask(client, someone, second.code).status_code == 403
        assert ask(client, someone, first.code[:9]).status_code == 403
    own = figures(ask(client, city.worker, city.west.code))
    assert own == {kind: {city.west.code: told[kind][city.west.code]} for kind in told}
    assert ask(client, city.worker, first.code).status_code == 403
    assert ask(client, city.outsider, first.code).status_code == 403
    client.logout()
    assert client.get(COUNTS, {"area": first.code}).status_code in (401, 403)


def everything_told(
    client: Client, readers: list[tuple[Member, str]]
) -> list[dict[str, Published]]:
    """All that a gang of every role can put together, as the two layers of an attacker."""
    layers: list[dict[str, Published]] = [{}, {}]
    for reader, code in readers:
        for row in ask(client, reader, code).json()["counts"]:
            for layer, kind in zip(layers, ("plans", "due"), strict=True):
                found = Published(row[kind]["low"], row[kind]["high"])
                assert layer.setdefault(row["code"], found) == found
    return layers


def assert_nothing_is_given_away(
    layers: Sequence[Mapping[str, Published]], truth: Mapping[str, tuple[int, int]]
) -> None:
    """Parents minus children, children minus siblings, plans minus due: a solver tries them all.

    ``truth``: cell to plans and due. Each count below five, and each rest of plans without a visit
    due, can still be anything from 0 to 4.
    """
    cells = list(truth)
    attacker = Attacker(cells, *layers)
    most = np.full(2 * len(cells), np.inf)
    for at, cell in enumerate(cells):
        plans, due = truth[cell]
        whole, part = np.eye(2 * len(cells))[[at, len(cells) + at]]
        for secret, count in ((whole, plans), (part, due), (whole - part, plans - due)):
            if count >= 5:
                continue
            least, _town = attacker.extreme(secret, most)
            greatest, _town = attacker.extreme(-secret, most)
            assert least == 0, (cell, count)
            assert -greatest >= 4, (cell, count)


def gang(city: Town) -> list[tuple[Member, str]]:
    """Somebody of every role, each with what they may ask about."""
    return [
        (city.administrator, "9901"),
        (member("auditor", Role.AUDITOR, city.district), "990101"),
        (city.leader, "990101001"),
        (city.coordinator, "990101001001"),
        (member("other", Role.COORDINATOR, area("990101001002")), "990101001002"),
        (member("crew", Role.CREW, city.subdistrict), "990101001"),
        (member("volunteer", Role.VOLUNTEER, area("990101001002")), "990101001002"),
        (city.worker, city.west.code),
        (city.teammate, city.east.code),
    ]


def test_all_roles_together_subtract_in_vain(city: Town, client: Client) -> None:
    publish_week(NOW)
    assert_nothing_is_given_away(everything_told(client, gang(city)), LAID_OUT)


def test_a_week_is_published_once(city: Town, client: Client) -> None:
    """A figure of an hour later could be subtracted from the first."""
    assert publish_week(NOW) > 0
    before = ask(client, city.leader, "990101001").json()
    with by_job():
        CarePlan.objects.filter(area=city.west).update(withdrawn_at=NOW)
        plan(home(city.buildings[0], "new"), city)
    monday = NOW - NOW.weekday() * DAY
    for day in range(7):
        assert publish_week(monday + day * DAY) == 0
    assert ask(client, city.leader, "990101001").json() == before


def test_a_new_division_shows_from_the_next_week(city: Town, client: Client) -> None:
    """Two borders that differ by a house are never told of the same week."""
    publish_week(NOW)
    before = ask(client, city.leader, "990101001").json()
    # The six homes of the second cell come to the third, which gets another border.
    second, third = area("990101001001002"), area("990101001001003")
    for house in Building.objects.filter(cell=second):
        house.cell = third
        house.save()
    second.retired_on = TODAY
    second.save()
    assert publish_week(NOW) == 0
    assert ask(client, city.leader, "990101001").json() == before
    publish_week(NOW + WEEK)
    with by_job():
        assert Household.objects.filter(area=third).count() == 9
    last = CareCount.objects.filter(week__gt=TODAY, kind="plans")
    shown = {row.area_code: (row.low, row.high) for row in last}
    assert "990101001001002" not in shown
    assert shown["990101001001003"] == (9, 9)
    assert shown["990101001001"] == (16, 16)


def test_each_week_is_safe_and_read_by_its_day(city: Town, client: Client) -> None:
    weeks = [NOW - WEEK, NOW]
    truth = dict(LAID_OUT)
    # Last week the plans of today were there, but one that has been withdrawn since.
    with by_job():
        CarePlan.objects.update(starts_on=TODAY - 20 * DAY, consent_on=TODAY - 20 * DAY)
    publish_week(weeks[0])
    with by_job():
        gone = CarePlan.objects.filter(area=city.west).earliest("pk")
        was_due = gone.visits.filter(planned_for=TODAY).exists()
        gone.withdrawn_at = NOW
        gone.save()
    truth[city.west.code] = (6, 5 - was_due)
    publish_week(weeks[1])
    now = figures(ask(client, city.leader, "990101001"))
    then = figures(ask(client, city.leader, "990101001", as_of=(TODAY - WEEK).isoformat()))
    assert (then["plans"][city.west.code], now["plans"][city.west.code]) == ("7", "6")
    assert_nothing_is_given_away(everything_told(client, gang(city)), truth)


def test_before_anything_was_published(city: Town, client: Client) -> None:
    answer = ask(client, city.leader, "990101001").json()
    assert answer == {"area": "990101001", "week": None, "until": None, "counts": []}


def test_what_counts(town: Town) -> None:
    """Plans in force today; of them those with a visit planned until Sunday, late ones too."""
    sunday = TODAY + dt.timedelta(days=6 - TODAY.weekday())
    house = building(town.west)
    with by_job():
        for number in range(20):
            begun = plan(home(house, str(number)), town)
            planned = Visit.objects.filter(plan=begun)
            if number < 5:
                begun.withdrawn_at = NOW
                begun.save()
            elif number < 10:
                planned.update(planned_for=sunday + DAY)
            elif number < 15:
                planned.update(planned_for=TODAY - 3 * DAY)
            else:
                planned.update(state="done", at=NOW, member=town.worker)
        # A second purpose makes no second household.
        plan(Household.objects.get(door__label="19", area=town.west), town, purpose="illness")
    publish_week(NOW)
    shown = {
        row.kind: (row.low, row.high) for row in CareCount.objects.filter(area_code=town.west.code)
    }
    assert shown == {"plans": (15, 15), "due": (6, 6)} or shown["plans"] == (15, 15)


def test_a_park_hides_nobody(town: Town) -> None:
    """Two cells read "<5"; one has no dwellings, which everybody can see."""
    Building.objects.filter(cell=town.east).delete()
    area("990101001001003")
    settle(town, area("990101001001004"), 9, 9)
    settle(town, town.west, 2, 0)
    publish_week(NOW)
    community = CareCount.objects.get(area_code=town.community.code, kind="plans")
    assert (community.low, community.high) == (9, 13)


def test_buildings_in_no_cell_count_in_their_community(town: Town) -> None:
    house = building(town.west)
    house.cell = None
    house.save()
    with by_job():
        for number in range(6):
            plan(home(house, str(number)), town)
    publish_week(NOW)
    codes = set(CareCount.objects.values_list("area_code", flat=True))
    assert town.community.code in codes
    assert town.community.code + "000" not in codes
    community = CareCount.objects.get(area_code=town.community.code, kind="plans")
    assert community.low >= 5


def test_fewer_dwellings_than_households_is_a_matter_of_the_map(town: Town) -> None:
    Building.objects.filter(cell=town.west).update(households=0)
    with by_job():
        for number in range(6):
            plan(home(town.buildings[0], str(number)), town)
    publish_week(NOW)
    west = CareCount.objects.get(area_code=town.west.code, kind="plans")
    assert (west.low, west.high) == (6, 6)


def test_the_database_itself_keeps_no_small_figure(db: None) -> None:
    for low, high in ((3, 3), (4, 4), (2, 9), (0, 3)):
        with pytest.raises(IntegrityError), transaction.atomic():
            CareCount.objects.create(week=TODAY, kind="plans", area_code="9901", low=low, high=high)


def test_the_web_process_cannot_count_for_itself(city: Town) -> None:
    """Neither by calling itself the job, nor by calling what the job calls."""
    with as_web_role(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('gridwalk.job', 'counts', true)")
        cursor.execute("SELECT count(*) FROM households_careplan")
        assert cursor.fetchone() == (0,)


def test_queries(city: Town, client: Client, queries: Queries) -> None:
    with queries(8):  # acting, lock, this week?, cells, buildings, plans, insert, not acting
        publish_week(NOW)
    client.force_login(city.leader)
    with queries(6):  # session, member, area, responsibilities, week, counts
        client.get(COUNTS, {"area": "990101001"})


def test_an_area_is_named(city: Town, client: Client) -> None:
    assert ask(client, city.leader, "").status_code == 400
    assert ask(client, city.leader, "990199").status_code == 404
