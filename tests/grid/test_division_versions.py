"""Versions of a division: what is written down, what counted on a day, plans for a day to come."""

import datetime as dt
import importlib
import logging
from typing import Any

import pytest
import shapely
from django.apps import apps
from django.contrib.gis.geos import GEOSGeometry

from accounts.models import Role
from grid.cell_register import DrawnCell, register_cells
from grid.division import divide
from grid.divisions import adopting, drafts, versions
from grid.divisions.adopting import adopt, put_planned_in_force
from grid.divisions.drafts import make
from grid.divisions.versions import cells_on, unheld
from grid.metres import shapes
from grid.models import (
    BEGINNING,
    Area,
    Building,
    CellStretch,
    Division,
    DivisionStretch,
    Responsibility,
)
from grid.standard import Standard
from tests.town import Town, box

TODAY = dt.date(2026, 11, 22)
DAY = dt.timedelta(days=1)
State = Division.State


def drawn(*bounds: tuple[int, int, int, int], **more: Any) -> list[DrawnCell]:
    return [DrawnCell(shapes([box(*one)])[0], **more) for one in bounds]


def whole(town: Town, day: dt.date) -> None:
    """One cell only from that day on."""
    register_cells(town.community, drawn((0, 0, 400, 400)), today=day)


def states() -> list[tuple[str, dt.date | None, dt.date | None]]:
    found = Division.objects.order_by("pk")
    return [(one.state, one.starts_on, one.ends_on) for one in found]


def test_a_change_writes_the_old_division_down(town: Town) -> None:
    before = set(CellStretch.objects.values_list("segment", "cell__code", "start_dm", "end_dm"))
    whole(town, TODAY)
    assert states() == [
        (State.PAST, BEGINNING, TODAY),
        (State.IN_FORCE, TODAY, None),
    ]
    past = Division.objects.get(state=State.PAST)
    assert list(past.cells.values_list("code", "name", "households")) == [
        (town.west.code, "Lantern West", 350),
        (town.east.code, "Lantern East", 350),
    ]
    assert past.cells.get(code=town.west.code).outline.equals_exact(town.west.geometry, 1e-12)
    kept = DivisionStretch.objects.values_list("segment", "cell__code", "start_dm", "end_dm")
    assert set(kept) == before


def test_what_changes_nothing_is_no_version(town: Town) -> None:
    Building.objects.update(flats=40)
    standard = Standard((150, 200))
    divide(town.community, standard=standard, today=TODAY)
    assert len(states()) == 2
    assert Division.objects.get(state=State.IN_FORCE).standard == {
        "between": [150, 200],
        "by": {"households": 1.0},
    }
    divide(town.community, standard=standard, today=TODAY + DAY)
    assert len(states()) == 2


def test_a_communitys_first_cells_count_from_the_beginning(town: Town) -> None:
    CellStretch.objects.all().delete()
    Building.objects.update(cell=None)
    Responsibility.objects.filter(area__level=15).delete()
    town.community.lamp_set.update(cell=None)
    town.community.servicepoint_set.update(cell=None)
    Area.objects.cells().delete()
    register_cells(town.community, drawn((0, 0, 400, 400)), today=TODAY)
    assert states() == [(State.IN_FORCE, BEGINNING, None)]


def test_each_day_has_the_cells_in_force_then(town: Town) -> None:
    whole(town, TODAY - 10 * DAY)
    register_cells(
        town.community, drawn((0, 0, 400, 200), (0, 200, 400, 400), name="Half"), today=TODAY
    )

    def codes(day: dt.date | None, code: str = town.community.code) -> list[str]:
        return [one.code[-3:] for one in cells_on(code, day)]

    assert codes(dt.date(2020, 1, 1)) == ["001", "002"]
    assert codes(TODAY - 11 * DAY) == ["001", "002"]
    (only,) = codes(TODAY - 10 * DAY)
    assert codes(TODAY - DAY) == [only]
    assert codes(TODAY) == codes(None) == codes(TODAY + DAY)
    assert len(codes(TODAY)) == 2
    assert codes(TODAY - 11 * DAY, "9901") == ["001", "002"]
    assert codes(TODAY - 11 * DAY, town.east.code) == ["002"]
    (east,) = cells_on(town.east.code, TODAY - 11 * DAY, outlines=True)
    assert isinstance(east.outline, GEOSGeometry)
    assert east.outline.equals_exact(town.east.geometry, 1e-12)


def test_cells_of_a_day_take_few_queries(town: Town, queries: Any) -> None:
    whole(town, TODAY)
    with queries(1):
        cells_on(town.community.code, None)
    with queries(2):
        cells_on(town.community.code, TODAY)
    with queries(3):
        cells_on(town.community.code, TODAY - DAY)


def test_a_division_of_some_hours_was_in_force_on_no_day(town: Town) -> None:
    whole(town, TODAY)
    register_cells(town.community, drawn((0, 0, 400, 200), (0, 200, 400, 400)), today=TODAY)
    assert [state for state, _start, _end in states()] == [State.PAST, State.PAST, State.IN_FORCE]
    assert len(cells_on(town.community.code, TODAY - DAY)) == 2
    assert len(cells_on(town.community.code, TODAY)) == 2
    assert not DivisionStretch.objects.filter(cell__division__starts_on=TODAY).exists()


def planned(town: Town, day: dt.date) -> Division:
    """A draft with one cell, planned for that day."""
    draft = make(town.community, drafts.TODAY, by=town.coordinator)
    east, west = draft.cells.get(key=town.east.code), draft.cells.get(key=town.west.code)
    west.outline = box(0, 0, 400, 400)
    west.save()
    east.delete()
    return adopt(draft.pk, 1, starts_on=day, note="Together", by=town.leader, today=TODAY).division


def test_a_plan_begins_in_the_night_of_its_day(town: Town) -> None:
    plan = planned(town, TODAY + 3 * DAY)
    assert (plan.state, plan.starts_on) == (State.PLANNED, TODAY + 3 * DAY)
    assert put_planned_in_force(TODAY + 2 * DAY) == 0
    assert Area.objects.cells().count() == 2
    assert put_planned_in_force(TODAY + 3 * DAY) == 1
    assert put_planned_in_force(TODAY + 3 * DAY) == 0
    (cell,) = Area.objects.cells()
    assert (cell.code, cell.name) == (town.west.code, "Lantern West")
    plan.refresh_from_db()
    assert (plan.state, plan.note, plan.made_by) == (State.IN_FORCE, "Together", town.leader)
    assert not plan.cells.exists()
    ended = Responsibility.objects.get(area=town.east)
    assert ended.ends_on == TODAY + 3 * DAY


def test_a_night_without_jobs_is_made_up_for(town: Town) -> None:
    planned(town, TODAY + DAY)
    assert put_planned_in_force(TODAY + 5 * DAY) == 1
    assert Division.objects.get(state=State.IN_FORCE).starts_on == TODAY + 5 * DAY


def test_a_plan_that_does_not_fit_any_more_waits_and_is_logged(
    town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    planned(town, TODAY + DAY)
    town.community.geometry = box(0, 0, 500, 400)
    town.community.save()
    with caplog.at_level(logging.ERROR, logger=adopting.__name__):
        assert put_planned_in_force(TODAY + DAY) == 0
    assert town.community.code in caplog.text
    assert Division.objects.get().state == State.PLANNED
    assert Area.objects.cells().count() == 2


def test_two_plans_that_were_missed_take_force_in_their_order(town: Town) -> None:
    first, second = planned(town, TODAY + DAY), planned(town, TODAY + 2 * DAY)
    assert put_planned_in_force(TODAY + 5 * DAY) == 2
    for one in (first, second):
        one.refresh_from_db()
    assert (first.state, second.state) == (State.PAST, State.IN_FORCE)


def test_a_plan_with_a_fault_keeps_no_other_one_from_its_day(
    town: Town, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = planned(town, TODAY + DAY), planned(town, TODAY + 2 * DAY)
    put = adopting._put_in_force

    def faulty(division: Division, today: dt.date) -> Any:
        if division == first:
            raise shapely.GEOSException("TopologyException")
        return put(division, today)

    monkeypatch.setattr(adopting, "_put_in_force", faulty)
    with caplog.at_level(logging.ERROR, logger=adopting.__name__):
        assert put_planned_in_force(TODAY + 2 * DAY) == 1
    assert "TopologyException" in caplog.text
    for one in (first, second):
        one.refresh_from_db()
    assert (first.state, second.state) == (State.PLANNED, State.IN_FORCE)


def test_two_plans_do_not_begin_on_one_day(town: Town) -> None:
    planned(town, TODAY + DAY)
    with pytest.raises(Exception, match="planned for this day"):
        planned(town, TODAY + DAY)


def test_cells_without_a_worker_are_told(town: Town) -> None:
    Responsibility.objects.filter(area=town.west).update(ends_on=TODAY)
    division = versions.succeed(town.community, versions.standing(town.community, []), today=TODAY)
    assert [one.code for one in unheld(division, TODAY + DAY)] == [town.west.code]
    assert unheld(division, TODAY) == []
    draft = make(town.community, drafts.TODAY, by=town.coordinator)
    draft.cells.filter(key=town.east.code).update(code="", key="n1")
    assert [one.name for one in unheld(draft, TODAY)] == ["Lantern East"]
    Responsibility.objects.filter(area=town.west).update(role=Role.VOLUNTEER)
    assert len(unheld(division, TODAY)) == 1


def test_the_migration_gives_every_community_with_cells_its_first_version(town: Town) -> None:
    migration = importlib.import_module("grid.migrations.0005_first_versions")
    migration.record(apps, None)
    (first,) = Division.objects.all()
    assert (first.community, first.state) == (town.community, State.IN_FORCE)
    assert (first.starts_on, first.first_day) == (BEGINNING, None)
