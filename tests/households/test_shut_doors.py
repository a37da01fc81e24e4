"""Ways to a household that must stay shut, each tried: by SQL, by role, by session, by what is left
behind in jobs, logs, errors and answers. Pages and the API are tried one by one in
tests/test_roles.py.

Rows here are committed, so that connections of their own can look for them:

    cell 001   the keeper's, with one home ⌂        cell 002   the neighbour's, empty
"""

import datetime as dt
import inspect
import io
import logging
import shutil
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client, override_settings
from django.utils import timezone
from procrastinate.contrib.django import app
from psycopg import sql

from accounts import acting
from accounts.models import Member, Role
from grid.models import Area, Building, Level, Responsibility
from households.erase import erase_all, history
from households.models import (
    AccessRecord,
    Checklist,
    ConsentText,
    Door,
    Household,
    Looked,
    Visit,
)
from tests.config.test_web_role import address
from tests.households.homes import as_web_role, by_job, home, plan
from tests.town import Town, box, small_town

CONTACT = "Ann Secret, 040 765 4321"
#: Tables of homes; the others hold what everybody may read.
OPEN_TO_ALL = {
    "households_carecount",
    "households_checklist",
    "households_checklistitem",
    "households_consenttext",
}
JOBS = ("counts", "erasure", "import", "outside", "placing", "retention", "rotate_keys", "visits")


@dataclass
class Cells:
    home: Household
    keeper: Member
    neighbour: Member


@pytest.fixture(scope="module")
def cells(django_db_setup: None, django_db_blocker: Any) -> Iterator[Cells]:
    # pytest-django makes a test database only where a chosen test asks for one by name or mark.
    assert connection.settings_dict["NAME"].startswith("test_"), "run the whole file"
    # A key of its own: what is made for one test at a time comes after this.
    with django_db_blocker.unblock(), override_settings(ENCRYPTION_KEYS=["a" * 43 + "="]):
        made = _committed()
        yield made
        _remove(made)


def _committed() -> Cells:
    def area(code: str, *bounds: int) -> Area:
        return Area.objects.create(
            code=code, level=Level(len(code)), name=code, geometry=box(*bounds)
        )

    community = area("990909009009", 9000, 0, 9400, 400)
    own = area("990909009009001", 9000, 0, 9200, 400)
    beside = area("990909009009002", 9200, 0, 9400, 400)
    building = Building.objects.create(
        community=community, cell=own, osm_id="way/9090", kind="house", households=1,
        footprint=box(9100, 100, 9120, 120),
    )  # fmt: skip
    members = []
    for name, cell in (("keeper", own), ("neighbour", beside)):
        members.append(Member.objects.create(username=f"{name} of doors", name=name))
        Responsibility.objects.create(
            member=members[-1], role=Role.WORKER, area=cell, starts_on=dt.date(2020, 1, 1)
        )
    with by_job():
        kept = home(building, label="D-909", contact=CONTACT)
        plan(kept, _recorder(members[0]))
    with acting.as_job("outside"):
        AccessRecord.objects.create(
            member=members[0], household=kept.pk, area=own, area_code=own.code,
            at=timezone.now(), looked=Looked.PAGE,
        )  # fmt: skip
    return Cells(kept, *members)


def _recorder(member: Member) -> Any:
    return type("Recorder", (), {"worker": member})()


def _remove(made: Cells) -> None:
    with acting.as_job("retention"):
        AccessRecord.objects.all().delete()
        erase_all([made.home.pk], now=timezone.now())
        connection.cursor().execute("DELETE FROM households_tombstone")
        ConsentText.objects.filter(version="test").delete()
        Checklist.objects.filter(name_en="Usual").delete()
    Responsibility.objects.all().delete()
    Building.objects.all().delete()
    Member.objects.all().delete()
    Area.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE grid_areaevent, grid_responsibilityevent")


@contextmanager
def signed_in() -> Iterator[psycopg.Connection]:
    """A session of the web process's role, as it would sign in: not by SET ROLE."""
    try:
        session = psycopg.connect(address("gridwalk_web"), connect_timeout=60)
    except psycopg.OperationalError:
        pytest.skip("needs to sign in to the database as gridwalk_web")
    with session:
        yield session


@pytest.fixture
def web(cells: Cells) -> Iterator[psycopg.Connection]:
    with signed_in() as session:
        yield session


def tables(session: psycopg.Connection) -> list[str]:
    """Every table of homes, by looking: one that is added tomorrow is tried as well."""
    found = session.execute(
        "SELECT relname FROM pg_class WHERE relname LIKE 'households\\_%' AND relkind IN ('r', 'p')"
    ).fetchall()
    names = {name for (name,) in found}
    assert names > OPEN_TO_ALL
    return sorted(names - OPEN_TO_ALL)


def count(session: psycopg.Connection, table: str) -> int:
    asked = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
    [number] = session.execute(asked).fetchone() or [0]
    return int(number)


def act_as(session: psycopg.Connection, member: Member) -> None:
    session.execute("SELECT set_config('gridwalk.member', %s, true)", [str(member.pk)])


def homes(session: psycopg.Connection) -> int:
    return count(session, "households_household")


def refused(session: psycopg.Connection, statement: str) -> str:
    """The error that PostgreSQL answers with; the session goes on as if nothing had been."""
    with pytest.raises(psycopg.Error) as caught, session.transaction():
        session.execute(statement)
    return str(caught.value)


# --- raw SQL ------------------------------------------------------------------------------------


def test_the_keeper_finds_the_home(web: psycopg.Connection, cells: Cells) -> None:
    """Else all the rest would prove nothing."""
    act_as(web, cells.keeper)
    assert homes(web) == 1
    assert count(web, "households_visit") == count(web, "households_careplanevent") == 1


def test_raw_sql_without_eyes_finds_no_row_of_any_table(web: psycopg.Connection) -> None:
    assert {table: count(web, table) for table in tables(web)} == dict.fromkeys(tables(web), 0)


def test_raw_sql_without_eyes_changes_and_deletes_nothing(web: psycopg.Connection) -> None:
    for table in tables(web):
        name = sql.Identifier(table)
        if table == "households_accessrecord":
            refused(web, f"DELETE FROM {table}")
            refused(web, f"UPDATE {table} SET why = ''")
            continue
        assert web.execute(sql.SQL("DELETE FROM {}").format(name)).rowcount == 0
        changed = web.execute(sql.SQL("UPDATE {} SET area_id = area_id").format(name))
        assert changed.rowcount == 0


def test_no_row_is_put_where_nobody_looks(web: psycopg.Connection, cells: Cells) -> None:
    act_as(web, cells.neighbour)
    put = "INSERT INTO households_tombstone (household, area_id, erased_on) SELECT "
    put += f"'{UUID(int=1)}', id, now() FROM grid_area WHERE code = '990909009009001'"
    assert "row-level security" in refused(web, put)


def test_the_web_process_is_no_job_by_whatever_name(web: psycopg.Connection) -> None:
    for job in JOBS:
        web.execute("SELECT set_config('gridwalk.job', %s, true)", [job])
        assert {table: count(web, table) for table in tables(web)} == dict.fromkeys(tables(web), 0)


def test_access_records_stay_whatever_job_is_claimed(web: psycopg.Connection, cells: Cells) -> None:
    for member in (cells.keeper, cells.neighbour):
        act_as(web, member)
        web.execute("SELECT set_config('gridwalk.job', 'retention', true)")
        assert web.execute("DELETE FROM households_accessrecord").rowcount == 0
        refused(web, "UPDATE households_accessrecord SET why = 'another'")
        refused(web, "TRUNCATE households_accessrecord")
    act_as(web, cells.keeper)
    assert count(web, "households_accessrecord") == 1


# --- other roles, other powers ------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        "SET ROLE gridwalk_owner",
        "SET SESSION AUTHORIZATION gridwalk_owner",
        "SET session_replication_role = replica",
        "GRANT gridwalk_owner TO gridwalk_web",
        "ALTER ROLE gridwalk_web BYPASSRLS",
        "ALTER TABLE households_household DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE households_household NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE households_accessrecord DISABLE TRIGGER append_only",
        "DROP POLICY members ON households_household",
        "CREATE POLICY mine ON households_household USING (true)",
        "TRUNCATE households_household CASCADE",
        "DROP TABLE households_household CASCADE",
        "CREATE TABLE public.households_areas (id int)",
        "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION households_at_work() RETURNS boolean LANGUAGE sql"
        " AS 'SELECT true'",
        "COPY households_household TO '/tmp/homes'",
        "COPY households_household TO PROGRAM 'cat'",
        "COPY households_household FROM STDIN",
        "SELECT pg_read_file('PG_VERSION')",
    ],
)
def test_the_web_role_may_not(web: psycopg.Connection, statement: str) -> None:
    told = refused(web, statement)
    words = ("permission denied", "must be", "must have", "row-level security")
    assert any(word in told for word in words), told


def test_reset_brings_back_no_other_role(web: psycopg.Connection) -> None:
    web.execute("RESET ROLE")
    web.execute("RESET SESSION AUTHORIZATION")
    web.execute("RESET ALL")
    assert web.execute("SELECT current_user").fetchone() == ("gridwalk_web",)
    assert homes(web) == 0


def test_row_security_turned_off_is_an_error_and_no_way_in(web: psycopg.Connection) -> None:
    web.execute("SET row_security = off")
    for table in tables(web):
        assert "row-level security" in refused(web, f"SELECT * FROM {table}")


def test_copy_takes_nothing_out(web: psycopg.Connection) -> None:
    for table in tables(web):
        with web.cursor().copy(f"COPY {table} TO STDOUT") as rows:
            assert list(rows) == []


def test_a_dump_as_the_web_role_fails_or_is_empty(cells: Cells) -> None:
    program = shutil.which("pg_dump")
    if program is None:
        pytest.skip("needs pg_dump")

    def dump(*more: str) -> "subprocess.CompletedProcess[str]":
        command = [program, "--data-only", "--table=households_*", *more]
        return subprocess.run([*command, address("gridwalk_web")], capture_output=True, text=True)

    with signed_in():
        outright, patient = dump(), dump("--enable-row-security")
    assert outright.returncode != 0
    for done in (outright, patient):
        assert str(cells.home.pk) not in done.stdout
        assert "D-909" not in done.stdout


def test_statistics_tell_nothing_of_homes(web: psycopg.Connection) -> None:
    with transaction.atomic(), by_job(), connection.cursor() as cursor:
        cursor.execute("ANALYZE households_door")
    seen = web.execute(
        "SELECT count(*) FROM pg_stats WHERE tablename = ANY (%s)", [tables(web)]
    ).fetchone()
    assert seen == (0,)


def test_only_known_functions_act_with_the_owners_rights(web: psycopg.Connection) -> None:
    """They say where names are looked up, so that nothing can be put before them."""
    found = web.execute(
        "SELECT proname, proconfig FROM pg_proc p WHERE prosecdef AND NOT EXISTS"
        " (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')"
    ).fetchall()
    path = ["search_path=pg_catalog, public, pg_temp"]
    names = ("open_outside", "follow_building", "readers", "stop_imports", "home_of_plan")
    assert dict(found) == {f"households_{name}": path for name in names}


def test_functions_and_operators_of_ones_own_are_not_taken(
    web: psycopg.Connection, cells: Cells
) -> None:
    """The rules name what they call; and what is temporary is never looked up."""
    web.execute(
        "CREATE FUNCTION pg_temp.households_member() RETURNS bigint LANGUAGE sql AS 'SELECT 1'"
    )
    web.execute(
        "CREATE FUNCTION pg_temp.yes(bigint, bigint) RETURNS boolean LANGUAGE sql AS 'SELECT true'"
    )
    web.execute(
        "CREATE OPERATOR pg_temp.= (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = pg_temp.yes)"
    )
    web.execute("SET search_path = pg_temp, public, pg_catalog")
    act_as(web, cells.neighbour)
    assert homes(web) == 0


def test_who_read_of_a_home_is_told_to_its_keeper_alone(
    web: psycopg.Connection, cells: Cells
) -> None:
    asked = "SELECT count(*) FROM households_readers(%s)"
    for member, sees in ((cells.keeper, 1), (cells.neighbour, 0)):
        act_as(web, member)
        assert web.execute(asked, [cells.home.pk]).fetchone() == (sees,)
        assert web.execute("SELECT current_setting('gridwalk.job', true)").fetchone() == ("",)
    assert homes(web) == 0


def test_no_view_shows_homes_with_its_owners_eyes(web: psycopg.Connection) -> None:
    found = web.execute(
        "SELECT DISTINCT v.relname FROM pg_class v JOIN pg_rewrite r ON r.ev_class = v.oid"
        " JOIN pg_depend d ON d.objid = r.oid JOIN pg_class t ON t.oid = d.refobjid"
        " WHERE t.relname LIKE 'households\\_%' AND v.relkind IN ('v', 'm')"
    )
    assert found.fetchall() == []


# --- sessions that are used again ---------------------------------------------------------------


def test_whose_eyes_it_was_ends_with_the_transaction(web: psycopg.Connection, cells: Cells) -> None:
    act_as(web, cells.keeper)
    assert homes(web) == 1
    web.commit()
    assert homes(web) == 0
    act_as(web, cells.keeper)
    web.rollback()
    assert homes(web) == 0


def test_other_eyes_in_the_same_transaction_see_their_own(
    web: psycopg.Connection, cells: Cells
) -> None:
    for member, sees in ((cells.keeper, 1), (cells.neighbour, 0), (cells.keeper, 1)):
        act_as(web, member)
        assert homes(web) == sees
    web.execute("SELECT set_config('gridwalk.member', '', true)")
    assert homes(web) == 0
    web.execute("SELECT set_config('gridwalk.member', '0 OR true', true)")
    refused(web, "SELECT * FROM households_household")


def test_a_savepoint_rolled_back_takes_its_eyes_along(
    web: psycopg.Connection, cells: Cells
) -> None:
    web.execute("SAVEPOINT before")
    act_as(web, cells.keeper)
    assert homes(web) == 1
    web.execute("ROLLBACK TO SAVEPOINT before")
    assert homes(web) == 0


@pytest.mark.parametrize("plans", ["force_generic_plan", "force_custom_plan", "auto"])
def test_a_plan_made_for_one_member_shows_another_nothing(
    web: psycopg.Connection, cells: Cells, plans: str
) -> None:
    web.execute(f"SET plan_cache_mode = {plans}")
    asked = "SELECT count(*) FROM households_household WHERE since <= %s"
    for _ in range(4):
        for member, sees in ((cells.keeper, 1), (cells.neighbour, 0)):
            act_as(web, member)
            found = web.execute(asked, [dt.date(2999, 1, 1)], prepare=True).fetchone()
            assert found == (sees,)
            web.commit()
        assert web.execute(asked, [dt.date(2999, 1, 1)], prepare=True).fetchone() == (0,)


def test_a_role_that_ended_today_or_begins_tomorrow_opens_nothing(
    web: psycopg.Connection, cells: Cells
) -> None:
    """A day set far from today is brought back to it."""
    for day in ("1999-01-01", "2999-01-01"):
        web.execute("SELECT set_config('gridwalk.day', %s, true)", [day])
        told = web.execute("SELECT abs(households_day() - current_date)").fetchone()
        assert told is not None
        assert told[0] <= 1


# --- what is left behind ------------------------------------------------------------------------


def test_jobs_are_told_numbers_and_no_words() -> None:
    """What a job is told stays in the queue for everybody who may read the table."""
    told = {
        name
        for task in app.tasks.values()
        if not task.name.startswith(("builtin", "procrastinate"))
        for name in inspect.signature(task.func).parameters
    }
    numbers = {"timestamp", "patrol_id", "follower", "event", "circuit", "upload"}
    numbers |= {"cases", "household", "report", "member", "notice", "split"}
    assert told - {"context"} <= numbers


@pytest.fixture
def town_home(db: None) -> tuple[Town, Household]:
    town = small_town()
    with by_job():
        made = home(town.buildings[0], label="D-77", contact=CONTACT)
        plan(made, town)
    return town, made


def test_an_error_of_the_database_does_not_quote_the_row(
    town_home: tuple[Town, Household],
) -> None:
    town, made = town_home
    with as_web_role(), acting.as_member(town.worker):
        for change in (
            {"address": None},
            {"label": "x" * 21},
        ):
            with pytest.raises(DatabaseError) as caught, transaction.atomic():
                Door.objects.filter(pk=made.door_id).update(**change)
            assert made.door.address not in str(caught.value)
            assert "D-77" not in str(caught.value)


def test_a_fault_in_a_page_writes_nothing_of_the_home(
    town_home: tuple[Town, Household], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    town, made = town_home
    settings.SECOND_FACTOR_ROLES = []
    kept = io.StringIO()
    handler = logging.StreamHandler(kept)
    handler.setLevel(logging.DEBUG)
    client = Client(raise_request_exception=False)
    client.force_login(town.worker)

    def broken(*arguments: object, **more: object) -> None:
        # The page has read the home by then.
        assert Household.objects.get().contact == CONTACT
        raise RuntimeError("the page is broken")

    monkeypatch.setattr("households.links.render", broken)
    logging.getLogger().addHandler(handler)
    try:
        response = client.get(f"/care/households/{made.pk}/")
    finally:
        logging.getLogger().removeHandler(handler)
    assert response.status_code == 500
    assert "the page is broken" in kept.getvalue()
    for place in (kept.getvalue(), response.content.decode()):
        assert CONTACT not in place
        assert "D-77" not in place


def test_a_page_of_a_home_is_kept_by_nobody_on_the_way(
    town_home: tuple[Town, Household], settings: Any
) -> None:
    """Nor by the browser, when the next person sits down at it; nor in the session."""
    town, made = town_home
    settings.SECOND_FACTOR_ROLES = []
    client = Client()
    client.force_login(town.worker)
    for url in (f"/care/households/{made.pk}/", "/care/households/", "/api/v1/care/due/"):
        response = client.get(url)
        assert response.status_code == 200
        assert "no-store" in response["Cache-Control"], url
    assert "D-77" not in str(dict(client.session.items()))


def test_what_a_page_tells_next_names_no_door(
    town_home: tuple[Town, Household], settings: Any
) -> None:
    """It waits in a cookie, which stays when one signs out before the next page came."""
    town, _made = town_home
    settings.SECOND_FACTOR_ROLES = []
    client = Client()
    client.force_login(town.worker)
    with by_job():
        visit = Visit.objects.get()
    sent = {"key": str(uuid.uuid4()), "state": "nobody_home"}
    assert client.post(f"/care/visits/{visit.pk}/", sent).status_code == 302
    client.post("/sign-out/")
    client.force_login(town.leader)
    shown = client.get("/account/").content.decode()
    assert "Noted: nobody home" in shown
    assert "D-77" not in shown


def test_history_in_the_administration_shows_no_home(
    town_home: tuple[Town, Household], settings: Any
) -> None:
    town, made = town_home
    settings.SECOND_FACTOR_ROLES = []
    client = Client()
    client.force_login(town.administrator)
    with by_job():
        event = history(Household).get()
    with as_web_role():
        for asked in (
            "",
            "?event_model=households.householdevent",
            "?model=households.household&event_model=households.householdevent",
            f"?obj=households.household:{made.pk}",
        ):
            response = client.get(f"/admin/pghistory/events/{asked}")
            assert response.status_code in {200, 404}, asked
            shown = response.content.decode().replace(asked, "")
            assert f"/admin/pghistory/events/households.householdevent:{event.pk}" not in shown
        page = f"/admin/pghistory/events/households.householdevent:{event.pk}/change/"
        assert client.get(page).status_code in {302, 404}


def test_nothing_readable_of_contacts_is_stored(cells: Cells) -> None:
    with by_job(), connection.cursor() as cursor:
        cursor.execute("SELECT contact FROM households_household")
        stored = [contact for (contact,) in cursor.fetchall()]
    assert stored
    assert not any("Ann" in contact or "765" in contact for contact in stored)


def test_a_household_is_in_no_class_of_the_administration() -> None:
    from django.contrib import admin

    names = {model._meta.label for model in admin.site._registry}
    assert not names & {
        f"households.{name}"
        for name in (
            "AccessRecord", "BuildingHead", "CarePlan", "Door", "Household", "HouseholdImport",
            "Tombstone", "Visit",
        )
    }  # fmt: skip
