"""Lamps and circuits from files: any usual column names, row by row, twice the same."""

import json
from collections.abc import Callable
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import geopandas as gpd
import pytest
import shapely
import xlsxwriter
from django.core.management import call_command
from django.core.management.base import CommandError

from spatial.china import wgs84_to_gcj02
from streetlights.models import Cabinet, CableSection, Circuit, Lamp
from tests.town import Town, place

Table = list[list[Any]]


def table(*rows: tuple[Any, ...]) -> Table:
    """Rows of (number, x, y, more …) in metres as number, longitude, latitude, more …"""
    return [[number, *place(x, y), *more] for number, x, y, *more in rows]


@pytest.fixture
def csv_file(tmp_path: Path) -> Callable[..., Path]:
    def write(header: str, rows: Table, *, encoding: str = "utf-8", by: str = ",") -> Path:
        file = tmp_path / "lamps.csv"
        lines = [header, *(by.join(map(str, row)) for row in rows)]
        file.write_text("\n".join(lines), encoding=encoding)
        return file

    return write


def workbook(folder: Path, rows: Table) -> Path:
    content = BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet("路灯")
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    file = folder / "lamps.xlsx"
    file.write_bytes(content.getvalue())
    return file


def run(file: Path, *options: str) -> dict[str, Any]:
    """The answer with --json, of an import that refuses some rows too."""
    out = StringIO()
    try:
        call_command("import_lights", str(file), "--json", *options, stdout=out)
    except CommandError as error:
        if "rows were not taken in" not in str(error):
            raise
    return dict(json.loads(out.getvalue()))


def refused(answer: dict[str, Any]) -> list[tuple[int, str]]:
    return [(flaw["row"], flaw["code"]) for flaw in answer["refused"]]


def numbers() -> set[str]:
    return set(Lamp.objects.exclude(number="L-1").values_list("number", flat=True))


ROWS = [("1", 60, 50), ("2", 110, 50), ("3", 260, 50)]


@pytest.mark.parametrize(
    "header",
    [
        "number,lon,lat",
        "No.,Longitude,Latitude",
        "Lamp number,lng,lat",
        "id,X,Y",
        "编号,经度,纬度",
        "路灯编号,经度(WGS84),纬度(WGS84)",
        "灯杆编号,东经（°）,北纬（°）",
    ],
)
def test_columns_have_any_usual_name(town: Town, csv_file: Callable, header: str) -> None:
    answer = run(csv_file(header, table(*ROWS)))
    assert (answer["lamps"]["added"], answer["refused"]) == (3, [])
    assert numbers() == {"1", "2", "3"}
    found = Lamp.objects.get(number="3")
    assert found.location.coords == pytest.approx(place(260, 50))
    assert found.cell == town.east


@pytest.mark.parametrize(
    ("encoding", "by"), [("gb18030", ","), ("utf-8-sig", ";"), ("utf-8", "\t")]
)
def test_a_csv_as_excel_writes_it(town: Town, csv_file: Callable, encoding: str, by: str) -> None:
    header = by.join(["编号", "经度", "纬度", "类型"])
    rows = [[*row, "高压钠灯"] for row in table(*ROWS)]
    assert run(csv_file(header, rows, encoding=encoding, by=by))["lamps"]["added"] == 3
    assert Lamp.objects.get(number="2").kind == "高压钠灯"


def test_a_workbook(town: Town, tmp_path: Path) -> None:
    title: Table = [["路灯台账"], ["编号", "经度", "纬度", "高度", "照射半径"]]
    rows = table((12, 60, 50, "8米", 15), (13, 110, 50, 6.5, 12), (14, 160, 50, "high", 12))
    file = workbook(tmp_path, title + rows)
    answer = run(file)
    assert refused(answer) == [(5, "bad_height")]
    assert set(Lamp.objects.filter(number="12").values_list("height", "reach")) == {(8.0, 15.0)}
    assert numbers() == {"12", "13"}


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "shp"])
def test_map_files(town: Town, tmp_path: Path, suffix: str) -> None:
    shapes = [shapely.Point(*place(x, y)) for _number, x, y in ROWS]
    frame = gpd.GeoDataFrame({"编号": ["1", "2", "3"]}, geometry=shapes, crs=4326)
    file = tmp_path / f"lamps.{suffix}"
    (frame.to_crs(3067) if suffix != "geojson" else frame).to_file(file)
    assert run(file)["lamps"]["added"] == 3
    found = Lamp.objects.get(number="3")
    assert found.location.coords == pytest.approx(place(260, 50), abs=1e-6)


def test_the_same_file_twice_changes_nothing(town: Town, csv_file: Callable) -> None:
    header = "number,lon,lat,height,circuit,fed by,cabinet,kind"
    rows = table(
        ("K1", 40, 50, "", "", "", "", "cabinet"),
        ("1", 60, 50, 8, "Row 1", "K1", "", "LED"),
        ("2", 110, 50, 8, "Row 1", "1", "", "LED"),
        ("", 160, 50, 8, "", "", "", "LED"),
    )
    file = csv_file(header, rows)
    first, second = run(file), run(file)
    assert [first[kind]["added"] for kind in ("lamps", "cabinets", "circuits", "sections")] == [
        *(3, 1, 1, 2)
    ]
    for kind in ("lamps", "cabinets", "circuits", "sections"):
        assert (second[kind]["added"], second[kind]["updated"]) == (0, 0), kind
        assert second[kind]["unchanged"] == first[kind]["added"]


def test_what_the_file_says_anew_is_changed_and_the_rest_stays(
    town: Town, csv_file: Callable
) -> None:
    run(csv_file("number,lon,lat,height", table(("1", 60, 50, 8), ("2", 110, 50, 8))))
    answer = run(csv_file("number,lon,lat,height", table(("1", 70, 50, ""))))
    assert (answer["lamps"]["added"], answer["lamps"]["updated"]) == (0, 1)
    found = Lamp.objects.get(number="1")
    assert (found.height, found.location.coords) == (8, pytest.approx(place(70, 50)))
    assert numbers() == {"1", "2"}


def test_a_lamp_of_openstreetmap_with_this_number_is_the_same_lamp(
    town: Town, csv_file: Callable
) -> None:
    answer = run(csv_file("number,lon,lat,reach", table(("L-1", 100, 53, 18))))
    assert answer["lamps"]["updated"] == 1
    found = Lamp.objects.get()
    assert (found.osm_id, found.reach) == ("node/1", 18)


def test_each_bad_row_is_told_and_the_others_are_taken_in(town: Town, csv_file: Callable) -> None:
    lon, lat = place(60, 60)
    rows: Table = [
        *table(("1", 60, 50)),
        ["2", "", ""],
        ["3", "east", lat],
        ["4", lat, lon],
        ["5", 500, 500],
        ["6", lon + 1, lat],
        *table(("1", 70, 50)),
        ["x" * 61, lon, lat],
        ["9", lat, lon + 40],
    ]
    answer = run(csv_file("number,lon,lat", rows))
    assert refused(answer) == [
        (3, "no_position"),
        (4, "bad_position"),
        (5, "outside"),
        (6, "bad_position"),
        (7, "outside"),
        (8, "number_twice"),
        (9, "too_long"),
        (10, "outside"),
    ]
    sentences = {flaw["row"]: flaw["sentence"] for flaw in answer["refused"]}
    assert "seem to be swapped" in sentences[5]
    assert "seem to be swapped" not in sentences[7]
    assert "that of row 2" in sentences[8]
    assert numbers() == {"1"}


def test_rows_for_people(town: Town, csv_file: Callable) -> None:
    out = StringIO()
    with pytest.raises(CommandError, match="1 rows were not taken in"):
        call_command(
            "import_lights",
            str(csv_file("number,lon,lat", [["1", 1, 1], *table(*ROWS)])),
            stdout=out,
        )
    assert "Row 2: It lies in no community" in out.getvalue()
    assert "lamps: 3 added" in out.getvalue()


def test_dry_run_and_another_community(town: Town, csv_file: Callable) -> None:
    file = csv_file("number,lon,lat", table(*ROWS))
    assert run(file, "--dry-run")["lamps"]["added"] == 3
    assert numbers() == set()
    with pytest.raises(CommandError, match="no community with the code"):
        run(file, "--community", "123456789012")


def test_positions_from_amap(town: Town, csv_file: Callable, monkeypatch: Any) -> None:
    town.community.geometry = shifted_box()
    town.community.save()
    lon, lat = wgs84_to_gcj02([[116.404, 39.915]])[0]
    answer = run(csv_file("编号,经度,纬度", [["1", lon, lat]]), "--coordinates", "gcj02")
    assert answer["refused"] == []
    assert Lamp.objects.get(number="1").location.coords == pytest.approx(
        (116.404, 39.915), abs=1e-7
    )


def shifted_box() -> Any:
    from django.contrib.gis.geos import MultiPolygon, Polygon

    return MultiPolygon(Polygon.from_bbox((116.4, 39.91, 116.41, 39.92)), srid=4326)


# Circuits.

CHAIN = [
    ("K1", 40, 50, "配电箱", "", ""),
    ("1", 60, 50, "LED", "一路", "K1"),
    ("2", 110, 50, "LED", "一路", "1"),
    ("3", 160, 50, "LED", "", "2"),
]


def feeds() -> set[tuple[str | None, str]]:
    return set(CableSection.objects.values_list("from_lamp__number", "to_lamp__number"))


def test_a_circuit_by_the_lamp_before_each(town: Town, csv_file: Callable) -> None:
    answer = run(csv_file("编号,经度,纬度,类型,回路,上级", table(*CHAIN)))
    assert answer["refused"] == []
    circuit = Circuit.objects.get()
    assert (circuit.name, circuit.cabinet.number, circuit.draft) == ("一路", "K1", False)
    assert feeds() == {(None, "1"), ("1", "2"), ("2", "3")}


def test_cable_drawn_as_lines_beside_the_lamps(town: Town, tmp_path: Path) -> None:
    points = [(number, "", "", kind) for number, _x, _y, kind, *_more in CHAIN]
    route = [(60, 50), (60, 45), (110, 45), (110, 50)]
    frame = gpd.GeoDataFrame(
        [*points, ("", "K1", "1", ""), ("", "1", "2", "")],
        columns=["number", "from", "to", "kind"],
        geometry=[
            *(shapely.Point(*place(x, y)) for _number, x, y, *_more in CHAIN),
            shapely.LineString([place(40, 50), place(60, 50)]),
            shapely.LineString([place(*spot) for spot in route]),
        ],
        crs=4326,
    )
    frame.to_file(tmp_path / "lights.geojson")
    assert run(tmp_path / "lights.geojson")["refused"] == []
    assert Circuit.objects.get().name == "K1"
    line = CableSection.objects.get(to_lamp__number="2").route
    assert line is not None and len(line.coords) == 4


def test_a_table_of_cable_for_lamps_that_are_there(town: Town, csv_file: Callable) -> None:
    run(csv_file("编号,经度,纬度,类型", [row[:4] for row in table(*CHAIN)]))
    rows = [["K1", "1", 22], ["1", "2", 50], ["1", "3", ""]]
    answer = run(csv_file("起点,终点,长度", rows))
    assert (answer["sections"]["added"], answer["refused"]) == (3, [])
    assert feeds() == {(None, "1"), ("1", "2"), ("1", "3")}
    assert CableSection.objects.get(to_lamp__number="2").metres == 50
    answer = run(csv_file("起点,终点", [["2", "3"]]))  # hangs elsewhere now
    assert refused(answer) == [(2, "no_cabinet")]
    answer = run(csv_file("起点,终点,回路", [["2", "3", "K1"]]))
    assert answer["sections"]["updated"] == 1
    assert feeds() == {(None, "1"), ("1", "2"), ("2", "3")}


@pytest.mark.parametrize(
    ("changed", "found"),
    [
        ({"2": "3"}, [(3, "not_a_tree"), (4, "not_a_tree"), (5, "not_a_tree")]),
        ({"2": "9"}, [(3, "circuit_refused"), (4, "unknown_lamp"), (5, "circuit_refused")]),
        ({"1": "3"}, [(3, "no_cabinet"), (4, "no_cabinet"), (5, "no_cabinet")]),
        ({"3": "3"}, [(5, "no_cabinet")]),
        ({"2": ""}, [(4, "not_fed"), (5, "no_cabinet")]),
    ],
)
def test_a_circuit_that_is_no_tree_is_refused_whole(
    town: Town, csv_file: Callable, changed: dict[str, str], found: list
) -> None:
    rows = [(*row[:-1], changed.get(row[0], row[-1])) for row in CHAIN]
    answer = run(csv_file("编号,经度,纬度,类型,回路,上级", table(*rows)))
    assert refused(answer) == found
    assert numbers() == {"1", "2", "3"}  # lamps are lamps all the same
    if len(found) == 3:
        assert not Circuit.objects.exists()


# Files that are none.


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("a.csv", b"", "no rows below a header"),
        ("a.csv", b"number,lon,lat", "no rows below a header"),
        ("a.csv", b"colour,taste\nred,sweet", "No columns with longitude and latitude"),
        ("a.csv", b"a,b\n\xff\xff,\x00", "Say its encoding"),
        ("a.xlsx", b"PK\x03\x04 and no more", "damaged"),
        ("a.doc", b"lorem ipsum", "is not a GeoJSON"),
        ("a.geojson", b"{", "is not a GeoJSON FeatureCollection"),
    ],
)
def test_what_is_no_table(
    town: Town, tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CommandError, match=sentence):
        run(tmp_path / name)


def test_a_file_that_is_not_there(town: Town) -> None:
    for name in ("nowhere.csv", "nowhere.xlsx"):
        with pytest.raises(CommandError, match="There is no file"):
            run(Path(name))


def test_cabinets_are_kept_apart_from_lamps(town: Town, csv_file: Callable) -> None:
    rows = table(("7", 40, 50, "控制箱"), ("7", 60, 50, "LED"), ("", 80, 50, "控制箱"))
    answer = run(csv_file("编号,经度,纬度,类型", rows))
    assert refused(answer) == [(4, "no_number")]
    assert Cabinet.objects.get().number == Lamp.objects.get(number="7").number == "7"
