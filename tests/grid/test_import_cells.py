"""manage.py import_cells: what is taken in, what is reported, what is refused unread."""

import json
import sqlite3
import stat
import zipfile
from collections.abc import Callable
from io import StringIO
from pathlib import Path

import geopandas
import pytest
import shapely
from django.core.management import CommandError, call_command

from grid.models import Area, Building, CellStretch
from tests.town import Town, box, place

West, East = (0, 0, 150, 400), (150, 0, 400, 400)
Boxes = dict[str, tuple[float, ...]]


def run(*arguments: object) -> str:
    out = StringIO()
    call_command("import_cells", *map(str, arguments), stdout=out)
    return out.getvalue()


def flaws(*arguments: object) -> list[tuple[str, list[int]]]:
    """Kinds of flaws and their features; the command must refuse."""
    out = StringIO()
    with pytest.raises(CommandError, match="nothing was taken in"):
        call_command("import_cells", *map(str, arguments), "--json", stdout=out)
    answer = json.loads(out.getvalue())
    assert answer["cells"] == []
    assert answer["taken_in"] is False
    return [(flaw["kind"], flaw["features"]) for flaw in answer["flaws"]]


def polygon(bounds: tuple[float, ...]) -> shapely.Polygon:
    return shapely.from_wkb(bytes(box(*bounds).wkb)).geoms[0]


def frame(cells: Boxes, **fields: list[str]) -> geopandas.GeoDataFrame:
    columns = {"name": list(cells), **fields}
    return geopandas.GeoDataFrame(
        columns, geometry=[polygon(bounds) for bounds in cells.values()], crs=4326
    )


@pytest.fixture
def geojson(tmp_path: Path) -> Callable[..., Path]:
    def write(cells: Boxes, **fields: list[str]) -> Path:
        file = tmp_path / "cells.geojson"
        file.write_text(frame(cells, **fields).to_json(), encoding="utf-8")
        return file

    return write


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "shp"])
def test_cells_are_taken_in_from_each_format(town: Town, tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"cells.{suffix}"
    frame({"Left": West, "Right": East}, code=["011", "012"]).to_file(file)
    run(file)
    cells = Area.objects.cells().inside(town.community.code)
    code = town.community.code
    assert [(cell.code, cell.name) for cell in cells] == [
        (f"{code}011", "Left"),
        (f"{code}012", "Right"),
    ]
    assert {cell.code for cell in Area.objects.filter(retired_on__isnull=False)} == {
        town.west.code,
        town.east.code,
    }
    # The column x = 100 is west of the new border, x = 200 and 300 east of it; 12 by floor area.
    assert [cell.households for cell in cells] == [36, 72]
    assert not Building.objects.exclude(cell__in=cells).exists()
    assert not CellStretch.objects.exclude(cell__in=cells).exists()


def test_without_codes_cells_keep_them_by_buildings(town: Town, geojson: Callable) -> None:
    run(geojson({"Left": (0, 0, 220, 400), "Right": (220, 0, 400, 400)}))
    cells = Area.objects.cells().inside(town.community.code)
    assert [(cell.code, cell.name) for cell in cells] == [
        (town.west.code, "Left"),
        (town.east.code, "Right"),
    ]


def test_dry_run_writes_nothing(town: Town, geojson: Callable) -> None:
    answer = json.loads(run(geojson({"Left": West, "Right": East}), "--dry-run", "--json"))
    assert len(answer["cells"]) == 2
    assert answer["taken_in"] is False
    assert set(Area.objects.cells()) == {town.west, town.east}
    assert not Area.objects.exclude(retired_on=None).exists()


@pytest.mark.parametrize(
    ("cells", "found"),
    [
        ({"a": West, "b": (140, 0, 400, 400)}, [("overlap", [1, 2])]),
        ({"a": West, "b": (160, 0, 400, 400)}, [("gap", [1, 2])]),
        ({"a": West, "b": (150, 0, 410, 400)}, [("outside", [2])]),
        ({"a": West, "b": East, "c": (900, 0, 950, 50)}, [("outside", [3])]),
        ({"a": West, "b": (150, 0, 400, 390)}, [("gap", [1, 2])]),
    ],
)
def test_flaws_are_named_by_feature(
    town: Town, geojson: Callable, cells: Boxes, found: list
) -> None:
    assert flaws(geojson(cells)) == found
    assert set(Area.objects.cells()) == {town.west, town.east}


def test_slivers_of_rounding_are_no_flaws(town: Town, geojson: Callable) -> None:
    run(geojson({"a": (0, 0, 150.05, 400), "b": (150, 0, 400.03, 399.96)}))


def test_a_bow_tie_is_reported_not_repaired(town: Town, tmp_path: Path) -> None:
    corners = [place(*xy) for xy in [(0, 0), (400, 400), (400, 0), (0, 400), (0, 0)]]
    file = tmp_path / "bow.geojson"
    file.write_text(json.dumps({"type": "Polygon", "coordinates": [corners]}), encoding="utf-8")
    file.write_text(feature(corners), encoding="utf-8")
    assert flaws(file) == [("self_intersection", [1])]
    file.write_text(feature(corners[:-1]), encoding="utf-8")
    assert flaws(file) == [("open_ring", [1])]


def feature(corners: list, **more: object) -> str:
    shape = {"type": "Polygon", "coordinates": [corners]}
    one = {"type": "Feature", "properties": {}, "geometry": shape}
    return json.dumps({"type": "FeatureCollection", "features": [one], **more})


def square(order: int = 1, height: tuple[float, ...] = ()) -> list:
    return [
        (*place(*xy)[::order], *height) for xy in [(0, 0), (400, 0), (400, 400), (0, 400), (0, 0)]
    ]


def test_heights_are_dropped(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "z.geojson"
    file.write_text(feature(square(height=(7.0,))), encoding="utf-8")
    run(file)
    assert not Area.objects.cells().get().geometry.hasz


def test_swapped_coordinates_get_a_hint(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "swapped.geojson"
    file.write_text(feature(square(order=-1)), encoding="utf-8")
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("import_cells", str(file), stdout=out)
    assert "seem to be swapped" in out.getvalue()


def test_another_reference_system_is_read_from_the_file(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "gk.shp"
    frame({"Left": West, "Right": East}).to_crs(3067).to_file(file)
    run(file)
    assert Area.objects.cells().count() == 2


@pytest.mark.parametrize("cpg", [True, False])
def test_chinese_text_in_gbk(town: Town, tmp_path: Path, cpg: bool) -> None:
    file = tmp_path / "cells.shp"
    drawn = frame({"一": West, "二": East}, 网格名称=["灯笼巷东", "灯笼巷西"]).drop(columns="name")
    drawn.to_file(file, encoding="GBK")
    if not cpg:
        file.with_suffix(".cpg").unlink()
    answer = json.loads(run(file, "--json"))
    assert answer["encoding"] == "gb18030"
    assert [cell["name"] for cell in answer["cells"]] == ["灯笼巷东", "灯笼巷西"]


def test_an_encoding_that_does_not_fit_is_said(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "cells.shp"
    frame({"灯笼巷东": West, "灯笼巷西": East}).to_file(file, encoding="GBK")
    with pytest.raises(CommandError, match="Say its encoding"):
        run(file, "--encoding", "utf-8")
    with pytest.raises(CommandError, match="no encoding known"):
        run(file, "--encoding", "klingon")


@pytest.mark.parametrize("name", ["hz_GBK.shp", "hz_GBK_nocpg.shp", "zip_gbk_filenames.zip"])
def test_real_gbk_shapefiles(town: Town, shared_data: Path, name: str) -> None:
    out = StringIO()
    with pytest.raises(CommandError, match="13 flaws"):
        call_command("import_cells", str(shared_data / "gbk" / name), stdout=out)
    assert "gb18030" in out.getvalue()


def shapefile(folder: Path) -> Path:
    frame({"Left": West, "Right": East}).to_file(folder / "cells.shp")
    return folder / "cells.shp"


def zipped(folder: Path, **more: bytes | str) -> Path:
    shapefile(folder)
    file = folder / "cells.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in folder.glob("cells.*"):
            if part.suffix != ".zip":
                archive.write(part, f"地图/{part.name}")
    return file


def test_a_zipped_shapefile(town: Town, tmp_path: Path) -> None:
    run(zipped(tmp_path))
    assert set(Area.objects.cells().values_list("name", flat=True)) == {"Left", "Right"}


def test_without_prj_the_system_must_be_said(town: Town, tmp_path: Path) -> None:
    file = shapefile(tmp_path)
    file.with_suffix(".prj").unlink()
    with pytest.raises(CommandError, match=r"has no \.prj"):
        run(file)
    run(file, "--crs", "EPSG:4490")
    assert Area.objects.cells().count() == 2


VRT = b'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource>'


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("cells.shp", VRT, "is not a GeoJSON, GeoPackage or Shapefile"),
        ("cells.geojson", b"", "is not a GeoJSON"),
        ("cells.geojson", b'{"type": "FeatureCollection", "features": [}', "FeatureCollection"),
        ("cells.geojson", b'{"type": "FeatureCollection", "features": []}', "holds no features"),
        ("cells.geojson", b'{"type": "Feature", "geometry": NaN}', "FeatureCollection"),
        ("cells.geojson", b'{"a":' * 100_000, "FeatureCollection"),
        ("cells.geojson", '{"name": "灯笼"}'.encode("gbk"), "not in UTF-8"),
        ("cells.zip", b"PK\x03\x04 and nothing more", "damaged"),
        ("cells.shp", b"\x00\x00\x27\x0a", "has no .shx"),
        ("cells.gpkg", b"SQLite format 3\x00" + bytes(52) + b"GPKG" + bytes(99), "damaged"),
    ],
)
def test_what_is_no_map_is_refused(
    town: Town, tmp_path: Path, name: str, content: bytes, sentence: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CommandError, match=sentence):
        run(tmp_path / name)


@pytest.mark.parametrize(
    "path",
    ["/vsicurl/http://127.0.0.1:9/cells.shp", "/vsizip/cells.zip", "nowhere.shp", "/dev/zero"],
)
def test_only_regular_files_of_this_disk_are_read(town: Town, path: str) -> None:
    with pytest.raises(CommandError, match=r"There is no file|is not a file"):
        run(path)


@pytest.mark.parametrize(
    "crs",
    [
        {"type": "link", "properties": {"href": "http://127.0.0.1:9/crs", "type": "proj4"}},
        {"type": "name", "properties": {"name": "http://127.0.0.1:9/crs"}},
        {"type": "name", "properties": {"name": "EPSG:999999"}},
    ],
)
def test_a_reference_system_is_never_fetched(town: Town, tmp_path: Path, crs: dict) -> None:
    file = tmp_path / "crs.geojson"
    file.write_text(feature(square(), crs=crs), encoding="utf-8")
    with pytest.raises(CommandError, match="reference system"):
        run(file)


@pytest.mark.parametrize("name", ["../evil.shp", "/etc/evil.shp", "..\\evil.shp", "C:/evil.shp"])
def test_a_zip_that_climbs_out_is_refused(town: Town, tmp_path: Path, name: str) -> None:
    file = zipped(tmp_path)
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(name, b"x")
    with pytest.raises(CommandError, match="leads out of it"):
        run(file)


def test_a_zip_with_a_link_is_refused(town: Town, tmp_path: Path) -> None:
    file = zipped(tmp_path)
    link = zipfile.ZipInfo("other.dbf")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(file, "a") as archive:
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(CommandError, match="holds a link"):
        run(file)


def test_a_zip_bomb_is_refused_before_it_is_unpacked(town: Town, tmp_path: Path) -> None:
    file = zipped(tmp_path)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("地图/cells.sbn", bytes(30_000_000))
    with pytest.raises(CommandError, match="unpacks to far more"):
        run(file)


def test_a_geopackage_that_points_elsewhere_is_refused(town: Town, tmp_path: Path) -> None:
    file = tmp_path / "cells.gpkg"
    frame({"Left": West, "Right": East}).to_file(file)
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "INSERT INTO sqlite_master VALUES ('table', 'x', 'x', 0,"
            " 'CREATE VIRTUAL TABLE x USING VirtualOGR(''/vsicurl/http://127.0.0.1:9/'')')"
        )
    with pytest.raises(CommandError, match="point elsewhere"):
        run(file)


def test_codes_that_fit_no_cell_are_refused(town: Town, geojson: Callable) -> None:
    with pytest.raises(CommandError, match="is no code of a cell"):
        run(geojson({"a": West, "b": East}, code=["011", "99" * 8]))
    with pytest.raises(CommandError, match="differ"):
        run(geojson({"a": West, "b": East}, code=["011", "11"]))
    with pytest.raises(CommandError, match="There is no field"):
        run(geojson({"a": West, "b": East}), "--name-field", "title")
    with pytest.raises(CommandError, match="no community with the code"):
        run(geojson({"a": West, "b": East}), "--community", "123456789012")
    assert set(Area.objects.cells()) == {town.west, town.east}
