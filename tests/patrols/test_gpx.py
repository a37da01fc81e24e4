"""GPX from the wild, and from people who mean harm."""

import contextlib
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import BadTrack
from patrols.gpx import NO_TIME, read, tracks_of

HEAD = '<gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1">'


def parse(text: str | bytes):
    return list(read(io.BytesIO(text.encode() if isinstance(text, str) else text)))


def test_a_point_with_everything():
    (fixes,) = parse(
        f"{HEAD}<trk><trkseg><trkpt lat='60.1' lon='24.9'><ele>3</ele>"
        "<time>2026-01-02T03:04:05.678Z</time><hdop>1.5</hdop></trkpt></trkseg></trk></gpx>"
    )
    assert (fixes.longitudes[0], fixes.latitudes[0]) == (24.9, 60.1)
    assert fixes.milliseconds[0] == 1767323045678
    assert fixes.accuracies[0] == 7.5


def test_a_stated_accuracy_wins_over_the_dilution():
    (fixes,) = parse(
        f"{HEAD}<trk><trkseg><trkpt lat='1' lon='2'><hdop>9</hdop>"
        "<extensions><accuracy>4</accuracy></extensions></trkpt></trkseg></trk></gpx>"
    )
    assert fixes.accuracies[0] == 4


def test_what_is_missing_or_unreadable_is_kept_as_unknown():
    (fixes,) = parse(
        f"{HEAD}<trk><trkseg><trkpt lat='north' lon='2'><time>yesterday</time></trkpt>"
        "<trkpt/></trkseg></trk></gpx>"
    )
    assert np.isnan(fixes.latitudes).all()
    assert list(fixes.milliseconds) == [NO_TIME, NO_TIME]


def test_each_track_is_a_walk_and_segments_of_one_track_belong_together():
    point = "<trkpt lat='1' lon='2'/>"
    found = parse(
        f"{HEAD}<wpt lat='1' lon='2'/><rte><rtept lat='1' lon='2'/></rte>"
        f"<trk><trkseg>{point}</trkseg><trkseg/><trkseg>{point}</trkseg></trk>"
        f"<trk><trkseg>{point}</trkseg></trk><trk/></gpx>"
    )
    assert [len(fixes.longitudes) for fixes in found] == [2, 1]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "not xml",
        "<kml/>",
        f"{HEAD}<trk><trkseg><trkpt lat='1' lon='2'/>",
        '<!DOCTYPE gpx [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><gpx>&b;</gpx>',
        '<!DOCTYPE gpx SYSTEM "http://127.0.0.1/evil.dtd"><gpx/>',
        "<?xml version='1.0' encoding='klingon'?><gpx/>",
    ],
    ids=["empty", "text", "kml", "cut short", "entity bomb", "outside entity", "unknown encoding"],
)
def test_what_is_no_gpx_is_refused_with_a_sentence(text):
    with pytest.raises(BadTrack, match="GPX"):
        parse(text)


@given(st.binary(max_size=300))
def test_bytes_of_any_kind_are_read_or_refused(data):
    with contextlib.suppress(BadTrack):
        parse(data)


def test_too_many_fixes_are_refused(monkeypatch):
    monkeypatch.setattr("patrols.gpx.MAX_FIXES", 2)
    with pytest.raises(BadTrack, match="Split the file"):
        parse(f"{HEAD}<trk><trkseg>{'<trkpt/>' * 3}</trkseg></trk></gpx>")


#: Files that hold waypoints or routes only.
WITHOUT_TRACK = {
    "gpx1.1_with_extensions_without_namespaces.gpx",
    "route.gpx",
    "unicode.gpx",
    "unicode_with_bom.gpx",
    "unicode_with_bom_noencoding.gpx",
}


def test_files_from_the_wild(shared_data):
    found = {}
    for path in (shared_data / "gpx-odd").glob("*.gpx"):
        try:
            found[path.name] = [len(fixes.longitudes) for fixes in tracks_of(path)]
        except BadTrack as error:
            assert "no track" in str(error)
            found[path.name] = []
    assert {name for name, counts in found.items() if not counts} == WITHOUT_TRACK
    assert found["cerknicko-without-times.gpx"] == [173, 52, 2, 44, 2, 2, 21]
    assert found["korita-zbevnica.gpx"] == [358, 176, 337]
    assert found["track-with-empty-segment.gpx"] == [9]


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(BadTrack, match=r"none\.gpx cannot be read"):
        tracks_of(tmp_path / "none.gpx")
