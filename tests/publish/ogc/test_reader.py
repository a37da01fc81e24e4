"""The role that open standards read with: it sees the published views, and nothing else at all."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, ProgrammingError, connection, transaction
from django.db.utils import InternalError

from publish.models import PUBLISHED
from publish.ogc import reader
from tests.households.homes import as_web_role, by_job, home
from tests.town import Town

#: "permission denied for table …"
DENIED = "permission denied"


def all_tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_roles r ON r.oid = c.relowner"
            " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v', 'm')"
            # PostGIS's own catalogues tell of no place.
            " AND r.rolname = current_user AND c.oid NOT IN ("
            "   SELECT objid FROM pg_depend WHERE deptype = 'e') ORDER BY 1"
        )
        return [row[0] for row in cursor.fetchall()]


def ask(statement: str, values: list[Any] | None = None) -> list[Any]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall()) if cursor.description else []


@contextmanager
def reader_role() -> Iterator[None]:
    """Only the role, without the transaction that is read-only besides."""
    with transaction.atomic(), connection.cursor() as cursor:
        before = transaction.savepoint()
        cursor.execute(f"SET LOCAL ROLE {reader.READER}")
        yield
        transaction.savepoint_rollback(before)


def test_it_reads_the_published_views(town: Town) -> None:
    with reader.as_reader():
        assert ask("SELECT current_user") == [(reader.READER,)]
        for view in PUBLISHED:
            ask(f'SELECT count(*) FROM "{view}"')
        assert ask("SELECT count(*) FROM published_cells") == [(2,)]


def test_no_other_table_is_its_to_read_or_to_write(db: None) -> None:
    tables = all_tables()
    assert len(tables) > 60
    assert {"households_household", "accounts_member", "django_session", *PUBLISHED} <= set(tables)
    rights = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE")
    # A right on one column counts like one on all of them.
    either = "SELECT has_table_privilege(%s, %s, %s)"
    column = " OR has_any_column_privilege(%s, %s, %s)"
    given = set()
    for table in tables:
        for right in rights:
            asked = [reader.READER, table, right]
            by_column = right in rights[:3]
            if ask(either + column * by_column, asked * (1 + by_column)) == [(True,)]:
                given.add((table, right))
    assert given == {(view, "SELECT") for view in PUBLISHED}


def test_households_are_not_read_by_raw_words_either(town: Town) -> None:
    with by_job():
        home(town.buildings[0])
    for table in (name for name in all_tables() if name.startswith("households_")):
        with reader_role(), pytest.raises(ProgrammingError, match=DENIED):
            # Whoever it says it is.
            ask("SELECT set_config('gridwalk.member', %s, true)", [str(town.worker.pk)])
            ask("SELECT set_config('gridwalk.job', 'import', true)")
            ask(f'SELECT count(*) FROM "{table}"')


def test_no_function_with_others_rights_is_its_to_call(db: None) -> None:
    functions = ask(
        "SELECT p.oid::regprocedure::text, has_function_privilege(%s, p.oid, 'EXECUTE'),"
        " has_function_privilege('gridwalk_web', p.oid, 'EXECUTE')"
        " FROM pg_proc p JOIN pg_roles r ON r.oid = p.proowner"
        # A trigger's function cannot be called.
        " WHERE prosecdef AND NOT rolsuper AND prorettype <> 'trigger'::regtype",
        [reader.READER],
    )
    assert len(functions) >= 4
    assert [name for name, may, _web in functions if may] == []
    assert [name for name, _may, web in functions if not web] == []


def test_it_writes_nothing(db: None) -> None:
    # Views of several tables are nobody's to write.
    refused = f"{DENIED}|cannot (insert into|update|delete from) view"
    for statement in (
        "INSERT INTO published_service_points (id, name) VALUES (1, 'x')",
        "UPDATE published_cases SET state = 'closed'",
        "DELETE FROM published_lamps",
        "UPDATE grid_area SET name = 'x'",
        "TRUNCATE streetlights_lamp",
        "CREATE TABLE mine (id int)",
        "SELECT nextval('grid_area_id_seq')",
    ):
        with reader_role(), pytest.raises(DatabaseError, match=refused):
            ask(statement)


def test_what_it_might_write_the_transaction_refuses(db: None) -> None:
    """Belt and braces: also where somebody granted the role too much."""
    ask(f"GRANT UPDATE ON grid_area TO {reader.READER}")
    with reader.as_reader(), pytest.raises(InternalError, match="read-only transaction"):
        ask("UPDATE grid_area SET retired_on = NULL")


def test_afterwards_everything_is_as_before(town: Town) -> None:
    before = ask("SELECT current_user, current_setting('statement_timeout')")
    with reader.as_reader():
        assert ask("SELECT current_setting('statement_timeout')") == [(f"{settings.OGC_SECONDS}s",)]
    with pytest.raises(ProgrammingError), reader.as_reader():
        ask("SELECT * FROM accounts_member")
    assert ask("SELECT current_user, current_setting('statement_timeout')") == before
    town.city.save()


def test_the_web_role_may_become_it(db: None) -> None:
    with as_web_role(), reader.as_reader():
        assert ask("SELECT current_user") == [(reader.READER,)]


def test_without_the_role_a_sentence_says_who_makes_it(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reader, "READER", "nobody_made_this_role")
    with pytest.raises(reader.NoReader, match="web_role"), reader.as_reader():
        pass
    town.city.save()


def test_the_views_name_no_column_about_a_person(db: None) -> None:
    columns = ask(
        "SELECT table_name || '.' || column_name FROM information_schema.columns"
        " WHERE table_name = ANY(%s)",
        [list(PUBLISHED)],
    )
    personal = re.compile(
        "description|whereabouts|reporter|assignee|member|responsib|photo|follow|key|household|note"
    )
    assert [name for (name,) in columns if personal.search(name)] == []
