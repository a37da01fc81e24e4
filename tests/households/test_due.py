"""The list of doors to visit: who sees which, what is first, and how one walks.

400 +---|---|-|-|---|---+
    |       |   | |     |      a building in the middle of each block of 100 m; the worker
    |  ⌂    | ⌂ | | ⌂   |      holds the west of the town (tests/town.py), the teammate the
    |       |   | |     |      east, the coordinator both
  0 +-------|-----|-----+
"""

import datetime as dt

import pytest
from django.contrib.gis.geos import Point

from accounts import acting
from api.errors import NotAllowed
from grid.models import Building
from households.due import When, due_list, missed
from households.models import CarePlan, Door, Visit
from households.plans import withdraw
from tests.conftest import Queries
from tests.households.care import DAY, NOW, TODAY, begin, visit
from tests.households.homes import as_web_role, by_job, home
from tests.town import Town, place

WEEK = TODAY + 6 * DAY


def door(town: Town, building: Building, label: str = "1", on: dt.date = TODAY) -> CarePlan:
    """A household behind that door with a visit planned for that day."""
    with by_job():
        plan = begin(home(building, label), town.coordinator)
        Visit.objects.filter(plan=plan).update(planned_for=on)
    return plan


def of_cell(town: Town, cell: object) -> list[Building]:
    return [building for building in town.buildings if building.cell == cell]


def test_each_sees_the_doors_in_their_care(town: Town) -> None:
    west, east = of_cell(town, town.west)[0], of_cell(town, town.east)[0]
    in_west, in_east = door(town, west), door(town, east)
    seen = {}
    for name in ("worker", "teammate", "coordinator"):
        member = getattr(town, name)
        with as_web_role(), acting.as_member(member):
            seen[name] = {due.visit.plan_id for due in due_list(member, NOW, until=WEEK).visits}
    assert seen == {
        "worker": {in_west.pk},
        "teammate": {in_east.pk},
        "coordinator": {in_west.pk, in_east.pk},
    }
    with as_web_role(), acting.as_member(town.coordinator):
        narrowed = due_list(town.coordinator, NOW, until=WEEK, code=town.east.code)
        assert [due.visit.plan_id for due in narrowed.visits] == [in_east.pk]
    for name in ("leader", "administrator", "outsider"):
        member = getattr(town, name)
        with as_web_role(), acting.as_member(member), pytest.raises(NotAllowed):
            due_list(member, NOW, until=WEEK)


def test_overdue_first_then_today_then_the_week(town: Town) -> None:
    buildings = of_cell(town, town.west)
    week = door(town, buildings[0], "1", TODAY + 3 * DAY)
    today = door(town, buildings[0], "2", TODAY)
    late = door(town, buildings[-1], "1", TODAY - 2 * DAY)
    door(town, buildings[0], "3", WEEK + DAY)
    start = Point(*place(0, 0), srid=4326)
    with as_web_role(), acting.as_member(town.worker):
        found = due_list(town.worker, NOW, until=WEEK, start=start)
    assert [(due.visit.plan_id, due.when) for due in found.visits] == [
        (late.pk, When.OVERDUE),
        (today.pk, When.TODAY),
        (week.pk, When.LATER),
    ]
    assert [due.visit.plan_id for due in found.of(When.TODAY)] == [today.pk]
    assert found.complete


def test_doors_of_a_building_follow_each_other_and_the_walk_is_short(town: Town) -> None:
    buildings = sorted(of_cell(town, town.west), key=lambda each: each.footprint.centroid.y)
    for label in ("10", "2"):
        door(town, buildings[-1], label)
    door(town, buildings[0])
    start = Point(*place(50, 0), srid=4326)
    with as_web_role(), acting.as_member(town.worker):
        found = due_list(town.worker, NOW, until=WEEK, start=start)
    labels = [due.visit.household.door.label for due in found.visits]
    buildings_met = [due.visit.household.door.building_id for due in found.visits]
    assert labels == ["1", "2", "10"]
    assert buildings_met == [buildings[0].pk, buildings[-1].pk, buildings[-1].pk]
    walks = [due.metres for due in found.visits if due.metres is not None]
    assert len(walks) == 3
    assert walks[0] > 0
    # Blocks are 100 m apart: up the alley, and no metre within the building.
    assert walks[1] >= 100
    assert walks[2] == 0
    assert found.metres == pytest.approx(sum(walks))


def test_without_a_start_the_first_door_has_no_walk(town: Town) -> None:
    door(town, of_cell(town, town.west)[0])
    with acting.as_member(town.worker):
        (due,) = due_list(town.worker, NOW, until=WEEK).visits
    assert due.metres is None
    assert due.location is not None


def test_a_door_whose_building_left_the_map_is_not_forgotten(town: Town) -> None:
    buildings = of_cell(town, town.west)
    lost = door(town, buildings[0])
    kept = door(town, buildings[1])
    with by_job():
        Door.objects.filter(building=buildings[0]).update(building=None)
    with as_web_role(), acting.as_member(town.worker):
        found = due_list(town.worker, NOW, until=WEEK).visits
    assert [due.visit.plan_id for due in found] == [kept.pk, lost.pk]
    assert (found[1].location, found[1].metres) == (None, None)


def test_who_withdraws_is_gone_at_once(town: Town) -> None:
    plan = door(town, of_cell(town, town.west)[0])
    with as_web_role(), acting.as_member(town.worker):
        assert due_list(town.worker, NOW, until=WEEK).visits
        withdraw(plan, member=town.worker, now=NOW)
        assert not due_list(town.worker, NOW, until=WEEK).visits


def test_a_plan_that_ended_lists_nothing_before_the_night_either(town: Town) -> None:
    plan = door(town, of_cell(town, town.west)[0], on=TODAY - 3 * DAY)
    with by_job():
        CarePlan.objects.filter(pk=plan.pk).update(
            starts_on=TODAY - 10 * DAY, consent_on=TODAY - 10 * DAY, ends_on=TODAY - DAY
        )
    with acting.as_member(town.worker):
        assert not due_list(town.worker, NOW, until=WEEK).visits


def test_the_same_queries_for_one_door_and_for_many(town: Town, queries: Queries) -> None:
    buildings = of_cell(town, town.west)
    for building in buildings:
        for label in "123":
            door(town, building, label)
    # 1 responsibilities, 2 areas, 3 visits with plan, household, door and area, 4 segments,
    # 5 accompanied streets. No contact is asked for, so none is deciphered.
    with as_web_role(), acting.as_member(town.worker), queries(5):
        found = due_list(town.worker, NOW, until=WEEK)
        shown = [(str(due.visit.household.door), due.visit.plan.purpose) for due in found.visits]
    assert len(shown) == 3 * len(buildings)
    for due in found.visits:
        assert "contact" in due.visit.household.get_deferred_fields()
        assert "consent_name" in due.visit.plan.get_deferred_fields()


def test_a_list_says_that_more_wait(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("households.due.MOST", 2)
    building = of_cell(town, town.west)[0]
    late = door(town, building, "1", TODAY - 9 * DAY)
    for label in "23":
        door(town, building, label)
    with acting.as_member(town.worker):
        found = due_list(town.worker, NOW, until=WEEK)
    assert not found.complete
    assert len(found.visits) == 2
    assert found.visits[0].visit.plan_id == late.pk


def test_missed_visits_are_the_coordinators(town: Town) -> None:
    plan = door(town, of_cell(town, town.west)[0], on=TODAY - 5 * DAY)
    door(town, of_cell(town, town.west)[1])
    with by_job():
        Visit.objects.filter(plan=plan).update(climbed_at=NOW)
    seen = {}
    for name in ("coordinator", "worker", "leader", "administrator"):
        member = getattr(town, name)
        with as_web_role(), acting.as_member(member):
            seen[name] = [each.plan_id for each in missed(member, NOW)]
    assert seen == {"coordinator": [plan.pk], "worker": [], "leader": [], "administrator": []}
    with as_web_role(), acting.as_member(town.worker):
        visit(plan, town.worker)
    with as_web_role(), acting.as_member(town.coordinator):
        assert not missed(town.coordinator, NOW)
