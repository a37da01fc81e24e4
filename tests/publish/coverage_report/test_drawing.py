"""Maps and charts of the report: true to scale, labels that keep apart, numbers in words."""

import datetime as dt
import re
from itertools import pairwise

import numpy as np
import pytest
import shapely
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st

from publish.coverage_report import telling
from publish.coverage_report.drawing import Drawing, Shape, Words, line, shortened, svg_of
from publish.coverage_report.drawn_chart import Bar, columns, pairs, tracks
from publish.coverage_report.drawn_map import map_of
from publish.coverage_report.map_frame import Frame, Labels, scale_bar
from publish.coverage_report.map_looks import looks
from publish.coverage_report.report import MapArea, MapData, MapStreet, Small
from publish.coverage_report.sentences import answer
from spatial.projection import LocalProjection
from tests.publish.coverage_report.sample import figures

HERE = LocalProjection(24.95, 60.17)


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """Metres around a place, as the report has them: in degrees."""
    return HERE.unproject(shapely.box(west, south, east, north))


def streets(*made: tuple[str, bool]) -> tuple[MapStreet, ...]:
    """Lines 100 m long, one 10 m above the other."""
    return tuple(
        MapStreet(HERE.unproject(shapely.LineString([(0, 10 * n), (100, 10 * n)])), kind, unlit)
        for n, (kind, unlit) in enumerate(made)
    )


def drawn(data: MapData, **options: object) -> Drawing:
    return map_of(data, title="Map", size=(182.0, 120.0), **options)  # type: ignore[arg-type]


def shapes(drawing: Drawing, colour: str) -> list[Shape]:
    return [m for m in drawing.marks if isinstance(m, Shape) and colour in (m.line, m.fill)]


def texts(drawing: Drawing) -> list[str]:
    return [mark.text for mark in drawing.marks if isinstance(mark, Words)]


# -- scale --------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [500, 1_000, 25_000])
def test_a_given_scale_is_the_scale_on_paper(scale: int) -> None:
    frame = Frame.around(box(0, 0, 300, 200), 0, 0, 182, 120, scale=scale)
    ends = frame.on_paper([HERE.unproject(shapely.LineString([(0, 0), (100, 0)]))])[0]
    assert shapely.length(ends) == pytest.approx(100_000 / scale, rel=1e-3)


@settings(max_examples=25, deadline=None)
@given(st.integers(20, 60_000), st.integers(20, 60_000))
def test_the_scale_bar_is_as_long_as_it_says(across: int, up: int) -> None:
    frame = Frame.around(box(0, 0, across, up), 0, 0, 182, 120)
    drawing = Drawing(182, 120, "Map")
    scale_bar(drawing, frame, 0, 5, ("m", "km"))
    first, second = (mark for mark in drawing.marks if isinstance(mark, Shape))
    length = second.pieces[0][:, 0].max() - first.pieces[0][:, 0].min()
    number, unit = texts(drawing)[1].split("\u202f")
    metres = float(number) * (1000 if unit == "km" else 1)
    assert length == pytest.approx(metres * frame.mm)
    assert length <= 32.001


def test_the_whole_area_is_in_the_frame() -> None:
    outline = box(-40, -900, 60, 700)
    frame = Frame.around(outline, 5, 7, 100, 50)
    west, north, east, south = shapely.bounds(frame.on_paper([outline])[0])
    assert west >= 5 and north >= 7 and east <= 105 and south <= 57


def test_nothing_to_draw_is_said() -> None:
    with pytest.raises(ValueError, match="empty"):
        Frame.around(shapely.Polygon(), 0, 0, 10, 10)
    assert texts(drawn(MapData())) == ["There is no outline to draw."]


# -- what is drawn ------------------------------------------------------------------------------


def test_each_class_has_its_colour_and_never_is_a_dash() -> None:
    kinds = looks().order
    data = MapData(
        (MapArea("990100000101001", "A", box(-10, -10, 110, 50), 0.5, 0.1),),
        streets(*((kind, False) for kind in kinds)),
    )
    drawing = drawn(data)
    for kind in kinds:
        # Once on the map, once in the legend.
        found = shapes(drawing, looks().freshness[kind])
        assert len(found) == 2, kind
        assert all(bool(shape.dash) == (kind == "never") for shape in found)


def test_an_unlit_street_has_a_dark_casing_below_its_colour() -> None:
    area = MapArea("990100000101001", "A", box(-10, -10, 110, 50), 0.5, 0.1)
    drawing = drawn(MapData((area,), streets(("within", True), ("due", False))))
    casing = shapes(drawing, looks().unlit)[0]
    street = shapes(drawing, looks().freshness["within"])[0]
    assert casing.width > street.width
    assert drawing.marks.index(casing) < drawing.marks.index(street)
    assert "dark edges: unlit at night" in texts(drawing)
    lit = drawn(MapData((area,), streets(("within", False))))
    assert "dark edges: unlit at night" not in texts(lit)


def test_areas_without_streets_are_hatched_and_the_others_by_their_share() -> None:
    shares = (0.0, 0.19, 0.2, 0.95, 1.0, None)
    areas = tuple(
        MapArea(f"9901000{n:02d}", "", box(100 * n, 0, 100 * n + 100, 100), share, None)
        for n, share in enumerate(shares)
    )
    drawing = drawn(MapData(areas))
    of = [looks().class_of(share) for share in shares if share is not None]
    assert of == [0, 0, 1, 4, 4]
    # Every class in the legend; on the map those that are there.
    assert [len(shapes(drawing, colour)) for colour in looks().coverage] == [2, 2, 1, 1, 2]
    assert "no street" in texts(drawing)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 60), st.integers(0, 60), st.integers(2, 30), st.integers(2, 30)),
        max_size=25,
    )
)
def test_labels_never_touch(places: list[tuple[int, int, int, int]]) -> None:
    labels = Labels()
    for x, y, wide, tall in places:
        labels.put(shapely.box(x, y, x + wide, y + tall), "网格 01", (2.9, 2.1))
    taken = [shapely.box(*place) for place, _text, _size in labels.places]
    for n, one in enumerate(taken):
        for other in taken[n + 1 :]:
            assert shapely.area(shapely.intersection(one, other)) < 1e-9


def test_a_name_without_room_gives_way_to_the_codes_of_all() -> None:
    areas = tuple(
        MapArea(f"990100000101{n:03d}", "A very long name of one cell", box(n, 0, n + 1, 1), 1, 0)
        for n in range(1, 13)
    )
    said = texts(drawn(MapData(areas)))
    assert {f"{n:03d}" for n in range(1, 13)} <= set(said)
    assert "A very long name of one cell" not in said


def test_text_becomes_text_in_svg() -> None:
    drawing = Drawing(10, 10, '<&"', "a < b", [Words(1, 1, "<script>", 2)])
    svg = svg_of(drawing, name="x")
    assert "<script>" not in svg and "&lt;script&gt;" in svg and "a &lt; b" in svg


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 200), st.floats(0, 200)), min_size=2, max_size=30))
def test_steps_of_a_path_do_not_add_up_errors(points: list[tuple[float, float]]) -> None:
    svg = svg_of(Drawing(200, 200, "x", "", [Shape((line(*points),), line="#000000")]), name="x")
    path = re.search(r' d="M(-?\d+) (-?\d+)l([^"]*)"', svg)
    assert path
    start = np.array([int(path[1]), int(path[2])])
    steps = np.array([int(part) for part in path[3].split()]).reshape(-1, 2)
    end = (start + steps.sum(axis=0)) / 100
    assert np.abs(end - points[-1]).max() <= 0.0051


# -- charts -------------------------------------------------------------------------------------


def test_every_bar_says_its_number() -> None:
    bars = [Bar("3/4", 30.0, "30%"), Bar("3/11", None, "—"), Bar("3/18", 0.0, "0%")]
    chart = columns(bars, title="c", spoken="", colour="#123456", top=100)
    assert {"30%", "—", "0%"} <= set(texts(chart))
    assert len(shapes(chart, "#123456")) == 1
    two = pairs(bars, bars, names=("in", "out"), title="p", spoken="", colour="#123456")
    assert texts(two).count("30%") == 2 and {"in", "out"} <= set(texts(two))
    whole = tracks([Bar("alley", 1.0, "1 m", of=2.0)], title="t", spoken="", colour="#123456")
    part = shapes(whole, "#123456")[0].pieces[0]
    track = next(mark for mark in whole.marks if isinstance(mark, Shape)).pieces[0]
    assert np.ptp(part[:, 0]) == pytest.approx(np.ptp(track[:, 0]) / 2)


@pytest.mark.parametrize("count", [1, 4, 8, 53])
def test_labels_below_columns_never_touch(count: int) -> None:
    bars = [Bar(f"{n} September", float(n), str(n)) for n in range(count)]
    chart = columns(bars, title="c", spoken="", colour="#123456")
    below = sorted(
        mark.x for mark in chart.marks if isinstance(mark, Words) and "Sept" in mark.text
    )
    assert below
    assert all(later - one > 13 for one, later in pairwise(below))


def test_a_chart_of_nothing_says_why() -> None:
    assert texts(columns([], title="c", spoken="", colour="#123456", empty="No walks")) == [
        "No walks"
    ]


def test_what_is_too_long_ends_with_an_ellipsis() -> None:
    assert shortened("Esplanade", 3, 100) == "Esplanade"
    assert shortened("Esplanade", 3, 9).endswith("…")


# -- words --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "unit", "english", "chinese"),
    [
        (0.8241, "share", "82.4\u202f%", "82.4%"),
        (999.4, "metres", "999\u202fm", "999\u202f米"),
        (999.6, "metres", "1.0\u202fkm", "1.0\u202f公里"),
        (123_456.0, "metres", "123\u202fkm", "123\u202f公里"),
        (1, "days", "1\u202fday", "1\u202f天"),
        (5, "days", "5\u202fdays", "5\u202f天"),
        (12_345, "count", "12,345", "12,345"),
        (Small(0, 4), "count", "<5", "<5"),
        (Small(31, None), "days", f"{Small(31, None)}\u202fdays", f"{Small(31, None)}\u202f天"),
        (None, "share", "—", "—"),
    ],
)
def test_numbers_are_told(value: object, unit: str, english: str, chinese: str) -> None:
    with translation.override("en"):
        assert str(telling.told(value, unit)) == english
    with translation.override("zh-hans"):
        assert str(telling.told(value, unit)) == chinese


def test_a_change_is_what_the_told_numbers_show() -> None:
    """81.24 and 81.16 % both read 81.2: no change is told that the page does not show."""
    assert telling.change(0.8124, 0.8116, "share") == telling.Change(0, "as before", "0.0 points")
    up = telling.change(0.8, 0.79, "share")
    assert up and (up.way, up.arrow, up.words) == (1, "▲", "1.0 point higher than before")
    down = telling.change(100, 350.2, "metres")
    assert down and (down.arrow, down.words) == ("▼", "250\u202fm less than before")
    assert telling.change(Small(0, 4), 9, "count") is None
    assert telling.change(5, None, "count") is None


@pytest.mark.parametrize(
    ("start", "end", "english", "chinese"),
    [
        ((2026, 3, 1), (2026, 3, 31), "1–31 March 2026", "2026年3月1日至31日"),
        ((2026, 3, 20), (2026, 4, 2), "20 March – 2 April 2026", "2026年3月20日至4月2日"),
        (
            (2025, 12, 29),
            (2026, 1, 4),
            "29 December 2025 – 4 January 2026",
            "2025年12月29日至2026年1月4日",
        ),
        ((2026, 3, 1), (2026, 3, 1), "1 March 2026", "2026年3月1日"),
    ],
)
def test_a_period_says_once_what_its_ends_share(
    start: tuple[int, int, int], end: tuple[int, int, int], english: str, chinese: str
) -> None:
    with translation.override("en"):
        assert telling.period(dt.date(*start), dt.date(*end)) == english
    with translation.override("zh-hans"):
        assert telling.period(dt.date(*start), dt.date(*end)) == chinese


def test_the_answer_never_says_more_than_is_known() -> None:
    known = {"coverage": 0.5, "metres": 2000.0, "overdue_metres": 0.0}
    with translation.override("en"):
        said = answer(figures(**known, freshness_median_days=Small(31, None)), figures(), 31)
        assert said == [
            "50.0\u202f% of 2.0\u202fkm of street was walked in these 31 days.",
            "Less than half of the street was walked in the last 31\u202fdays; nothing is overdue.",
        ]
        hidden = figures(**known, visits_due=Small(0, 4), visits_done=Small(37, 41))
        assert answer(hidden, figures(), 1)[-1] == "Visits to households: <5 due, 37–41 made."
