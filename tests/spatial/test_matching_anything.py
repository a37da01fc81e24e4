"""Whatever streets and fixes come: no crash, and rows that mean something."""

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.matching import match
from spatial.network import Network

corner = st.tuples(st.integers(-4, 4), st.integers(-4, 4))
streets = st.lists(
    st.lists(corner, min_size=2, max_size=5).map(lambda line: [(x * 30, y * 30) for x, y in line]),
    max_size=12,
)
fix = st.tuples(
    st.floats(-150, 150),
    st.floats(-150, 150),
    st.floats(0, 900),
    st.floats(1, 60) | st.just(np.nan),
)


def check(network, found, seconds):
    assert (found.start_m >= 0).all()
    assert (found.start_m < found.end_m).all()
    assert (found.end_m <= network.edge_length[found.edge] + 1e-6).all()
    assert ((found.confidence >= 0) & (found.confidence <= 1)).all()
    assert (np.diff(found.seconds) >= 0).all()
    assert (found.seconds >= seconds.min(initial=0)).all()
    assert (found.seconds <= seconds.max(initial=0)).all()
    assert found.path_metres == (found.end_m - found.start_m).sum()
    assert 0 <= found.off_network_metres < np.inf


@settings(max_examples=150, deadline=None)
@given(lines=streets, fixes=st.lists(fix, max_size=40))
def test_any_fixes_on_any_streets(lines, fixes):
    network = Network.from_lines([shapely.LineString(line) for line in lines])
    table = np.array(fixes, dtype=float).reshape(-1, 4)
    found = match(network, table[:, :2], table[:, 2], accuracy=table[:, 3])
    check(network, found, table[:, 2])


@settings(max_examples=100, deadline=None)
@given(lines=streets, turns=st.lists(corner, min_size=2, max_size=8), every=st.integers(1, 30))
def test_any_walk_on_any_streets(lines, turns, every):
    network = Network.from_lines([shapely.LineString(line) for line in lines])
    way = shapely.LineString([(x * 30, y * 30) for x, y in turns])
    times = np.arange(0.0, way.length / 1.3 + 1, every)
    xy = shapely.get_coordinates(shapely.line_interpolate_point(way, times * 1.3))
    found = match(network, xy, times)
    check(network, found, times)
    # What was walked is on the network or off it, but for corners cut and steps lost at the ends.
    assert found.path_metres <= 2.5 * way.length + 60


@settings(max_examples=50, deadline=None)
@given(lines=streets, fixes=st.lists(fix, max_size=25), cut=st.integers(0, 25))
def test_what_is_matched_does_not_depend_on_the_order_of_upload(lines, fixes, cut):
    network = Network.from_lines([shapely.LineString(line) for line in lines])
    table = np.array(fixes, dtype=float).reshape(-1, 4)
    _, once = np.unique(table[:, 2], return_index=True)
    table = table[once]
    other = np.concatenate([table[cut:], table[:cut]])
    one = match(network, table[:, :2], table[:, 2], accuracy=table[:, 3])
    two = match(network, other[:, :2], other[:, 2], accuracy=other[:, 3])
    for name in ("edge", "start_m", "end_m", "seconds", "confidence"):
        assert getattr(one, name).tobytes() == getattr(two, name).tobytes()
