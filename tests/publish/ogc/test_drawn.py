"""Vector tiles with TileJSON, the style, and maps as pictures."""

import io
import math
from typing import Any

import pytest
from PIL import Image
from pyproj import Transformer

from map_static.views import colours
from publish.ogc import pictures
from publish.ogc.collections import COLLECTIONS
from tests.publish.mvt import layers_of
from tests.publish.ogc.programs import program
from tests.town import Town, place, walk

TILES = "WebMercatorQuad"
FIRST = ((50, 50), (150, 50))


def tile_at(zoom: int) -> str:
    """The tile of the town's middle, as z/y/x."""
    longitude, latitude = place(200, 200)
    x = (longitude + 180) / 360
    y = (1 - math.asinh(math.tan(math.radians(latitude))) / math.pi) / 2
    return f"{zoom}/{int(y * 2**zoom)}/{int(x * 2**zoom)}"


def test_each_collection_has_tiles_that_its_tilejson_leads_to(town: Town) -> None:
    client = program(town)
    walk(town, town.worker, FIRST, 0, 1000, days_ago=100)
    for name, of in COLLECTIONS.items():
        told = client.get(f"/ogc/collections/{name}/tiles/{TILES}/metadata?f=tilejson").json()
        assert told["tilejson"] == "3.0.0"
        west, south, east, north = told["bounds"]
        assert west < place(200, 200)[0] < east and south < place(200, 200)[1] < north
        assert set(told["vector_layers"][0]["fields"]) == set(of.fields)
        z, y, x = tile_at(14).split("/")
        address = told["tiles"][0].format(z=z, y=y, x=x)
        response = client.get(address)
        assert response["Content-Type"] == "application/vnd.mapbox-vector-tile"
        layers = layers_of(response.content)
        assert set(layers) <= {name}
        if name == "streets":
            seen = [feature["freshness"] for feature in layers["streets"]]
            assert sorted(set(seen)) == ["never", "overdue"]
    assert client.get(f"/ogc/collections/cells/tiles/{TILES}/3/0/0").content == b""


def test_tiles_that_are_none(town: Town) -> None:
    client = program(town)
    for place_, code in (("19/0/0", 404), ("2/4/0", 404), ("2/0/4", 404), ("x/0/0", 404)):
        assert client.get(f"/ogc/collections/cells/tiles/{TILES}/{place_}").status_code == code
    assert client.get("/ogc/collections/cells/tiles/Own/2/0/0").status_code == 404
    assert client.get("/ogc/collections/cells/tiles/Own/metadata").status_code == 404


def test_a_tile_holds_what_the_program_may_see(town: Town) -> None:
    west = program(town, areas=[town.west.code])
    found = layers_of(west.get(f"/ogc/collections/cells/tiles/{TILES}/{tile_at(14)}").content)
    assert [one["area_code"] for one in found["cells"]] == [town.west.code]


def test_the_style_draws_each_source_in_the_maps_colours(town: Town) -> None:
    client = program(town)
    style = client.get("/ogc/styles/gridwalk").json()
    assert style["version"] == 8
    assert set(style["sources"]) == set(COLLECTIONS)
    for source in style["sources"].values():
        assert client.get(source["url"]).status_code == 200
    assert {layer["source"] for layer in style["layers"] if "source" in layer} == set(COLLECTIONS)
    (streets,) = (layer for layer in style["layers"] if layer["id"] == "streets")
    match = streets["paint"]["line-color"]
    freshness = colours()["looks"]["light"]["freshness"]
    assert dict(zip(match[2:-1:2], match[3:-1:2], strict=True)) == freshness


def picture(client: Any, collection: str, **asked: Any) -> Any:
    """As an image of Pillow."""
    response = client.get(f"/ogc/collections/{collection}/map", asked)
    assert (response.status_code, response["Content-Type"]) == (200, "image/png")
    return Image.open(io.BytesIO(response.content))


def test_a_map_is_a_picture_of_the_place(town: Town) -> None:
    """FIRST, from 50 to 150 m, overdue, in the left of the middle; nothing stands at the corner."""
    walk(town, town.worker, FIRST, 0, 1000, days_ago=100)
    client = program(town)
    (west, south), (east, north) = place(0, 0), place(400, 100)
    box = f"{west},{south},{east},{north}"
    image = picture(client, "streets", bbox=box, width=400, height=100)
    assert image.size == (400, 100)
    overdue = colours()["looks"]["light"]["freshness"]["overdue"]
    assert "#{:02x}{:02x}{:02x}".format(*image.getpixel((100, 50))[:3]) == overdue
    assert image.getpixel((2, 2))[3] == 0
    solid = picture(client, "streets", bbox=box, width=400, height=100, transparent="false")
    assert solid.getpixel((2, 2)) == (255, 255, 255, 255)


def test_a_map_of_the_web_in_metres(town: Town) -> None:
    turn = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True).transform
    walk(town, town.worker, FIRST, 0, 1000, days_ago=100)
    (west, south), (east, north) = (turn(*place(*corner)) for corner in ((0, 0), (400, 100)))
    image = picture(
        program(town),
        "streets",
        **{"bbox": f"{west},{south},{east},{north}", "width": 400, "height": 100,
           "bbox-crs": "http://www.opengis.net/def/crs/EPSG/0/3857"},
    )  # fmt: skip
    assert image.getpixel((100, 50))[3] == 255
    assert image.getpixel((2, 2))[3] == 0


def test_every_collection_has_a_map_within_the_programs_bounds(town: Town) -> None:
    client = program(town)
    for name in COLLECTIONS:
        assert picture(client, name).size == (500, 300)


def test_a_large_map_is_drawn_at_its_own_size(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twice as large it would take memory that nobody has for many programs at once."""
    drawn: list[tuple[int, int]] = []
    new = Image.new

    def noted(mode: str, size: tuple[int, int], *more: Any) -> Any:
        drawn.append(size)
        return new(mode, size, *more)

    monkeypatch.setattr(pictures.Image, "new", noted)
    client = program(town)
    assert picture(client, "cells", width=4096, height=1024).size == (4096, 1024)
    assert picture(client, "cells", width=40, height=10).size == (40, 10)
    assert [drawn[0], drawn[-1]] == [(4096, 1024), (80, 20)]


def test_a_map_of_nowhere_is_refused(town: Town) -> None:
    client = program(town)
    for asked in ("width=0", "height=9999", "width=x", "bbox=1,2,3", "bbox=nan,0,1,1",
                  "bbox=3,0,1,1", "bbox=0,-91,1,1", "bbox=a,b,c,d", "f=mvt", "f=x"):  # fmt: skip
        assert client.get(f"/ogc/collections/cells/map?{asked}").status_code == 400, asked
