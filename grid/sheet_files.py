"""Tables somebody sent: CSV in any usual form, or the first sheet of an Excel workbook."""

import csv
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from python_calamine import CalamineError, CalamineWorkbook

from api.errors import BadFile
from grid.layer_files import safe_members

MOST_BYTES = 200 * 1024 * 1024
MOST_ROWS = 500_000
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
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError):
        return False


def read_workbook(path: Path, *, sheet: str | None = None) -> Sheet:
    """The sheet of this name, else the first one; raises BadFile, with a sentence."""
    try:
        with zipfile.ZipFile(path) as archive:
            safe_members(archive, path.name)
        workbook = CalamineWorkbook.from_path(path)
        names = workbook.sheet_names
        if not names or (sheet is not None and sheet not in names):
            raise BadFile(
                _("Choose a layer of %(name)s with --layer: %(layers)s.")
                % {"name": path.name, "layers": ", ".join(names) or _("it has none")}
            )
        cells = workbook.get_sheet_by_name(sheet or names[0]).to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile, OSError) as error:
        raise BadFile(_("%s is damaged.") % path.name) from error
    return _sheet(cells, path.name)


def read_csv(path: Path, *, encoding: str | None = None) -> Sheet:
    """A CSV in UTF-8, else GB18030, or the encoding given; columns parted by , ; tab or |.

    Raises BadFile, with a sentence.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise BadFile(_("There is no file %s, or it cannot be read.") % path) from error
    if len(content) > MOST_BYTES:
        raise BadFile(_("%s is larger than 200 MB.") % path.name)
    text = _decoded(content, encoding, path.name)
    first = text.lstrip("\r\n").split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first.count)
    try:
        cells = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise BadFile(_("%s is damaged.") % path.name) from error
    return _sheet(cells, path.name)


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
