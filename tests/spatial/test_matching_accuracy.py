"""How much of the truth matching finds: published cases, real maps, simulated walks."""

import csv

import numpy as np
import osmium
import pyogrio
import pytest
import shapely

from patrols.gpx import tracks_of
from spatial.matching import match
from spatial.network import Network
from spatial.projection import LocalProjection
from spatial.simulation import perturbed_grid, record, walk

GRID = perturbed_grid(np.random.default_rng(42))


def cells(network, edge, start, end):
    """Which metres of which edges, as a set of (edge, metre)."""
    return {
        (int(e), metre)
        for e, a, b in zip(edge, start, end, strict=True)
        for metre in range(int(np.ceil(a - 0.5)), int(np.ceil(b - 0.5)))
    }


def recall_and_false_share(network, tracks):
    true = found = both = 0
    for route, fixes in tracks:
        told = match(network, fixes.xy, fixes.seconds)
        a = cells(network, route.edge, route.start_m, route.end_m)
        b = cells(network, told.edge, told.start_m, told.end_m)
        true, found, both = true + len(a), found + len(b), both + len(a & b)
    return both / true, 1 - both / found


@pytest.mark.parametrize(
    ("every", "correlation", "recall", "false_share"),
    [
        (1.0, 0.85, 0.99, 0.01),
        (3.0, 0.6, 0.99, 0.01),
        (10.0, 0.3, 0.97, 0.02),
        (30.0, 0.0, 0.93, 0.03),
    ],
)  # fmt: skip
def test_simulated_walks_with_six_metres_of_noise(every, correlation, recall, false_share):
    rng = np.random.default_rng(7)
    tracks = []
    for _ in range(8):
        route = walk(GRID, rng, metres=2500)
        fixes = record(GRID, route, rng, every=every, noise=6.0, correlation=correlation)
        tracks.append((route, fixes))
    reached = recall_and_false_share(GRID, tracks)
    assert reached[0] >= recall
    assert reached[1] <= false_share


def test_a_walker_who_stands_at_every_other_corner_is_followed_as_well():
    rng = np.random.default_rng(11)
    tracks = []
    for _ in range(6):
        route = walk(GRID, rng, metres=2000)
        tracks.append((route, record(GRID, route, rng, pauses=0.7)))
    recall, false_share = recall_and_false_share(GRID, tracks)
    assert recall >= 0.985
    assert false_share <= 0.01


def test_the_toy_grid_gives_the_paths_its_authors_published(shared_data):
    """cyang-kth/fmm; one unit is 50 m here. The file has each street once in each direction."""
    table = pyogrio.raw.read(shared_data / "toy-grid" / "network.gpkg", fid_as_index=False)
    fields = dict(zip(table[0]["fields"], table[3], strict=True))
    lines = shapely.transform(shapely.from_wkb(table[2]), lambda xy: xy * 50)
    pairs = [
        tuple(sorted(map(int, pair)))
        for pair in zip(fields["source"], fields["target"], strict=True)
    ]
    street = {pair: number for number, pair in enumerate(dict.fromkeys(pairs))}
    network = Network.from_lines([lines[pairs.index(pair)] for pair in street])
    of_id = {int(i): street[pair] for i, pair in zip(fields["id"], pairs, strict=True)}
    with (shared_data / "toy-grid" / "mr.txt").open() as file:
        expected = {
            row["id"]: [of_id[int(i)] for i in row["cpath"].split(",")]
            for row in csv.DictReader(file, delimiter=";")
        }
    with (shared_data / "toy-grid" / "trips.csv").open() as file:
        trips = list(csv.DictReader(file, delimiter=";"))
    assert len(trips) == 3
    for trip in trips:
        xy = shapely.get_coordinates(shapely.from_wkt(trip["geom"])) * 50
        pause = np.hypot(*np.diff(xy, axis=0).T) / 1.3
        found = match(network, xy, np.concatenate([[0], np.cumsum(pause)]))
        assert found.edge.tolist() == expected[trip["id"]]


def streets_of(path):
    """(ways' names per edge, network, projection) of every highway, cut at shared nodes."""
    ways: list[tuple[str | None, list[tuple[int, float, float]]]] = []
    uses: dict[int, int] = {}
    for way in osmium.FileProcessor(path).with_locations():
        if isinstance(way, osmium.osm.Way) and "highway" in way.tags:
            nodes = [(n.ref, n.location.lon, n.location.lat) for n in way.nodes]
            ways.append((way.tags.get("name"), nodes))
            for at, (ref, *_) in enumerate(nodes):
                uses[ref] = uses.get(ref, 0) + 1 + (at in (0, len(nodes) - 1))
    names, lines, ends = [], [], []
    for name, nodes in ways:
        begin = 0
        for at in range(1, len(nodes)):
            if uses[nodes[at][0]] > 1:
                names.append(name)
                lines.append(shapely.LineString([node[1:] for node in nodes[begin : at + 1]]))
                ends.append((nodes[begin][0], nodes[at][0]))
                begin = at
    plane = LocalProjection.around(shapely.total_bounds(lines))
    return names, Network.from_lines(plane.project(np.array(lines)), ends=ends), plane


def test_eight_points_thirty_seconds_apart_in_clausthal(shared_data):
    names, network, plane = streets_of(shared_data / "clausthal.osm.pbf")
    latlon = [
        (51.806654, 10.335359), (51.806410, 10.335425), (51.805926, 10.335097),
        (51.805261, 10.334263), (51.804946, 10.334420), (51.804697, 10.335260),
        (51.804369, 10.335160), (51.804001, 10.335266),
    ]  # fmt: skip
    xy = plane.forward(np.array(latlon)[:, ::-1])
    found = match(network, xy, np.arange(8) * 30.0)
    streets = list(dict.fromkeys(names[edge] for edge in found.edge))
    assert streets == [
        "Windmühlenstraße", "Adolph-Roemer-Straße", "Graupenstraße", "Schulstraße"
    ]  # fmt: skip
    along = np.hypot(*np.diff(xy, axis=0).T).sum()
    assert found.path_metres == pytest.approx(along, rel=0.2)
    assert found.off_network_metres == 0


def test_twenty_kilometres_of_a_real_walk_lie_on_the_streets(shared_data):
    _, network, plane = streets_of(shared_data / "stockholm-outskirts.osm.pbf")
    (fixes,) = tracks_of(shared_data / "stockholm_walk.gpx")
    xy = plane.forward(np.column_stack((fixes.longitudes, fixes.latitudes)))
    found = match(network, xy, fixes.milliseconds / 1000)
    walked = np.hypot(*np.diff(xy[::10], axis=0).T).sum()
    assert found.path_metres + found.off_network_metres == pytest.approx(walked, rel=0.1)
    assert found.path_metres > 0.85 * walked
    lines = [network.line(edge) for edge in np.unique(found.edge)]
    near = shapely.STRtree(shapely.points(xy)).query_nearest(
        [line.interpolate(0.5, normalized=True) for line in lines], return_distance=True
    )[1]
    assert np.quantile(near, 0.9) < 20
