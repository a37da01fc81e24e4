"""A GeoPackage (OGC 12-128r19, version 1.3) written row by row, and read with suspicion.

The same tables and rows give the same bytes: nothing in the file tells when it was made.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from api.errors import BadFile
from publish.exchange.coordinates import System
from publish.exchange.tables import Column

_APPLICATION, _VERSION = 0x47504B47, 10300
#: SQLite's own numbers of how often a file was changed, and by which version: bytes of its head.
_CHANGES, _VALID_FOR = 24, 92
_NEVER = "1970-01-01T00:00:00.000Z"
ABOUT = "gridwalk_about"
#: The files of photos: whose, of which size, and the JPEG.
PHOTOS = "gridwalk_photos"
_SCHEMA = """
CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER PRIMARY KEY,
    organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL,
    definition TEXT NOT NULL, description TEXT);
CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL,
    identifier TEXT UNIQUE, description TEXT DEFAULT '', last_change DATETIME NOT NULL,
    min_x DOUBLE, min_y DOUBLE, max_x DOUBLE, max_y DOUBLE, srs_id INTEGER);
CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL PRIMARY KEY,
    column_name TEXT NOT NULL, geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL,
    z TINYINT NOT NULL, m TINYINT NOT NULL);
"""


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


class Writer:
    """A new file; within ``writing`` it is one transaction."""

    def __init__(self, path: Path, system: System) -> None:
        self.system = system
        self.database = sqlite3.connect(path, isolation_level=None)
        self.database.execute(f"PRAGMA application_id = {_APPLICATION:d}")
        self.database.execute(f"PRAGMA user_version = {_VERSION:d}")
        self.database.executescript(_SCHEMA)
        self.database.execute("BEGIN")
        known = [
            ("Undefined cartesian", -1, "NONE", -1, "undefined", ""),
            ("Undefined geographic", 0, "NONE", 0, "undefined", ""),
        ]
        known.append(
            (system.title, system.number, system.authority, system.number, system.definition,
             system.note)
        )  # fmt: skip
        self._fill("gpkg_spatial_ref_sys", known)

    def _fill(self, table: str, rows: Iterable[Sequence[Any]]) -> None:
        for row in rows:
            marks = ", ".join("?" * len(row))
            self.database.execute(f"INSERT INTO {_quoted(table)} VALUES ({marks})", row)  # noqa: S608

    def table(self, name: str, columns: Sequence[Column], title: str) -> None:
        """Declare a table: a layer where it has a geometry."""
        declared = ", ".join(f"{_quoted(one.name)} {one.kind}" for one in columns)
        self.database.execute(f"CREATE TABLE {_quoted(name)} (fid INTEGER PRIMARY KEY, {declared})")
        shape = next((one for one in columns if one.is_geometry), None)
        kind = "attributes" if shape is None else "features"
        number = None if shape is None else self.system.number
        described = "" if shape is None else self.system.note
        self._fill(
            "gpkg_contents",
            [(name, kind, name, described or title, _NEVER, None, None, None, None, number)],
        )
        if shape is not None:
            self._fill("gpkg_geometry_columns", [(name, shape.name, shape.kind, number, 0, 0)])

    def rows(self, name: str, first: int, rows: Sequence[Sequence[Any]]) -> None:
        """Add rows, numbered from ``first`` on."""
        if rows:
            marks = ", ".join("?" * (len(rows[0]) + 1))
            self.database.executemany(
                f"INSERT INTO {_quoted(name)} VALUES ({marks})",  # noqa: S608
                ([number, *row] for number, row in enumerate(rows, first)),
            )

    def about(self, facts: dict[str, str]) -> None:
        self.plain(ABOUT, "what TEXT, value TEXT", "What this file is")
        self.rows(ABOUT, 1, sorted(facts.items()))

    def plain(self, name: str, declared: str, title: str) -> None:
        """Declare a table that is no model's."""
        self.database.execute(f"CREATE TABLE {_quoted(name)} (fid INTEGER PRIMARY KEY, {declared})")
        nowhere = [None] * 5
        self._fill("gpkg_contents", [(name, "attributes", name, title, _NEVER, *nowhere)])

    def close(self) -> None:
        self.database.close()

    def finish(self, path: Path) -> None:
        """Commit, and with SQLite's counters of changes at one, as if written at once."""
        self.database.execute("COMMIT")
        self.database.close()
        with path.open("r+b") as file:
            for place in (_CHANGES, _VALID_FOR):
                file.seek(place)
                file.write((1).to_bytes(4, "big"))


class Reader:
    """A file of ours; whatever else it is, BadFile is raised, with a sentence."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self.database = database
        found = dict(self._ask("SELECT name, type FROM sqlite_master WHERE type <> 'index'"))
        if set(found.values()) - {"table"}:
            raise BadFile(_("The file has views or triggers of its own: it is none of ours."))
        self.tables = set(found)
        if ABOUT not in self.tables:
            raise BadFile(_("This is no file of export_data."))
        about = self._ask(f"SELECT what, value FROM {ABOUT}")  # noqa: S608
        if any(not isinstance(cell, str) for row in about for cell in row):
            raise BadFile(_("This is no file of export_data."))
        self.facts: dict[str, str] = dict(about)

    def _ask(self, question: str) -> list[Any]:
        return self.database.execute(question).fetchall()

    def check(self, name: str, columns: Sequence[Column]) -> None:
        """Raise BadFile unless the table has these columns, and no others."""
        rows = self._ask(f"PRAGMA table_xinfo({_quoted(name)})")
        # The last column of the answer tells of generated ones, which would be worked out.
        plain = [row[1] for row in rows if row[6] == 0]
        if len(plain) != len(rows) or plain != ["fid", *(one.name for one in columns)]:
            raise BadFile(_("The table %s of the file is not as this version has it.") % name)

    def count(self, name: str) -> int:
        return int(self._ask(f"SELECT count(*) FROM {_quoted(name)}")[0][0])  # noqa: S608

    def photos(self) -> Iterator[tuple[Any, Any, Any]]:
        yield from self.database.execute(
            f"SELECT photo, size, content FROM {PHOTOS} ORDER BY fid"  # noqa: S608
        )

    def rows(self, name: str, columns: Sequence[Column]) -> Iterator[tuple[Any, ...]]:
        names = ", ".join(_quoted(one.name) for one in columns)
        yield from self.database.execute(
            f"SELECT {names} FROM {_quoted(name)} ORDER BY fid"  # noqa: S608
        )


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    """Open a file to read it and nothing else; raises BadFile for one that is broken."""
    try:
        with path.open("rb") as file:
            head = file.read(72)
    except OSError as error:
        raise BadFile(_("The file cannot be read: %s") % error.strerror) from error
    if head[:16] != b"SQLite format 3\0" or int.from_bytes(head[68:72], "big") != _APPLICATION:
        raise BadFile(_("This is no GeoPackage."))
    database = None
    try:
        database = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        database.execute("PRAGMA trusted_schema = OFF")
        database.execute("PRAGMA cell_size_check = ON")
        yield Reader(database)
    except (sqlite3.Error, OverflowError) as error:
        raise BadFile(_("The file is broken: %s") % error) from error
    finally:
        if database is not None:
            database.close()
