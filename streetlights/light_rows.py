"""Lamps, cabinets and cable sections as rows, from whatever file they came in.

Columns are found by the names people give them, in English and Chinese; nothing is guessed from
values. A row with ``from`` and ``to``, or drawn as a line, is a cable section; one whose kind says
so is a cabinet; the others are lamps.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from django.utils.translation import gettext as _

from api.errors import BadFile
from grid import sheet_files
from grid.import_layers import read_layer
from spatial.china import bd09_to_wgs84, gcj02_to_wgs84

#: How positions were written, and what turns them into WGS 84.
SHIFTED = {"wgs84": None, "gcj02": gcj02_to_wgs84, "bd09": bd09_to_wgs84}

#: Column names, as ``_plain`` writes them; the first that the file has counts.
NAMES = {
    "lon": "lon lng long longitude x xcoord coordx pointx gpslon gpslng 经度 东经 x坐标 jd",
    "lat": "lat latitude y ycoord coordy pointy gpslat 纬度 北纬 y坐标 wd",
    "lonlat": "lonlat lnglat coordinates coordinate position 坐标 经纬度 位置坐标",
    "number": "number no nr ref lampnumber lampno lamp polenumber poleno pole 编号 路灯编号"
    " 灯杆编号 灯杆号 灯号 杆号 路灯号 设备编号 id",
    "kind": "kind type lamptype 类型 种类 灯具类型 设备类型 光源类型",
    "height": "height 高度 杆高 灯高 灯杆高度",
    "reach": "reach radius 照射半径 照明半径 半径",
    "name": "name 名称 安装位置 位置 地址",
    "circuit": "circuit circuitname circuitno 回路 回路名称 回路编号 线路",
    "cabinet": "cabinet cabinetnumber feederpillar 配电箱 控制箱 配电箱编号 控制箱编号 箱变",
    "fed_by": "fedby upstream parent previous 上级 上级编号 上一盏 上一灯 供电自 电源",
    "from": "from fromnode fromlamp 起点 起点编号 从",
    "to": "to tonode tolamp 终点 终点编号 到",
    "section": "section sectionid sectionnumber cable 电缆 电缆段 电缆编号",
    "metres": "metres meters length 长度 电缆长度",
}
CABINETS = {"cabinet", "feederpillar", "配电箱", "控制箱", "箱变", "路灯控制箱", "路灯配电箱"}
_NUMBER = re.compile(r"([+-]?\d+(?:\.\d+)?)\s*(?:m|米|°)?", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class Flaw:
    """What is wrong with a row of the file: a stable code, and a sentence."""

    row: int
    code: str
    sentence: str


@dataclass
class LightRow:
    """A row: ``what`` is lamp, cabinet or section; ``shape`` in EPSG:4326; lengths in metres."""

    row: int
    what: str
    texts: dict[str, str]
    metres: dict[str, float]
    shape: shapely.Geometry | None


@dataclass
class LightRows:
    """The sound rows, and what is wrong with the others; rows are numbered as people see them."""

    rows: list[LightRow] = field(default_factory=list)
    flaws: list[Flaw] = field(default_factory=list)


def read(
    path: Path,
    *,
    layer: str | None = None,
    encoding: str | None = None,
    crs: str | None = None,
    shifted: str = "wgs84",
) -> LightRows:
    """The rows of a GeoJSON, GeoPackage, Shapefile, CSV or XLSX file.

    ``shifted`` is a key of SHIFTED; ``crs`` replaces what a map file says. Raises BadFile, with a
    sentence, for a file that is none of these, or in which no column can be read.
    """
    found = LightRows()
    if sheet_files.is_workbook(path):
        given: Iterable[Any] = _of_sheet(sheet_files.read_workbook(path, sheet=layer), found)
    elif path.suffix.lower() in {".csv", ".tsv", ".txt"}:
        given = _of_sheet(sheet_files.read_csv(path, encoding=encoding), found)
    else:
        whole = read_layer(path, layer=layer, encoding=encoding, crs=crs)
        columns = _columns(dict.fromkeys(key for row in whole.rows for key in row))
        shapes = whole.in_degrees()
        given = [
            (number, _renamed(row, columns), shape)
            for number, (row, shape) in enumerate(zip(whole.rows, shapes, strict=True), start=1)
        ]
    for number, values, shape in given:
        _add(found, number, values, shape)
    if SHIFTED[shifted] is not None:
        for row in found.rows:
            if row.shape is not None:
                row.shape = shapely.transform(row.shape, SHIFTED[shifted])
    return found


def _plain(name: str) -> str:
    """A column name without case, spaces, underscores, and what stands in brackets."""
    text = unicodedata.normalize("NFKC", name).lower()
    return re.sub(r"[\s_\-.:]+", "", re.sub(r"[(\[【].*?[)\]】]", "", text))


def _columns(names: Iterable[str]) -> dict[str, str]:
    """Our name -> the file's name of each column that is known."""
    given: dict[str, str] = {}
    for name in names:
        given.setdefault(_plain(name), name)
    found = {}
    for ours, usual in NAMES.items():
        theirs = next((given[name] for name in usual.split() if name in given), None)
        if theirs is not None:
            found[ours] = theirs
    return found


def _renamed(row: dict[str, Any], columns: dict[str, str]) -> dict[str, str]:
    return {ours: text for ours, theirs in columns.items() if (text := _text(row.get(theirs)))}


def _text(value: Any) -> str:
    """A cell as text; a spreadsheet's 12.0 is 12."""
    if value is None or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return unicodedata.normalize("NFKC", str(value)).replace("\x00", "").strip()


def _of_sheet(
    sheet: sheet_files.Sheet, found: LightRows
) -> list[tuple[int, dict[str, str], shapely.Geometry | None]]:
    columns = _columns(sheet.columns)
    placed = {"lon", "lat"} <= columns.keys() or "lonlat" in columns
    if not placed and not {"from", "to"} <= columns.keys():
        raise BadFile(
            _("No columns with longitude and latitude are there; the columns are: %s.")
            % ", ".join(sheet.columns[:30])
        )
    rows = []
    for number, given in sheet.rows:
        values = _renamed(given, columns)
        if {"from", "to"} <= values.keys():
            rows.append((number, values, None))
            continue
        try:
            rows.append((number, values, shapely.Point(*_lon_lat(values))))
        except ValueError as error:
            code, sentence = error.args
            found.flaws.append(Flaw(number, code, sentence))
    return rows


def _lon_lat(values: dict[str, str]) -> tuple[float, float]:
    """Degrees; raises ValueError(code, sentence)."""
    pair = [values.get("lon", ""), values.get("lat", "")]
    if not any(pair):
        pair = [part for part in re.split(r"[,;\s]+", values.get("lonlat", "")) if part]
    if len(pair) != 2 or not all(pair):
        raise ValueError("no_position", _("It has no longitude and latitude."))
    matched = [_NUMBER.fullmatch(part) for part in pair]
    if not all(matched):
        raise ValueError("bad_position", _("Its position is not two numbers in degrees."))
    lon, lat = (float(one[1]) for one in matched if one)
    if abs(lon) <= 180 and abs(lat) <= 90:
        return lon, lat
    if abs(lat) <= 180 and abs(lon) <= 90:
        raise ValueError("swapped", _("Longitude and latitude seem to be swapped."))
    raise ValueError("bad_position", _("Its position is not two numbers in degrees."))


def _add(
    found: LightRows, number: int, values: dict[str, str], shape: shapely.Geometry | None
) -> None:
    """One row more, or what is wrong with it."""
    try:
        row = _row(number, values, shape)
    except ValueError as error:
        code, sentence = error.args
        found.flaws.append(Flaw(number, code, sentence))
    else:
        found.rows.append(row)


def _row(number: int, values: dict[str, str], shape: shapely.Geometry | None) -> LightRow:
    """Raises ValueError(code, sentence)."""
    metres = {}
    for name, most in (("height", 60.0), ("reach", 200.0), ("metres", 100_000.0)):
        if name in values:
            matched = _NUMBER.fullmatch(values[name])
            if matched is None or not 0 < float(matched[1]) <= most:
                raise ValueError(
                    f"bad_{name}",
                    _("Its %(name)s, %(value)s, is no length in metres that can be.")
                    % {"name": name, "value": values[name][:20]},
                )
            metres[name] = float(matched[1])
    texts = {key: text for key, text in values.items() if key not in {*metres, "lon", "lat"}}
    for key, most_letters in (("name", 200), ("circuit", 120)):
        if len(texts.get(key, "")) > most_letters:
            raise ValueError("too_long", _("Its %s is too long.") % key)
    if any(
        len(text) > 60 for key, text in texts.items() if key not in {"name", "circuit", "lonlat"}
    ):
        raise ValueError("too_long", _("A number or kind in it has more than 60 letters."))
    what = _what(texts, shape)
    kinds = {"section": {"LineString"}, "lamp": {"Point"}, "cabinet": {"Point"}}[what]
    if shape is None and what == "section":
        return LightRow(number, what, texts, metres, None)
    if shape is None or shape.is_empty or shape.geom_type not in kinds:
        raise ValueError("no_position", _("It is not a point, or for a cable a line."))
    if not np.isfinite(shapely.get_coordinates(shape)).all():
        raise ValueError("bad_position", _("Its position is not two numbers in degrees."))
    return LightRow(number, what, texts, metres, shape)


def _what(texts: dict[str, str], shape: shapely.Geometry | None) -> str:
    if {"from", "to"} <= texts.keys() or (shape is not None and shape.geom_type == "LineString"):
        return "section"
    return "cabinet" if _plain(texts.get("kind", "")) in CABINETS else "lamp"
