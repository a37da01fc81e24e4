"""Files as they come: any order, odd positions, damaged, or no map at all."""

import gzip
from pathlib import Path

import numpy as np
import osmium
import pytest

from grid.osm.problems import OsmFileError, Reason
from grid.osm.read import read
from grid.osm.segments import cut
from tests.grid.osm_drawing import osm, write

STREET = {"highway": "residential"}
LAMP = {"highway": "street_lamp"}
NODES = {1: (0, 0), 2: (100, 0), 3: (50, 5)}
TOWN = osm(NODES, {10: ([1, 2], STREET)}, tagged={3: LAMP})


def as_pbf(folder: Path, text: str) -> Path:
    path = folder / "town.osm.pbf"
    with osmium.SimpleWriter(str(path)) as writer:
        for thing in osmium.FileProcessor(str(write(folder, text, "source.osm"))):
            writer.add(thing)
    return path


def test_xml_pbf_and_gzip_hold_the_same_town(tmp_path: Path) -> None:
    packed = tmp_path / "town.osm.gz"
    packed.write_bytes(gzip.compress(TOWN.encode()))
    for path in (write(tmp_path, TOWN), as_pbf(tmp_path, TOWN), packed):
        data = read(path)
        assert [way.id for way in data.ways] == [10]
        assert [node.tags for node in data.nodes] == [LAMP]
        assert np.isfinite(data.ways[0].lonlat).all()


def test_ways_may_come_before_their_nodes(tmp_path: Path) -> None:
    head, rest = TOWN.split("<node", 1)
    nodes, way = rest.split("<way", 1)
    way, tail = way.split("</way>")
    data = read(write(tmp_path, f"{head}<way{way}</way><node{nodes}{tail}"))
    assert data.ways[0].fault is None


def test_ids_of_things_not_yet_uploaded_are_negative(tmp_path: Path) -> None:
    text = osm({-1: (0, 0), -2: (100, 0)}, {-10: ([-1, -2], STREET)})
    segments, skipped = cut(read(write(tmp_path, text)).ways)
    assert skipped == []
    assert segments.metres == pytest.approx([100], abs=0.02)


@pytest.mark.parametrize("lat", ["NaN", "1e308", "inf", "-91", "north", ""])
def test_an_impossible_position_spoils_its_features_only(tmp_path: Path, lat: str) -> None:
    text = osm(
        {**NODES, 4: (9, 9), 5: (50, 90), 6: (90, 90)},
        {10: ([1, 2], STREET), 11: ([1, 4], STREET), 12: ([5, 6], STREET)},
        tagged={3: LAMP},
    )
    start = text.index('<node id="4"')
    end = text.index(">", start)
    data = read(write(tmp_path, f'{text[:start]}<node id="4" lat="{lat}" lon="116.35"{text[end:]}'))
    segments, skipped = cut(data.ways)
    assert sorted(segments.way.tolist()) == [10, 12]
    assert [(row.id, row.reason) for row in skipped] == [("way/11", Reason.BAD_COORDINATE)]


def test_a_thing_given_twice_is_taken_once(tmp_path: Path) -> None:
    data = read(
        write(
            tmp_path,
            osm(NODES, {10: ([1, 2], STREET)}).replace(
                "</way>",
                "</way><way id='10'><nd ref='1'/><nd ref='3'/><tag k='highway' v='path'/></way>",
            ),
        )
    )
    assert [way.tags for way in data.ways] == [STREET]
    assert [(row.id, row.reason) for row in data.skipped] == [("way/10", Reason.DUPLICATE_ID)]


@pytest.mark.parametrize("share", [0.02, 0.3, 0.95])
def test_a_truncated_file_is_refused_in_one_sentence(tmp_path: Path, share: float) -> None:
    whole = as_pbf(tmp_path, TOWN).read_bytes()
    for name, content in (("cut.osm.pbf", whole), ("cut.osm", TOWN.encode())):
        path = tmp_path / name
        path.write_bytes(content[: int(len(content) * share)])
        with pytest.raises(OsmFileError) as refused:
            read(path)
        assert str(path) in str(refused.value)


@pytest.mark.parametrize(
    "content",
    [b"", b"hello", b"{}", b"<html/>", b"<osm>", b"\x1f\x8bjunk", b"\0" * 200,
     b"<!DOCTYPE osm [<!ENTITY a 'b'><!ENTITY c '&a;&a;'>]><osm><x>&c;</x></osm>"],
)  # fmt: skip
def test_what_is_no_map_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "town.osm"
    path.write_bytes(content)
    with pytest.raises(OsmFileError):
        read(path)


@pytest.mark.parametrize("name", ["missing.osm.pbf", "-", "http://localhost/town.osm.pbf", "."])
def test_only_regular_files_are_opened(tmp_path: Path, name: str) -> None:
    with pytest.raises(OsmFileError, match="no file"):
        read(tmp_path / name if name == "missing.osm.pbf" else Path(name))
