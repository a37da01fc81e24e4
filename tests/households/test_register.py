"""Doors, homes behind them, and finding them by address."""

import datetime as dt

import pytest
from django.utils import timezone

from accounts import acting
from api.errors import BadInput, NotAllowed
from grid.models import Building
from households import register
from households.models import AccessRecord, Door, Household, Looked
from tests.households.homes import as_web_role, by_job, home, plan
from tests.town import Town

NOW = timezone.now()
TODAY = timezone.localdate(NOW)


def placed(building: Building, street: str, number: str, name: str = "") -> Building:
    building.street_name, building.number, building.name = street, number, name
    building.save()
    return building


def take_in(town: Town, door: Door, **more: object) -> Household:
    given = {"people": 2, "contact": "Ann, 040 123", "language": "en", "since": TODAY, **more}
    return register.take_in(door, member=town.worker, now=NOW, **given)  # type: ignore[arg-type]


def test_a_door_is_known_again_however_it_is_written(town: Town) -> None:
    with acting.as_member(town.worker):
        door = register.ensure_door(town.buildings[0], "2单元", "", "501室")
        assert (door.entrance, door.label, door.area) == ("2", "501", town.west)
        assert register.ensure_door(town.buildings[0], "二单元", "", "５０１") == door
        assert register.find_door(town.buildings[0], "2", "", "501号室") == door
        assert register.find_door(town.buildings[0], "3", "", "501") is None
        with pytest.raises(BadInput):
            register.ensure_door(town.buildings[0], "", "", "x" * 21)


def test_taking_in_twice_changes_nothing(town: Town) -> None:
    with as_web_role(), acting.as_member(town.worker):
        door = register.ensure_door(town.buildings[0], "", "", "1")
        first = take_in(town, door)
        again = take_in(town, door, people=None, contact="", since=TODAY - dt.timedelta(days=3))
        assert (again.pk, again.people, again.contact) == (first.pk, 2, "Ann, 040 123")
        assert again.since == TODAY
        assert AccessRecord.objects.get().looked == Looked.CHANGE
        take_in(town, door, people=3)
        assert Household.objects.get().people == 3
        assert AccessRecord.objects.count() == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"people": 0},
        {"people": 31},
        {"language": "x" * 11},
        {"contact": "x" * 201},
        {"since": dt.date(2999, 1, 1)},
    ],
)
def test_what_cannot_be_is_refused(town: Town, wrong: dict[str, object]) -> None:
    with acting.as_member(town.worker):
        door = register.ensure_door(town.buildings[0], "", "", "1")
        with pytest.raises(BadInput):
            take_in(town, door, **wrong)


def test_nobody_takes_in_a_home_of_another_cell(town: Town) -> None:
    with by_job():
        door = register.ensure_door(town.buildings[8], "", "", "1")
        with pytest.raises(NotAllowed):
            take_in(town, door)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("幸福路", ["1", "501", "7"]),
        ("幸福路12号3单元501室", ["501"]),
        ("幸福路 12", ["1", "501", "7"]),
        ("１２ 幸福", ["1", "501", "7"]),
        ("幸福路 1", ["1", "501", "7"]),
        ("幸福路120号", ["7"]),
        ("harbour", ["B"]),
        ("HARBOUR st 4 b", ["B"]),
        ("harbour 5", []),
        ("%", []),
        ("", []),
        ("12", ["1", "501", "7"]),
        ("gone", ["9"]),
    ],
)
def test_homes_are_found_by_words_of_their_address(
    town: Town, words: str, found: list[str]
) -> None:
    with by_job():
        first = placed(town.buildings[0], "幸福路", "12号")
        for entrance, label in (("", "1"), ("3", "501")):
            take_in(town, register.ensure_door(first, entrance, "", label))
        second = placed(town.buildings[1], "幸福路", "120")
        take_in(town, register.ensure_door(second, "", "", "7"))
        third = placed(town.buildings[2], "Harbour Street", "4")
        take_in(town, register.ensure_door(third, "", "", "b"))
        off_the_map = home(town.buildings[3], "9")
        Door.objects.filter(pk=off_the_map.door_id).update(building=None, address="Gone Lane 1")
    with as_web_role(), acting.as_member(town.worker):
        assert [one.door.label for one in register.search(town.worker, words, NOW)] == found
        assert AccessRecord.objects.filter(looked=Looked.PAGE).count() == 0
    with as_web_role(), acting.as_member(town.teammate):
        assert register.search(town.teammate, words, NOW) == []


def test_a_search_reads_no_contact(town: Town) -> None:
    with by_job():
        home(placed(town.buildings[0], "Row", "1"))
        Door.objects.update(address="Row 1")
    with acting.as_member(town.worker):
        (one,) = register.search(town.worker, "row", NOW)
        assert "contact" in one.get_deferred_fields()


def test_homes_without_a_plan_are_told(town: Town) -> None:
    with by_job():
        with_plan, without = home(town.buildings[0], "1"), home(town.buildings[0], "2")
        plan(with_plan, town)
    with acting.as_member(town.coordinator):
        assert list(register.without_plan(town.coordinator, NOW)) == [without]
    with acting.as_member(town.teammate):
        assert list(register.without_plan(town.teammate, NOW)) == []
