"""What came of an import: counts, rows taken in by likeness, and rows to correct."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _

from api.tables import csv_file, xlsx_file
from grid.osm.merge import Counts
from grid.sheet_files import Sheet


@dataclass(frozen=True)
class Flaw:
    """What is wrong with a row: a stable code and a sentence; for addresses the nearest one."""

    row: int
    code: str
    sentence: str
    nearest: str = ""
    score: float = 0.0


@dataclass(frozen=True)
class Likeness:
    """A row that was taken in at the one address that is like its own, in percent."""

    row: int
    written: str
    taken: str
    score: float


@dataclass
class ImportReport:
    """``rows`` counts households, or heads of building; ``plans`` the plans begun with them."""

    rows: Counts = field(default_factory=Counts)
    plans: int = 0
    alike: list[Likeness] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    @property
    def refused(self) -> int:
        return len({flaw.row for flaw in self.flaws})

    def as_json(self) -> dict[str, Any]:
        return {
            "rows": self.rows.as_dict(),
            "plans": self.plans,
            "alike": [asdict(one) for one in self.alike],
            "refused": [asdict(flaw) for flaw in sorted(self.flaws, key=lambda one: one.row)],
            "columns_left_out": self.left_out,
        }


def rows_to_correct(sheet: Sheet, flaws: Iterable[Flaw]) -> list[list[str]]:
    """The refused rows as they came, with what is wrong in front; the header is the first one.

    Corrected and sent again the file is taken in: columns of ours are passed over by their names.
    """
    by_row: dict[int, list[Flaw]] = {}
    for flaw in flaws:
        by_row.setdefault(flaw.row, []).append(flaw)
    columns = [column for column in sheet.columns if not column.lower().startswith("gridwalk")]
    head = [
        _("Gridwalk: row"),
        _("Gridwalk: what is wrong"),
        _("Gridwalk: nearest address"),
        _("Gridwalk: likeness"),
    ]
    table = [[*head, *columns]]
    for number, row in sheet.rows:
        if number in by_row:
            found = by_row[number]
            nearest = next((flaw for flaw in found if flaw.nearest), None)
            told = [
                str(number),
                " ".join(flaw.sentence for flaw in found),
                nearest.nearest if nearest else "",
                f"{nearest.score:g} %" if nearest else "",
            ]
            table.append([*told, *(_written(row.get(column)) for column in columns)])
    return table


def _written(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None else str(value)


def as_file(table: Sequence[Sequence[str]], kind: str) -> HttpResponse:
    """The rows to correct as a CSV or XLSX to download."""
    write = xlsx_file if kind == "xlsx" else csv_file
    return write("to-correct", table[0], table[1:])
