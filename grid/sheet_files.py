"""Tables somebody sent: CSV in any usual form, or the first sheet of an Excel workbook."""

import csv
import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from api.errors import BadFile
from grid.layer_files import safe_members

MOST_BYTES = 200 * 1024 * 1024
MOST_ROWS = 500_000
#: Every cell up to the last one takes memory, also the empty ones between.
MOST_CELLS = 20_000_000
#: All text of all cells; a long text told once may be shown in every cell.
MOST_TEXT = 1024 * 1024 * 1024
_PLACE = re.compile(rb"""\br\s*=\s*["']([A-Z]{0,3})([0-9]{1,7})["']""")
_BLOCK = 1 << 20
#: Between the columns of a CSV.
_DELIMITERS = ",;\t|"


@dataclass(frozen=True)
class Sheet:
    """Rows as {column: value}, each with its number as a spreadsheet shows it (header: 1)."""

    columns: list[str]
    rows: list[tuple[int, dict[str, Any]]]


def is_workbook(path: Path) -> bool:
    """Whether the file is an Excel workbook (.xlsx), whatever its name says."""
    try:
        with path.open("rb") as file:
            return _is_workbook(file)
    except OSError:
        return False


def _is_workbook(file: IO[bytes]) -> bool:
    try:
        with zipfile.ZipFile(file) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return False


def read_sheet(
    content: bytes, name: str, *, encoding: str | None = None, most_cells: int = MOST_CELLS
) -> Sheet:
    """A CSV or the first sheet of a workbook, from memory; raises BadFile, with a sentence.

    ``name`` is for the sentences: what it is, the content says.
    """
    if _is_workbook(io.BytesIO(content)):
        return _read_workbook(io.BytesIO(content), name, None, most_cells)
    return _read_csv(content, name, encoding)


def read_workbook(path: Path, *, sheet: str | None = None) -> Sheet:
    """The sheet of this name, else the first one; raises BadFile, with a sentence."""
    try:
        with path.open("rb") as file:
            return _read_workbook(file, path.name, sheet)
    except OSError as error:
        raise BadFile(_("%s is damaged.") % path.name) from error


def _read_workbook(
    file: IO[bytes], name: str, sheet: str | None, most_cells: int = MOST_CELLS
) -> Sheet:
    try:
        with zipfile.ZipFile(file) as archive:
            _check_extent(archive, safe_members(archive, name), name, most_cells)
        file.seek(0)
        workbook = CalamineWorkbook.from_filelike(file)
        names = workbook.sheet_names
        if not names or (sheet is not None and sheet not in names):
            raise BadFile(
                _("Choose a layer of %(name)s with --layer: %(layers)s.")
                % {"name": name, "layers": ", ".join(names) or _("it has none")}
            )
        cells = workbook.get_sheet_by_name(sheet or names[0]).to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile, zlib.error, OSError) as error:
        raise BadFile(_("%s is damaged.") % name) from error
    return _sheet(cells, name)


def _check_extent(
    archive: zipfile.ZipFile, members: list[zipfile.ZipInfo], name: str, most_cells: int
) -> None:
    """Refuse a workbook of a few bytes whose cells would fill the memory.

    One cell at the far corner, or one long text in every cell: reading such a workbook would not
    fail but end the process.
    """
    texts = longest = 0
    for member in members:
        rows = columns = length = 0
        before = b""
        with archive.open(member) as file:
            while block := file.read(_BLOCK):
                for letters, digits in _PLACE.findall(before + block):
                    rows, columns = max(rows, int(digits)), max(columns, _column(letters))
                if member.filename.endswith("sharedStrings.xml"):
                    first, *others = block.split(b"<si")
                    lengths = [length + len(first), *map(len, others)]
                    longest, length = max(longest, *lengths), lengths[-1]
                texts += block.count(b't="s"') + block.count(b"t='s'")
                before = block[-32:]
        if rows * columns > most_cells:
            raise BadFile(_("%s holds too many rows.") % name)
    if texts * longest > MOST_TEXT:
        raise BadFile(_("%s unpacks to far more than a map does.") % name)


def _column(letters: bytes) -> int:
    """1 for A, 27 for AA; 1 for a row's own number, which has no letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number or 1


def read_csv(path: Path, *, encoding: str | None = None) -> Sheet:
    """A CSV in UTF-8, else GB18030, or the encoding given; columns parted by , ; tab or |.

    Raises BadFile, with a sentence.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadFile(_("There is no file %s, or it cannot be read.") % path) from error
    return _read_csv(content, path.name, encoding)


def _read_csv(content: bytes, name: str, encoding: str | None) -> Sheet:
    if len(content) > MOST_BYTES:
        raise BadFile(_("%s is larger than 200 MB.") % name)
    text = _decoded(content, encoding, name)
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        cells = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise BadFile(_("%s is damaged.") % name) from error
    return _sheet(cells, name)


def _decoded(content: bytes, encoding: str | None, name: str) -> str:
    for attempt in [encoding] if encoding else ["utf-8-sig", "gb18030"]:
        try:
            text = content.decode(attempt)
        except (UnicodeDecodeError, LookupError):
            continue
        if "\x00" not in text:
            return text
    raise BadFile(
        _("The text of %(name)s is not in %(encoding)s. Say its encoding with --encoding.")
        % {"name": name, "encoding": encoding or "UTF-8, GB18030"}
    )


def _sheet(cells: list[list[Any]], name: str) -> Sheet:
    """The first row with two or more words is the header; empty rows are passed over."""
    header: list[str] | None = None
    rows: list[tuple[int, dict[str, Any]]] = []
    for number, row in enumerate(cells, start=1):
        filled = [value for value in row if str(value).strip()]
        if header is None:
            if len(filled) >= 2:
                header = [str(value).strip() for value in row]
        elif filled:
            rows.append(
                (number, {key: value for key, value in zip(header, row, strict=False) if key})
            )
    if header is None or not rows:
        raise BadFile(_("%s holds no rows below a header.") % name)
    if len(rows) > MOST_ROWS:
        raise BadFile(_("%s holds too many rows.") % name)
    return Sheet([key for key in header if key], rows)
