"""The database shows homes only to who is responsible for them, whatever is asked and by whom.

400 +---------|---------+   the worker holds the west, the teammate the east,
    |  west   |  east   |   the coordinator both; ⌂ a home in each
    |   ⌂     |     ⌂   |
  0 +---------|---------+
    0        200       400
"""

import datetime as dt
import uuid

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts import acting
from accounts.models import Member, Role
from grid.models import Area, Building, Responsibility
from grid.responsibility import homes_of
from households import access
from households.models import AccessRecord, CarePlan, Door, Household, Looked, Visit
from tests.households.homes import as_web_role, by_job, home, plan
from tests.town import Town

TABLES = [
    "households_door",
    "households_household",
    "households_careplan",
    "households_visit",
    "households_householdevent",
    "households_careplanevent",
]


@pytest.fixture
def west(town: Town) -> Household:
    with by_job():
        made = home(town.buildings[0])
        plan(made, town)
    return made


@pytest.fixture
def east(town: Town) -> Household:
    with by_job():
        made = home(town.buildings[8])
        plan(made, town)
    return made


def counted(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return cursor.fetchone()[0]


@pytest.mark.parametrize("table", TABLES)
def test_without_eyes_nothing_is_seen(west: Household, table: str) -> None:
    assert counted(table) == 0
    with as_web_role():
        assert counted(table) == 0
    with by_job():
        assert counted(table) == 1


def test_every_table_of_homes_is_forced(db: None) -> None:
    open_to_all = {"carecount", "checklist", "checklistitem", "consenttext"}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname LIKE 'households\\_%' AND relkind = 'r'"
            " AND NOT (relrowsecurity AND relforcerowsecurity)"
        )
        assert {name.removeprefix("households_") for (name,) in cursor.fetchall()} == open_to_all


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("worker", {"west"}),
        ("teammate", {"east"}),
        ("coordinator", {"west", "east"}),
        ("leader", set()),
        ("outsider", set()),
        ("administrator", set()),
    ],
)
def test_who_sees_which_home(
    town: Town, west: Household, east: Household, who: str, sees: set[str]
) -> None:
    names = {west.pk: "west", east.pk: "east"}
    with as_web_role(), acting.as_member(getattr(town, who)):
        assert {names[pk] for pk in Household.objects.values_list("pk", flat=True)} == sees
        assert Visit.objects.count() == CarePlan.objects.count() == Door.objects.count()
        assert Visit.objects.count() == len(sees)


def test_the_web_process_is_no_job(west: Household) -> None:
    with as_web_role(), acting.as_job("import"):
        assert counted("households_household") == 0
    with acting.as_job("nobody knows"):
        assert counted("households_household") == 0


def test_eyes_close_again(town: Town, west: Household) -> None:
    with acting.as_member(town.worker):
        with acting.as_member(town.teammate):
            assert Household.objects.count() == 0
        assert Household.objects.count() == 1
    assert Household.objects.count() == 0


def test_eyes_close_after_a_fault(town: Town, west: Household) -> None:
    with pytest.raises(DatabaseError), transaction.atomic(), acting.as_member(town.worker):
        connection.cursor().execute("SELECT 1 / 0")
    assert Household.objects.count() == 0
    with pytest.raises(ZeroDivisionError), acting.as_member(town.worker):
        1 / 0  # noqa: B018
    assert Household.objects.count() == 0


def test_areas_are_worked_out_anew_for_whoever_looks_next(
    town: Town, west: Household, east: Household
) -> None:
    with as_web_role(), acting.as_member(town.worker), connection.cursor() as cursor:
        assert [one.pk for one in Household.objects.all()] == [west.pk]
        told = "SELECT set_config('gridwalk.member', %s, true)"
        cursor.execute(told, [str(town.teammate.pk)])
        assert [one.pk for one in Household.objects.all()] == [east.pk]
        cursor.execute(told, [str(town.leader.pk)])
        assert not Household.objects.exists()
    Responsibility.objects.filter(member=town.worker).delete()
    with as_web_role(), acting.as_member(town.worker):
        assert not Household.objects.exists()


def test_nothing_is_written_into_another_cell(town: Town, west: Household) -> None:
    with as_web_role(), acting.as_member(town.worker):
        assert Household.objects.update(area=town.west) == 1
        with pytest.raises(DatabaseError), transaction.atomic():
            Household.objects.update(area=town.east)
        with pytest.raises(DatabaseError), transaction.atomic():
            home(town.buildings[8])


def test_homes_follow_their_building_when_cells_are_drawn_anew(town: Town, west: Household) -> None:
    Building.objects.filter(pk=town.buildings[0].pk).update(cell=town.east)
    with as_web_role(), acting.as_member(town.worker):
        assert Household.objects.count() == 0
    with as_web_role(), acting.as_member(town.teammate):
        assert Household.objects.get().area == town.east
        assert {Visit.objects.get().area, CarePlan.objects.get().area} == {town.east}
        assert Door.objects.get().area == town.east
    assert Household.objects.count() == 0


def test_a_building_that_leaves_the_map_lets_its_doors_go(town: Town, west: Household) -> None:
    town.buildings[0].delete()
    connection.check_constraints()
    with acting.as_member(town.worker):
        assert Household.objects.get().door.building is None


def test_access_records_are_append_only(town: Town, west: Household) -> None:
    now = timezone.now()
    with as_web_role(), acting.as_member(town.worker):
        access.look(town.worker, west.pk, Looked.PAGE, now=now)
        assert AccessRecord.objects.get().member == town.worker
        for change in (
            "UPDATE households_accessrecord SET why = ''",
            "DELETE FROM households_accessrecord",
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                connection.cursor().execute(change)
        with pytest.raises(DatabaseError), transaction.atomic():
            access.record(town.teammate, [west], Looked.PAGE, now=now)
    with acting.as_job("retention"):
        assert AccessRecord.objects.all().delete()[0] == 1


def test_a_look_from_outside_needs_a_reason_and_leaves_a_record(
    town: Town, west: Household
) -> None:
    now = timezone.now()
    why = "The worker of the west is ill today"
    with as_web_role(), acting.as_member(town.teammate):
        with pytest.raises(access.NotFound):
            access.look(town.teammate, west.pk, Looked.PAGE, now=now)
        with pytest.raises(access.BadInput):
            access.open_outside(town.buildings[0].pk, "", "", "1", why="because")
        assert access.open_outside(town.buildings[0].pk, "", "", "1", why=why) == west.pk
        seen = access.look(town.teammate, west.pk, Looked.PAGE, now=timezone.now())
        assert (seen.door.label, seen.contact) == ("1", "Ann, 040 123")
        assert Visit.objects.count() == 1
        with pytest.raises(access.NotFound):
            access.look(town.teammate, west.pk, Looked.SHEET, now=timezone.now())
        assert Household.objects.update(people=3) == 0
        assert access.open_outside(town.buildings[0].pk, "", "", "9", why=why) is None
    with as_web_role(), acting.as_member(town.coordinator):
        looks = AccessRecord.objects.filter(outside=True).order_by("pk")
        assert [(look.household, look.why) for look in looks] == [(west.pk, why), (None, why)]
    with as_web_role(), acting.as_member(town.outsider), pytest.raises(access.NotAllowed):
        access.open_outside(town.buildings[0].pk, "", "", "1", why=why)


def test_an_opened_door_closes(town: Town, west: Household) -> None:
    long_ago = timezone.now() - dt.timedelta(minutes=16)
    with acting.as_job("outside"):
        AccessRecord.objects.create(
            member=town.teammate, household=west.pk, area=town.west, area_code=town.west.code,
            at=long_ago, looked=Looked.PAGE, why="x", outside=True,
        )  # fmt: skip
    with as_web_role(), acting.as_member(town.teammate):
        assert Household.objects.count() == 0


def test_an_auditor_sees_records_and_no_homes(town: Town, west: Household, east: Household) -> None:
    now = timezone.now()
    for member, seen in ((town.worker, west), (town.teammate, east)):
        with acting.as_member(member):
            access.look(member, seen.pk, Looked.PAGE, now=now)
    Responsibility.objects.create(
        member=town.outsider, role=Role.AUDITOR, area=town.district, starts_on=dt.date(2020, 1, 1)
    )
    with as_web_role(), acting.as_member(town.outsider):
        assert AccessRecord.objects.count() == 2
        assert Household.objects.count() == Door.objects.count() == Visit.objects.count() == 0


ROLES = [Role.WORKER, Role.COORDINATOR, Role.LEADER, Role.VOLUNTEER, Role.AUDITOR, Role.CREW]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    held=st.lists(
        st.tuples(
            st.sampled_from(ROLES),
            st.integers(0, 5),
            st.integers(-3, 3),
            st.one_of(st.none(), st.integers(-3, 3)),
        ),
        max_size=4,
    ),
    active=st.booleans(),
    retired=st.booleans(),
)
def test_the_database_and_the_application_agree_on_the_areas(
    town: Town,
    held: list[tuple[str, int, int, int | None]],
    active: bool,
    retired: bool,
) -> None:
    """Worked out twice, in SQL and in Python, from the same responsibilities."""
    today = timezone.localdate()
    areas = list(Area.objects.order_by("code"))
    with transaction.atomic():
        member = Member.objects.create(username=uuid.uuid4().hex, name="N", is_active=active)
        Area.objects.filter(pk=town.east.pk).update(retired_on=today if retired else None)
        for role, nth, start, end in held:
            if end is None or end >= start:
                Responsibility.objects.create(
                    member=member,
                    role=role,
                    area=areas[nth],
                    starts_on=today + dt.timedelta(days=start),
                    ends_on=None if end is None else today + dt.timedelta(days=end),
                )
        homes = homes_of(member, today)
        expected = {area.pk for area in areas if homes.covers(area.code)}
        with as_web_role(), acting.as_member(member), connection.cursor() as cursor:
            cursor.execute("SELECT households_areas()")
            assert set(cursor.fetchone()[0]) == expected
            assert set(access.areas_of(member, timezone.now())) == expected
        transaction.set_rollback(True)
