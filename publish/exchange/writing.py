"""Writing all that is stored for an area into one file, row by row and as of one moment."""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone
from django.utils.translation import gettext as _
from pghistory.models import Context
from psycopg import sql

from accounts import acting
from accounts.models import Member
from api.errors import BadInput, UnknownArea
from cases import photos
from cases.models import Photo
from grid.models import Area
from households.access import record
from households.models import Household, Looked
from publish.exchange.coordinates import SYSTEMS, to_blobs
from publish.exchange.geopackage import PHOTOS, Writer
from publish.exchange.protected import Wrapped
from publish.exchange.tables import ALSO, APPS, AreaRows, Column, columns

FORMAT = "1"
#: Rows that are in memory at once.
_BATCH = 2000

Told = Callable[[str, int], None]


def versions() -> dict[str, str]:
    """The last migration of each app in the file: what its tables look like."""
    others = {"pghistory", *(label.split(".")[0] for label in ALSO)}
    leaves = MigrationLoader(None, ignore_no_migrations=True).graph.leaf_nodes()
    return {app: name for app, name in leaves if app in {*APPS, *others}}


def write(
    code: str,
    path: Path,
    *,
    crs: str = "wgs84",
    told: Told = lambda _table, _count: None,
    households: bool = False,
    member: Member | None = None,
    passphrase: str = "",
) -> dict[str, int]:
    """Rows by table, written to the file at ``path``, which is there whole or not at all.

    With households it needs the member who asks, of whom an access record of each household is
    kept, and the passphrase that protects what is stored encrypted. Raises UnknownArea, BadInput.
    """
    if not Area.objects.filter(code=code).exists():
        raise UnknownArea(_("No area has the code %s.") % code)
    if households and member is None:
        raise BadInput(_("Households are exported by a member: name one."))
    wrapped = Wrapped(passphrase) if households else None
    part = path.with_name(f"{path.name}.part")
    part.unlink(missing_ok=True)
    rows = AreaRows(code, households)
    with ExitStack() as stack:
        stack.callback(part.unlink, missing_ok=True)
        stack.enter_context(_one_moment())
        if households:
            stack.enter_context(acting.as_job("exchange"))
        if member is not None and households:
            looked = rows.of(Household).select_related("area")
            record(member, looked.iterator(chunk_size=_BATCH), Looked.EXPORT, now=timezone.now())
        writer = Writer(part, SYSTEMS[crs])
        stack.callback(writer.close)
        counts = _Export(rows, writer, told, wrapped).run()
        facts = {"format": FORMAT, "area": code, "crs": crs, "note": SYSTEMS[crs].note}
        facts["households"] = "yes" if households else "no"
        facts["salt"] = wrapped.salt if wrapped else ""
        facts["versions"] = json.dumps(versions(), sort_keys=True)
        facts["counts"] = json.dumps(counts, sort_keys=True)
        writer.about(facts)
        writer.finish(part)
        part.replace(path)
    return counts


@contextmanager
def _one_moment() -> Iterator[None]:
    """All tables as of the same moment; inside a transaction, that of the caller."""
    if connection.in_atomic_block:
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        yield


class _Export:
    def __init__(self, rows: AreaRows, writer: Writer, told: Told, wrapped: Wrapped | None) -> None:
        self.rows, self.writer, self.told, self.wrapped = rows, writer, told, wrapped
        self.members: set[int] = set()

    def run(self) -> dict[str, int]:
        counts = {model._meta.db_table: self._table(model) for model in self.rows.kept}
        self.writer.plain(PHOTOS, "photo TEXT, size TEXT, content BLOB", "Files of photos")
        return {**counts, PHOTOS: self._photos()}

    def _photos(self) -> int:
        """The files of the photos, one in memory at a time; one that is gone is passed over."""
        count = 0
        chosen = self.rows.of(Photo).order_by("pk").values_list("pk", flat=True)
        for pk in chosen.iterator(chunk_size=_BATCH):
            for size in photos.SIZES:
                try:
                    with photos.store().open(photos.name_of(pk, size)) as file:
                        content = file.read()
                except FileNotFoundError:
                    continue
                self.writer.rows(PHOTOS, count + 1, [(str(pk), size, content)])
                count += 1
            self.told(PHOTOS, count)
        return count

    def _table(self, model: type[models.Model]) -> int:
        name, own = model._meta.db_table, columns(model)
        self.writer.table(name, own, str(model._meta.verbose_name_plural))
        count = 0
        for batch in self._batches(model, own):
            ready = [list(row) for row in batch]
            self._note_members(model, own, ready)
            if self.wrapped and any(one.encrypted for one in own):
                ready = [self.wrapped.outward(row, own) for row in ready]
            for place, one in enumerate(own):
                if one.is_geometry:
                    shapes = [row[place] for row in ready]
                    for row, blob in zip(ready, to_blobs(shapes, self.writer.system), strict=True):
                        row[place] = blob
            self.writer.rows(name, count + 1, ready)
            count += len(ready)
            self.told(name, count)
        return count

    def _note_members(
        self, model: type[models.Model], own: Sequence[Column], rows: list[list[Any]]
    ) -> None:
        for place, one in enumerate(own):
            if one.member:
                self.members.update(row[place] for row in rows if row[place] is not None)
            elif model is Context and one.name == "metadata":
                users = [json.loads(row[place]).get("user") for row in rows]
                self.members.update(user for user in users if isinstance(user, int))

    def _batches(
        self, model: type[models.Model], own: Sequence[Column]
    ) -> Iterator[list[tuple[Any, ...]]]:
        if model is Member:
            chosen = Member._base_manager.filter(pk__in=self.members)
        else:
            chosen = self.rows.of(model)
        statement, values = self._statement(model, own, chosen)
        # On the server: however many rows there are, one batch is here.
        with connection.connection.cursor(name="export") as cursor:
            cursor.itersize = _BATCH
            cursor.execute(statement, values)
            while batch := cursor.fetchmany(_BATCH):
                yield batch

    def _statement(
        self, model: type[models.Model], own: Sequence[Column], chosen: models.QuerySet
    ) -> tuple[sql.Composed, list[Any]]:
        shown: list[sql.Composable] = []
        values: list[Any] = []
        for one in own:
            part, more = self._shown(model, one)
            shown.append(part)
            values += more
        keys = [str(field.column) for field in model._meta.pk_fields]
        first = keys[0] if len(keys) == 1 else "patrol_id"
        inner, more = chosen.order_by().values_list(first).query.sql_with_params()
        statement = sql.SQL("SELECT {} FROM {} t WHERE {} IN (").format(
            sql.SQL(", ").join(shown),
            sql.Identifier(model._meta.db_table),
            sql.Identifier("t", first),
        )
        order = sql.SQL(", ").join(sql.Identifier("t", key) for key in keys)
        whole = sql.Composed([statement, sql.SQL(inner), sql.SQL(") ORDER BY "), order])
        return whole, [*values, *more]

    def _shown(
        self, model: type[models.Model], one: Column
    ) -> tuple[sql.Composable, Sequence[Any]]:
        """A column as the file has it: as text what SQLite has no type for."""
        name: sql.Composable = sql.Identifier("t", one.name)
        related = one.field.related_model if one.field.is_relation else None
        if related is not None and related is not Member and related not in self.rows.kept:
            return sql.SQL("NULL"), ()
        if one.is_geometry:
            return sql.SQL("ST_AsEWKB({})").format(name), ()
        if one.kind == "BOOLEAN":
            return sql.SQL("{}::int").format(name), ()
        if one.kind == "DATETIME":
            form = sql.Literal('YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
            return sql.SQL("to_char({} AT TIME ZONE 'UTC', {})").format(name, form), ()
        shown = name
        if one.kind not in ("INTEGER", "REAL", "BLOB"):
            shown = sql.SQL("{}::text").format(name)
        if related in (None, Member) or not one.field.null or self.rows.is_whole:
            return shown, ()
        # What it may refer to is elsewhere: the row is here, without it.
        inner, values = self.rows.of(related).values_list("pk").query.sql_with_params()
        case = sql.SQL("CASE WHEN {} IN (").format(name) + sql.SQL(inner)
        return case + sql.SQL(") THEN {} END").format(shown), values
