"""Merging staged rows into a table: new ones go in, changed ones are updated, the rest stays."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Any

from django.contrib.gis.db import models
from django.db import connection
from psycopg import sql

from grid.models import Area


@dataclass(slots=True)
class Counts:
    """What a merge did to the rows of a community."""

    added: int = 0
    updated: int = 0
    unchanged: int = 0
    removed: int = 0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def digest(*parts: object) -> bytes:
    """32 bytes that change when any part does."""
    return blake2b("\x1f".join(map(str, parts)).encode(), digest_size=32).digest()


def run(statement: str, params: Sequence[object] = (), **names: Any) -> int:
    """Execute one statement with identifiers filled in; the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL(statement).format(**names), params)  # type: ignore[arg-type]
        return cursor.rowcount


def identifiers(names: Iterable[str], of: str = "") -> sql.Composed:
    """Names of columns for a statement, separated by commas, perhaps of one table."""
    return sql.SQL(", ").join(sql.Identifier(*([of, name] if of else [name])) for name in names)


def stage(
    model: type[models.Model],
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    key: Sequence[str],
    **extra: str,
) -> None:
    """Copy rows into the temporary table ``staged``, with the model's column types.

    ``extra`` names further columns with their SQL type; their values end each row. Geometries are
    given as EWKB in hexadecimal. The ``key`` is indexed: with the statistics of a table that was
    just filled, the planner would else compare every row with every other.
    """
    run("DROP TABLE IF EXISTS staged")
    run(
        "CREATE TEMPORARY TABLE staged ON COMMIT DROP AS"
        " SELECT {columns} FROM {table} WITH NO DATA",
        columns=identifiers(columns),
        table=sql.Identifier(model._meta.db_table),
    )
    for name, kind in extra.items():
        run(
            "ALTER TABLE staged ADD COLUMN {name} {kind}",
            name=sql.Identifier(name),
            kind=sql.Identifier(kind),
        )
    statement = sql.SQL("COPY staged ({}) FROM STDIN").format(identifiers([*columns, *extra]))
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
    run("CREATE INDEX ON staged ({key})", key=identifiers(key))
    run("ANALYZE staged")


def merge_places(
    model: type[models.Model],
    community: Area,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    **at_first: object,
) -> Counts:
    """Make the community's imported places of this model equal to the rows.

    Args:
        columns: names in the order of the rows' values, with ``osm_id`` and ``digest``.
        at_first: values that new rows get and later imports leave alone.

    Rows that somebody drew here (without an OSM id) are not touched. Removed ones go through the
    ORM, so that what hangs on them in other apps goes or lets go as declared there.
    """
    names = {
        "table": sql.Identifier(model._meta.db_table),
        "columns": identifiers(columns),
        "values": identifiers(columns, "staged"),
        "firsts": sql.SQL("").join(sql.SQL(", {}").format(sql.Identifier(n)) for n in at_first),
        "defaults": sql.SQL(", %s") * len(at_first),
    }
    stage(model, columns, rows, key=["osm_id"])
    updated = run(
        "UPDATE {table} t SET ({columns}) = ROW({values}) FROM staged"
        " WHERE t.community_id = %s AND t.osm_id = staged.osm_id AND t.osm_id <> ''"
        " AND t.digest <> staged.digest",
        [community.pk],
        **names,
    )
    added = run(
        "INSERT INTO {table} (community_id, {columns}{firsts}) SELECT %s, {values}{defaults}"
        " FROM staged WHERE NOT EXISTS (SELECT 1 FROM {table} t"
        " WHERE t.community_id = %s AND t.osm_id = staged.osm_id AND t.osm_id <> '')",
        [community.pk, *at_first.values(), community.pk],
        **names,
    )
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "SELECT id FROM {table} t WHERE community_id = %s AND osm_id <> ''"
                " AND NOT EXISTS (SELECT 1 FROM staged WHERE staged.osm_id = t.osm_id)"
            ).format(table=names["table"]),  # type: ignore[arg-type]
            [community.pk],
        )
        gone = [row[0] for row in cursor.fetchall()]
    for first in range(0, len(gone), 5000):
        model._default_manager.filter(pk__in=gone[first : first + 5000]).delete()
    return Counts(added, updated, len(rows) - added - updated, len(gone))
