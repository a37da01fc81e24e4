"""Workbooks that would end the process, and what every table goes through."""

import io
import zipfile

import pytest
import xlsxwriter

from api.errors import BadFile
from grid import sheet_files


def workbook(*cells: tuple[int, int, str]) -> bytes:
    """An .xlsx with a header A1:B1, and these cells by row and column from 0."""
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["name", "number"])
        for row, column, text in cells:
            sheet.write_string(row, column, text)
    return made.getvalue()


def test_a_workbook_and_a_csv_say_the_same() -> None:
    expected = [(2, {"name": "Row", "number": "7"})]
    sheet = sheet_files.read_sheet(workbook((1, 0, "Row"), (1, 1, "7")), "homes.csv")
    assert sheet.rows == expected
    for content in ("name,number\nRow,7\n".encode("gbk"), b"\xef\xbb\xbfname;number\r\nRow;7"):
        assert sheet_files.read_sheet(content, "homes.xlsx").rows == expected


def test_a_cell_at_the_far_corner_is_refused() -> None:
    with pytest.raises(BadFile, match="too many"):
        sheet_files.read_sheet(workbook((1_048_575, 16_383, "x")), "homes.xlsx")


def test_one_long_text_in_many_cells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheet_files, "MOST_TEXT", 1_000_000)
    many = [(row, 0, "x" * 20_000) for row in range(1, 100)]
    with pytest.raises(BadFile, match="unpacks"):
        sheet_files.read_sheet(workbook(*many), "homes.xlsx")


def test_damaged_workbooks_are_said_to_be() -> None:
    whole = workbook((1, 0, "Row"))
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(whole)) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(name, b"<broken" if "sheet1" in name else old.read(name))
    with pytest.raises(BadFile):
        sheet_files.read_sheet(made.getvalue(), "homes.xlsx")
    with pytest.raises(BadFile):
        sheet_files.read_sheet(whole[:-200], "homes.xlsx")
