"""Taking a file of export_data into a database that has no area yet: all of it, or nothing."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

from django.contrib.auth.hashers import make_password
from django.core.management.color import no_style
from django.db import DatabaseError, connection, models, transaction
from django.utils.translation import gettext as _
from pghistory.models import Context
from psycopg import Error, sql

from accounts import acting
from accounts.models import Member
from api.errors import BadFile, Conflict
from grid.models import Area
from publish.exchange.coordinates import SYSTEMS, System, from_blobs
from publish.exchange.geopackage import PHOTOS, Reader, reading
from publish.exchange.photo_files import PhotoFiles
from publish.exchange.protected import Wrapped
from publish.exchange.tables import (
    COLUMNS_LEFT_OUT,
    READ_ONLY,
    WITH_HOUSEHOLDS,
    Column,
    columns,
    tables,
)
from publish.exchange.writing import FORMAT, versions

_BATCH = 2000
Told = Callable[[str, int], None]


def take_in(
    path: Path, *, passphrase: str = "", told: Told = lambda _table, _count: None
) -> dict[str, int]:
    """Rows by table. Raises BadFile, Conflict where an area is stored, BadInput.

    Members are known by their user names; new ones have no passphrase and no rights but what
    their responsibilities give. All other keys are kept. Triggers of tables do not run: the file
    brings the history itself; what keys and constraints demand is checked before it is kept.
    """
    with reading(path) as reader:
        system, households = _checked(reader)
        wrapped = Wrapped(passphrase, reader.facts.get("salt", "")) if households else None
        kept = [
            model for model in tables(households=households) if model._meta.label not in READ_ONLY
        ]
        try:
            with ExitStack() as stack:
                files = stack.enter_context(PhotoFiles())
                stack.enter_context(transaction.atomic())
                if households:
                    stack.enter_context(acting.as_job("exchange"))
                counts = _Import(reader, system, wrapped, told).run(kept)
                return {**counts, PHOTOS: files.take_in(reader)}
        except (DatabaseError, Error, UnicodeError) as error:
            cause = str(error).strip().splitlines()[0] if str(error).strip() else "?"
            raise BadFile(
                _("The file does not fit together, and nothing was taken in: %s") % cause
            ) from error


def _checked(reader: Reader) -> tuple[System, bool]:
    """The system of its positions and whether it has households; raises BadFile."""
    facts = reader.facts
    if facts.get("format") != FORMAT or facts.get("crs") not in SYSTEMS:
        raise BadFile(_("The file is of another format than this version of Gridwalk reads."))
    try:
        of, counts = json.loads(facts["versions"]), json.loads(facts["counts"])
    except (KeyError, ValueError, RecursionError) as error:
        raise BadFile(_("This is no file of export_data.")) from error
    if of != versions():
        raise BadFile(
            _("The file was written by another version of Gridwalk: bring both to the same one.")
        )
    households = facts.get("households") == "yes"
    for model in tables(households=households):
        name = model._meta.db_table
        if name not in reader.tables:
            raise BadFile(_("The table %s of the file is not as this version has it.") % name)
        reader.check(name, columns(model))
        if not isinstance(counts, dict) or counts.get(name) != reader.count(name):
            raise BadFile(_("Rows of the table %s are missing in the file.") % name)
    if PHOTOS not in reader.tables or counts.get(PHOTOS) != reader.count(PHOTOS):
        raise BadFile(_("Rows of the table %s are missing in the file.") % PHOTOS)
    return SYSTEMS[facts["crs"]], households


class _Import:
    def __init__(self, reader: Reader, system: System, wrapped: Wrapped | None, told: Told) -> None:
        self.reader, self.system, self.wrapped, self.told = reader, system, wrapped, told
        self.members: dict[int, int] = {}

    def run(self, kept: Sequence[type[models.Model]]) -> dict[str, int]:
        others = [model for model in kept if model is not Member]
        if Area._base_manager.exists():
            raise Conflict(
                _("Areas are stored here already: a file is taken in where there are none yet.")
            )
        counts = {Member._meta.db_table: self._take_members()}
        with connection.cursor() as cursor:
            for model in others:
                # What stands in an empty database are defaults: the file brings its own.
                table = sql.Identifier(model._meta.db_table)
                cursor.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(table))
                cursor.execute(sql.SQL("DELETE FROM {}").format(table))
            for model in others:
                counts[model._meta.db_table] = self._take(model)
            # Now, and not at the end: what does not fit together is refused with its sentence.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for model in others:
                table = sql.Identifier(model._meta.db_table)
                cursor.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(table))
            for statement in connection.ops.sequence_reset_sql(no_style(), [Member, *others]):
                cursor.execute(statement)
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        return counts

    def _take_members(self) -> int:
        own = columns(Member)
        names = [one.name for one in own]
        count = 0
        for batch in self._batches(Member, own):
            rows = [dict(zip(names, row, strict=True)) for row in batch]
            there = Member._base_manager.filter(username__in=[row["username"] for row in rows])
            known = dict(there.values_list("username", "pk"))
            taken = Member._base_manager.filter(pk__in=[row["id"] for row in rows])
            used = set(taken.values_list("pk", flat=True))
            for row in rows:
                pk = row.pop("id")
                if row["username"] in known:
                    self.members[pk] = known[row["username"]]
                    continue
                new = Member(**row, password=make_password(None))
                if pk not in used:
                    new.pk = pk
                new.save(force_insert=True)
                self.members[pk] = new.pk
            count += len(rows)
            # Before others are numbered by the sequence.
            with connection.cursor() as cursor:
                for statement in connection.ops.sequence_reset_sql(no_style(), [Member]):
                    cursor.execute(statement)
        return count

    def _batches(
        self, model: type[models.Model], own: Sequence[Column]
    ) -> Iterator[list[tuple[Any, ...]]]:
        rows = self.reader.rows(model._meta.db_table, own)
        while batch := list(islice(rows, _BATCH)):
            yield batch

    def _take(self, model: type[models.Model]) -> int:
        own = columns(model)
        out = COLUMNS_LEFT_OUT.get(model._meta.label, frozenset())
        missing = [one for one in model._meta.concrete_fields if one.column in out]
        names = [*(one.name for one in own), *(str(one.column) for one in missing)]
        table = sql.Identifier(model._meta.db_table)
        protected = model._meta.app_label == WITH_HOUSEHOLDS
        count = 0
        with connection.cursor() as cursor:
            for batch in self._batches(model, own):
                rows = [
                    [*row, *(one.get_default() for one in missing)]
                    for row in self._ready(model, own, batch)
                ]
                _copy(cursor, table, names, rows, protected=protected)
                count += len(rows)
                self.told(model._meta.db_table, count)
        return count

    def _ready(
        self, model: type[models.Model], own: Sequence[Column], batch: list[tuple[Any, ...]]
    ) -> list[list[Any]]:
        rows = [list(row) for row in batch]
        for place, one in enumerate(own):
            values = [row[place] for row in rows]
            if one.is_geometry:
                values = list(from_blobs(values, self.system))
            elif one.member:
                values = [self._member(value) for value in values]
            elif model is Context and one.name == "metadata":
                values = [self._context(value) for value in values]
            elif one.kind == "BOOLEAN":
                values = [None if value is None else bool(value) for value in values]
            _check_choices(model, one, values)
            for row, value in zip(rows, values, strict=True):
                row[place] = value
        if self.wrapped and any(one.encrypted for one in own):
            rows = [self.wrapped.inward(row, own) for row in rows]
        return rows

    def _member(self, pk: Any) -> int | None:
        if pk is not None and pk not in self.members:
            raise BadFile(_("The file names a member that is not in it."))
        return None if pk is None else self.members[pk]

    def _context(self, text: Any) -> Any:
        """Who changed something then, by the number that they have here."""
        try:
            found = json.loads(text)
        except (TypeError, ValueError, RecursionError) as error:
            raise BadFile(_("The history of the file cannot be read.")) from error
        if not isinstance(found, dict) or found.get("user") not in self.members:
            return text
        return json.dumps({**found, "user": self.members[found["user"]]}, ensure_ascii=False)


def _copy(
    cursor: Any,
    table: sql.Identifier,
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    protected: bool,
) -> None:
    """COPY, which stops where row-level security is: there by way of a table of this session."""
    listed = sql.SQL(", ").join(map(sql.Identifier, names))
    into = sql.Identifier("exchange_rows") if protected else table
    if protected:
        cursor.execute(
            sql.SQL("CREATE TEMPORARY TABLE {} ON COMMIT DROP AS SELECT {} FROM {} LIMIT 0").format(
                into, listed, table
            )
        )
    with cursor.copy(sql.SQL("COPY {} ({}) FROM STDIN").format(into, listed)) as copy:
        for row in rows:
            copy.write_row(row)
    if protected:
        statement = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {}")
        cursor.execute(statement.format(table, listed, listed, into))
        cursor.execute(sql.SQL("DROP TABLE {}").format(into))


def _check_choices(model: type[models.Model], one: Column, values: Sequence[Any]) -> None:
    choices = getattr(one.field, "choices", None)
    if not choices:
        return
    allowed = {value for value, _title in one.field.flatchoices} | {None, ""}
    for value in values:
        if value not in allowed:
            raise BadFile(
                _("The table %(table)s of the file has %(value)s for %(column)s.")
                % {"table": model._meta.db_table, "value": str(value)[:40], "column": one.name}
            )
