"""Vector tiles: what is in them, who gets them, and when they are fetched again."""

import gzip
import math
import os
import subprocess
import sys

import pytest
from django.contrib.gis.geos import LineString
from django.db import connection
from django.test import Client

from grid.models import Area, Building, Segment, StreetKind
from publish import tiles
from tests.publish.mvt import layers_of
from tests.town import Town, place

pytestmark = pytest.mark.django_db


def tile_at(x: float, y: float, zoom: int) -> tiles.Tile:
    """The tile that holds a place of the small town."""
    lon, lat = place(x, y)
    side = 2**zoom
    row = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * side
    return tiles.Tile(zoom, int((lon + 180) / 360 * side), int(row))


def address(layer: str, tile: tiles.Tile) -> str:
    return f"/tiles/{layer}/{tile.z}/{tile.x}/{tile.y}.mvt"


def made(layer: str, tile: tiles.Tile) -> dict:
    return layers_of(tiles.make(tiles.ADDRESSES[layer], tile))


@pytest.fixture
def worker(client: Client, town: Town) -> Client:
    client.force_login(town.worker)
    return client


def test_streets_carry_what_the_browser_colours_by_and_no_freshness(town: Town) -> None:
    features = made("streets", tile_at(100, 50, 14))["streets"]
    row = next(f for f in features if f["name"] == "Row 1")
    assert set(row) == {
        "id", "kind", "name", "name_zh", "community_code", "end_dm", "geometry",
    }  # fmt: skip
    assert (row["kind"], row["end_dm"]) == ("street", 1000)
    assert row["community_code"] == town.community.code
    assert len(features) == 24


def test_a_sidewalk_is_no_street_but_is_on_the_map(town: Town) -> None:
    found = made("map", tile_at(100, 44, 15))
    assert town.sidewalk is not None
    assert town.sidewalk.pk in {f["id"] for f in found["sidewalks"]}
    assert town.sidewalk.pk not in {f["id"] for f in found["streets"]}


def test_a_removed_segment_is_gone(town: Town) -> None:
    Segment.objects.filter(pk=town.segments[(50, 50), (150, 50)].pk).update(removed_on="2026-01-01")
    assert len(made("streets", tile_at(100, 50, 14))["streets"]) == 23


def test_a_street_is_whole_where_it_leaves_the_tile(town: Town) -> None:
    #  |  tile   |  tile  |
    #  |    o----|----o   |     the browser must know the whole length to colour by metre
    segment = town.segments[(50, 50), (150, 50)]
    for x in (50, 150):
        tile = tile_at(x, 50, 18)
        features = made("streets", tile)["streets"]
        line = next(f["geometry"] for f in features if f["id"] == segment.pk)
        (x0, y0), (x1, y1) = line[0][0], line[0][-1]
        metres = math.hypot(x1 - x0, y1 - y0) / 4096 * 40_075_016.68 / 2**18
        assert metres * math.cos(math.radians(60.17)) == pytest.approx(100, rel=0.01)


def test_buildings_begin_at_zoom_15(town: Town) -> None:
    assert "buildings" not in made("map", tile_at(200, 200, 14))
    assert len(made("map", tile_at(200, 200, 15))["buildings"]) == Building.objects.count() == 9


def test_far_out_only_main_roads_are_left(town: Town) -> None:
    tile = tile_at(200, 200, 11)
    assert "streets" not in made("streets", tile)
    Segment.objects.filter(pk=town.segments[(50, 50), (150, 50)].pk).update(
        kind=StreetKind.MAIN_ROAD
    )
    assert len(made("streets", tile)["streets"]) == 1


def test_every_cell_is_named_once_with_its_code(town: Town) -> None:
    labels = [
        feature["code"]
        for x in (0, 100, 200, 300)
        for y in (100, 200, 300)
        for feature in made("cells", tile_at(x, y, 16)).get("cell_labels", [])
        if feature["level"] == 15 and all(0 <= v < 4096 for v in feature["geometry"][0][0])
    ]
    assert sorted(set(labels)) == [town.west.code, town.east.code]


def test_cells_give_way_to_what_stands_above_them_further_out(town: Town) -> None:
    def levels(zoom: int) -> set[int]:
        return {f["level"] for f in made("cells", tile_at(200, 200, zoom))["cells"]}

    assert levels(14) == {12, 15}
    assert levels(11) == {9, 12}
    assert levels(8) == {6, 9}


def test_a_retired_cell_is_not_drawn(town: Town) -> None:
    Area.objects.filter(pk=town.east.pk).update(retired_on="2026-01-01")
    codes = {f["code"] for f in made("cells", tile_at(200, 200, 14))["cells"]}
    assert town.east.code not in codes


def test_an_empty_tile_is_empty(worker: Client) -> None:
    response = worker.get("/tiles/map/14/0/0.mvt")
    assert response.status_code == 200
    assert gzip.decompress(response.content) == b""


@pytest.mark.parametrize(
    "z, x, y",
    [
        ("99", "0", "0"),
        ("19", "0", "0"),
        ("14", "1;--", "0"),
        ("14", "-1", "0"),
        ("14", "16384", "0"),
        ("2", "0", "4"),
        ("1e1", "0", "0"),
        ("14", "1.5", "0"),
        ("14", "٣", "0"),
        ("14", "9" * 40, "0"),
        ("14", " 1", "0"),
    ],
)
def test_what_is_no_tile_of_the_world_is_refused(worker: Client, z: str, x: str, y: str) -> None:
    response = worker.get(f"/tiles/map/{z}/{x}/{y}.mvt")
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "bad_tile"
    assert response.json()["error"]["message"]


def test_an_unknown_layer_is_not_found(worker: Client) -> None:
    response = worker.get("/tiles/households/14/0/0.mvt")
    assert response.status_code == 404
    assert response.json()["error"]["code"] == "not_found"


def test_who_is_signed_out_gets_no_tile_not_even_by_its_tag(town: Town, client: Client) -> None:
    tile = address("map", tile_at(100, 50, 15))
    client.force_login(town.worker)
    tag = client.get(tile)["ETag"]
    client.logout()
    for headers in ({}, {"If-None-Match": tag}):
        response = client.get(tile, headers=headers)
        assert response.status_code == 403
        assert response.json()["error"]["code"] == "sign_in_required"


def test_a_tile_is_the_same_for_everybody_and_no_shared_cache_may_keep_it(town: Town) -> None:
    bodies = set()
    for member in (town.worker, town.outsider, town.administrator):
        client = Client()
        client.force_login(member)
        response = client.get(address("map", tile_at(100, 50, 15)))
        assert response["Cache-Control"] == "private, no-cache"
        assert "Cookie" in response["Vary"]
        bodies.add(response.content)
    assert len(bodies) == 1


def test_an_unchanged_tile_is_not_sent_again(worker: Client) -> None:
    tile = address("map", tile_at(100, 50, 15))
    tag = worker.get(tile)["ETag"]
    again = worker.get(tile, headers={"If-None-Match": tag})
    assert (again.status_code, again.content) == (304, b"")


# The tests of changes need real transactions: the log of changes counts transactions.
@pytest.mark.django_db(transaction=True)
def test_a_change_reaches_the_browser_and_only_its_own_layers(town: Town, client: Client) -> None:
    client.force_login(town.worker)
    tile = tile_at(100, 50, 15)

    def tags() -> dict[str, str]:
        return {layer: client.get(address(layer, tile))["ETag"] for layer in tiles.ADDRESSES}

    before = tags()
    segment = town.segments[(50, 50), (150, 50)]
    line = LineString(place(50, 50), place(100, 52), place(150, 50), srid=4326)
    Segment.objects.filter(pk=segment.pk).update(line=line)
    after = tags()
    changed = {layer for layer in before if before[layer] != after[layer]}
    assert changed == {"streets", "sidewalks", "map"}
    features = layers_of(gzip.decompress(client.get(address("streets", tile)).content))["streets"]
    moved = next(f["geometry"][0] for f in features if f["id"] == segment.pk)
    assert len(moved) == 3


@pytest.mark.django_db(transaction=True)
def test_raw_sql_and_deletion_change_the_tag_too(town: Town) -> None:
    first = tiles.version(["buildings"])
    with connection.cursor() as cursor:
        cursor.execute("UPDATE grid_building SET name = 'Tower' WHERE osm_id = 'way/100100'")
    second = tiles.version(["buildings"])
    Building.objects.filter(osm_id="way/100100").delete()
    assert len({first, second, tiles.version(["buildings"])}) == 3


def test_a_tile_costs_few_queries(worker: Client, django_assert_num_queries) -> None:
    url = address("streets", tile_at(100, 50, 15))
    tiles.CACHE.clear()
    worker.get("/tiles/map/14/0/0.mvt")
    # the session's evidence and the version of the layer; the tile itself goes past Django
    for _ in range(2):
        with django_assert_num_queries(2):
            worker.get(url)


def test_web_processes_ask_without_workers_and_with_generic_plans() -> None:
    code = "from config import settings; print(settings.DATABASES['default']['OPTIONS']['options'])"
    environment = {**os.environ, "GRIDWALK_PROCESS": "web"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert "max_parallel_workers_per_gather=0" in done.stdout
    assert "plan_cache_mode=force_generic_plan" in done.stdout


def test_names_cannot_break_the_statement(town: Town) -> None:
    Building.objects.filter(osm_id="way/200200").update(name="'; DROP TABLE x; -- %s {}")
    found = made("buildings", tile_at(200, 200, 16))["buildings"]
    assert "'; DROP TABLE x; -- %s {}" in {f.get("name") for f in found}
