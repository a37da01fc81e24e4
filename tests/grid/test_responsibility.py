"""Who is responsible where, and what a member covers, in the small town (tests/town.py).

400 +---------|---------+
    |  west   |  east   |     (200, y) is the border, (400, y) the end of the world
  0 +---------|---------+
    0        200       400
"""

import datetime as dt

import pytest
from django.contrib.gis.geos import Point
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Member, Role
from accounts.scope import Scope
from grid.models import Level, Responsibility
from grid.responsibility import chain_at, scope_of
from tests.conftest import Queries
from tests.town import Town, box, place

TODAY = dt.date(2026, 5, 4)
DAY = dt.timedelta(days=1)


def at(x: float, y: float) -> Point:
    return Point(*place(x, y), srid=4326)


def names(x: float, y: float, on: dt.date = TODAY) -> dict[str, list[str]]:
    """Who is responsible at a place in metres, by the level of the area."""
    return {
        Level(link.area.level).name.lower(): [held.member.name for held in link.held]
        for link in chain_at(at(x, y), on)
    }


def hold(town: Town, member: Member, role: str, **more: object) -> Responsibility:
    given = {"area": town.west, "starts_on": dt.date(2026, 1, 1), **more}
    return Responsibility.objects.create(member=member, role=role, **given)


def test_from_the_worker_up_to_the_city(town: Town, queries: Queries) -> None:
    with queries(2):
        chain = chain_at(at(100, 100), TODAY)
    assert [link.area for link in chain] == [
        *(town.west, town.community, town.subdistrict, town.district, town.city)
    ]
    assert names(100, 100) == {
        "cell": ["Wang Wei"],
        "community": ["Cui Lan"],
        "subdistrict": ["Li Da"],
        "district": [],
        "city": [],
    }


def test_each_cell_has_its_own_worker(town: Town) -> None:
    assert names(300, 100)["cell"] == ["Tian Tian"]


def test_on_the_border_the_lower_code_answers(town: Town) -> None:
    corner = chain_at(at(200, 0), TODAY)
    assert corner[0].area == town.west
    town.west.retired_on = TODAY
    town.west.save()
    assert chain_at(at(200, 0), TODAY)[0].area == town.east


def test_outside_nobody_is_responsible(town: Town) -> None:
    assert chain_at(at(500, 100), TODAY) == []
    assert chain_at(Point(0, 0, srid=4326), TODAY) == []


def test_an_area_without_cells_answers_from_the_community(town: Town) -> None:
    town.west.retired_on = TODAY
    town.west.save()
    assert list(names(100, 100)) == ["community", "subdistrict", "district", "city"]


def test_the_last_day_belongs_to_a_responsibility(town: Town) -> None:
    held = Responsibility.objects.get(member=town.worker)
    held.ends_on = TODAY
    held.save()
    assert names(100, 100, TODAY)["cell"] == ["Wang Wei"]
    assert names(100, 100, TODAY + DAY)["cell"] == []


def test_a_responsibility_begins_on_its_first_day(town: Town) -> None:
    hold(town, town.outsider, Role.WORKER, starts_on=TODAY)
    assert names(100, 100, TODAY - DAY)["cell"] == ["Wang Wei"]
    assert names(100, 100, TODAY)["cell"] == ["Wang Wei", "Ou Yang"]


def test_auditors_and_administrators_are_not_asked_for_help(town: Town) -> None:
    for role in (Role.AUDITOR, Role.ADMINISTRATOR):
        hold(town, town.outsider, role)
    assert names(100, 100)["cell"] == ["Wang Wei"]


def test_several_roles_of_one_member(town: Town) -> None:
    hold(town, town.worker, Role.LEADER, area=town.community)
    assert names(100, 100)["community"] == ["Cui Lan", "Wang Wei"]
    assert scope_of(town.worker, TODAY).prefixes == {town.west.code, town.community.code}


@pytest.mark.parametrize(
    ("name", "covered", "not_covered"),
    [
        ("worker", ["west"], ["east", "community", "city"]),
        ("coordinator", ["west", "east", "community"], ["subdistrict"]),
        ("leader", ["west", "east", "community", "subdistrict"], ["district", "city"]),
        ("outsider", [], ["west", "east", "community", "city"]),
        ("administrator", ["west", "east", "community", "city"], []),
    ],
)
def test_what_each_covers(
    town: Town, name: str, covered: list[str], not_covered: list[str]
) -> None:
    scope = scope_of(getattr(town, name), TODAY)
    assert all(scope.covers(getattr(town, area).code) for area in covered)
    assert not any(scope.covers(getattr(town, area).code) for area in not_covered)
    assert bool(scope) == bool(covered)


@pytest.mark.parametrize("role", [Role.CREW, Role.VOLUNTEER])
def test_crews_and_volunteers_see_no_more_for_their_areas(town: Town, role: str) -> None:
    hold(town, town.outsider, role)
    assert not scope_of(town.outsider, TODAY)
    assert scope_of(town.outsider, TODAY, roles={role}).covers(town.west.code)


def test_an_ended_role_covers_nothing(town: Town) -> None:
    hold(town, town.outsider, Role.COORDINATOR, ends_on=dt.date(2026, 2, 1))
    assert not scope_of(town.outsider, TODAY)
    assert scope_of(town.outsider, dt.date(2026, 2, 1)).covers(town.west.code)


def test_a_retired_cell_covers_nothing(town: Town) -> None:
    town.west.retired_on = TODAY
    town.west.save()
    assert not scope_of(town.worker, TODAY)


def test_a_street_alone_covers_no_area(town: Town) -> None:
    hold(town, town.outsider, Role.LEADER, area=None, street=town.streets["Row 1"])
    assert not scope_of(town.outsider, TODAY)


def test_the_role_administrator_covers_everything_while_it_lasts(town: Town) -> None:
    hold(town, town.outsider, Role.ADMINISTRATOR, ends_on=TODAY)
    assert scope_of(town.outsider, TODAY).everywhere
    assert not scope_of(town.outsider, TODAY + DAY)


@pytest.mark.parametrize("name", ["worker", "administrator"])
def test_who_left_covers_nothing(town: Town, name: str) -> None:
    member = getattr(town, name)
    member.is_active = False
    assert not scope_of(member, TODAY)


def test_overlapping_areas_of_one_level_answer_once(town: Town) -> None:
    """Two communities drawn over each other: the one with the lower code answers."""
    twin = type(town.community).objects.create(
        code="990101001002", level=Level.COMMUNITY, name="Twin", geometry=box(0, 0, 400, 400)
    )
    chain = chain_at(at(100, 100), TODAY)
    assert twin not in [link.area for link in chain]
    assert len(chain) == 5


codes = st.sampled_from(["9901", "990101", "990101001", "990101001001", "990101001001001", "8801"])


@given(st.frozensets(codes), codes)
def test_a_scope_covers_what_begins_with_a_prefix(prefixes: frozenset[str], code: str) -> None:
    scope = Scope(prefixes)
    assert scope.covers(code) == any(code[: len(prefix)] == prefix for prefix in prefixes)
    assert scope.touches(code) >= scope.covers(code)
    assert scope.touches(code) == any(
        code.startswith(prefix) or prefix.startswith(code) for prefix in prefixes
    )


def test_an_empty_scope_filters_everything_away(town: Town) -> None:
    areas = type(town.city).objects
    assert not areas.in_scope(Scope()).exists()
    assert areas.in_scope(Scope(everywhere=True)).count() == 6
    assert areas.in_scope(Scope(frozenset({town.community.code}))).count() == 3
