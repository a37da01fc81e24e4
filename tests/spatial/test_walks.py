"""Walks that close a gap: on drawn streets, and on any network for what must always hold."""

import itertools

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.exact_walks import most_worth, shortest_cover
from spatial.network import Network
from spatial.simulation import perturbed_grid
from spatial.walks import Pieces, Walk, cover, nearest, pieces, share, within_budget


def stretches_of(edge: list[int], start_m: list[float], end_m: list[float]) -> Pieces:
    """Pieces from lists, unchecked: some of them are wrong on purpose."""
    return Pieces(np.array(edge), np.array(start_m), np.array(end_m))


def network(*lines) -> Network:
    return Network.from_lines([shapely.LineString(line) for line in lines])


def ladder() -> Network:
    """Two streets with three rungs; 100 m everywhere.

     3 --(5)-- 4 --(6)-- 5      edges 0, 1: the lower street
     |         |         |      edges 2, 3, 4: the rungs, from below
    (2)       (3)       (4)     edges 5, 6: the upper street
     |         |         |
     0 --(0)-- 1 --(1)-- 2
    """
    return network(
        [(0, 0), (100, 0)], [(100, 0), (200, 0)],
        [(0, 0), (0, 100)], [(100, 0), (100, 100)], [(200, 0), (200, 100)],
        [(0, 100), (100, 100)], [(100, 100), (200, 100)],
    )  # fmt: skip


def mask(count: int, *edges: int) -> np.ndarray:
    found = np.zeros(count, bool)
    found[list(edges)] = True
    return found


def follows(walk: Walk, on: Network) -> np.ndarray:
    """The walk's line; each stretch must begin where the one before it ended."""
    lines = [shapely.get_coordinates(line) for line in walk.lines(on)]
    for before, after in itertools.pairwise(lines):
        assert np.hypot(*(before[-1] - after[0])) < 0.02
    return shapely.get_coordinates(walk.line(on))


def test_a_walk_over_the_outer_ring_walks_it_once():
    on = ladder()
    walk = cover(on, mask(7, 0, 1, 2, 4, 5, 6), back=True)
    assert walk.metres == pytest.approx(600)
    line = follows(walk, on)
    assert np.allclose(line[0], line[-1])


def test_with_the_middle_rung_too_it_must_walk_something_twice():
    # Nodes 1 and 4 are odd: the rung between them is walked twice, or an end is saved.
    on = ladder()
    everything = np.ones(7, bool)
    assert cover(on, everything, back=True).metres == pytest.approx(800)
    assert cover(on, everything).metres == pytest.approx(700)


def test_it_starts_and_ends_where_it_is_told():
    on = ladder()
    walk = cover(on, mask(7, 5, 6), start=(0, 40.0), end=(4, 30.0))
    line = follows(walk, on)
    assert tuple(line[0]) == pytest.approx((40, 0))
    assert tuple(line[-1]) == pytest.approx((200, 30))
    assert walk.metres == pytest.approx(40 + 100 + 200 + 70)


def test_of_a_street_only_the_open_piece_is_walked():
    #  0 ------[30======60)------ 100     from the west end and back
    on = network([(0, 0), (100, 0)])
    walk = cover(on, stretches_of([0], [30.0], [60.0]), start=(0, 0.0), back=True)
    assert walk.metres == pytest.approx(120)
    assert walk.closed == pytest.approx([30])
    assert cover(on, stretches_of([0], [30.0], [60.0])).metres == pytest.approx(30)


def test_stairs_are_avoided_when_the_way_round_costs_less():
    on = ladder()
    cost = np.ones(7)
    start, end = (0, 100.0), (5, 100.0)  # below and above the middle rung
    assert cover(on, mask(7), start=start, end=end, cost=cost).metres == pytest.approx(100)
    cost[3] = 3.5
    walk = cover(on, mask(7), start=start, end=end, cost=cost)
    assert 3 not in walk.edge
    assert walk.metres == pytest.approx(300)


def test_a_barrier_binds_also_in_the_middle_of_a_street():
    on = ladder()
    wall = stretches_of([3], [40.0], [45.0])
    walk = cover(on, mask(7), start=(0, 100.0), end=(5, 100.0), barred=wall)
    assert walk.metres == pytest.approx(300)


def test_what_cannot_be_reached_is_told_not_dropped():
    #  ladder    |barred piece|      island
    on = network([(0, 0), (100, 0)], [(100, 0), (200, 0)], [(500, 0), (570, 0)])
    walk = cover(on, np.ones(3, bool), start=(0, 0.0), barred=stretches_of([1], [60.0], [80.0]))
    assert walk.closed == pytest.approx([100, 60, 0])
    assert walk.unreachable == pytest.approx([0, 40, 70])


def test_without_a_start_it_walks_where_most_is_open():
    on = network([(0, 0), (100, 0)], [(500, 0), (570, 0)])
    walk = cover(on, np.ones(2, bool))
    assert walk.closed == pytest.approx([100, 0])
    assert walk.unreachable == pytest.approx([0, 70])


def test_nothing_open_is_no_walk_or_the_way_to_the_end():
    on = ladder()
    nothing = cover(on, mask(7))
    assert (len(nothing), nothing.metres, nothing.line(on).is_empty) == (0, 0, True)
    assert cover(on, mask(7), start=(0, 0.0), end=(1, 100.0)).metres == pytest.approx(200)


def test_a_loop_and_parallel_streets_are_walked():
    on = network(
        [(0, 0), (100, 0)],
        [(0, 0), (50, 40), (100, 0)],
        [(100, 0), (140, 30), (140, -30), (100, 0)],
    )
    walk = cover(on, np.ones(3, bool), start=(0, 0.0), back=True)
    assert walk.metres == pytest.approx(on.edge_length.sum())
    follows(walk, on)


def test_a_budget_takes_what_is_worth_most():
    #          | 100 m, worth 5
    #  start --+-- 100 m, worth 1         each arm 100 m, one can be walked
    #          | 100 m, worth 3
    on = network([(0, 0), (0, 100)], [(0, 0), (100, 0)], [(0, 0), (0, -100)])
    all_three = np.ones(3, bool)
    one = within_budget(on, all_three, [5, 1, 3], budget=100, start=(0, 0.0))
    assert one.closed == pytest.approx([100, 0, 0])
    two = within_budget(on, all_three, [5, 1, 3], budget=300, start=(0, 0.0))
    assert two.closed == pytest.approx([100, 0, 100])
    home = within_budget(on, all_three, [5, 1, 3], budget=300, start=(0, 0.0), back=True)
    assert home.closed[0] == pytest.approx(100)
    assert home.effort <= 300


def test_time_left_over_is_spent_even_on_little():
    #  start ==100== o ----------- 900 ----------- o ==50==   where there is time, go there too
    on = network([(0, 0), (100, 0)], [(100, 0), (1000, 0)], [(1000, 0), (1050, 0)])
    worth = [100.0, 1.0]
    everything = within_budget(on, mask(3, 0, 2), worth, budget=1060, start=(0, 0.0))
    assert everything.closed == pytest.approx([100, 50])
    most = within_budget(
        on, stretches_of([0, 2, 1], [0, 0, 0], [100, 50, 1]), [100, 1, 0],
        budget=1049, start=(0, 0.0), grain=10,
    )  # fmt: skip
    assert most.closed == pytest.approx([100, 40, 1])


def test_a_long_street_is_closed_as_far_as_time_allows():
    on = network([(0, 0), (1000, 0)])
    walk = within_budget(on, np.ones(1, bool), [1], budget=420, start=(0, 0.0), grain=50)
    assert walk.closed[0] == pytest.approx(400)


def test_worth_adds_up_where_pieces_overlap():
    on = network([(0, 0), (100, 0)])
    both = stretches_of([0, 0], [0.0, 40.0], [60.0, 100.0])
    walk = within_budget(on, both, [1.0, 10.0], budget=100, start=(0, 0.0))
    assert walk.worth == pytest.approx(60 * 1 + 60 * 10)


def test_several_workers_share_and_leave_nothing_out():
    on = perturbed_grid(np.random.default_rng(5), blocks=6)
    required = np.random.default_rng(6).random(len(on)) < 0.5
    walks = share(on, required, workers=3)
    reachable = on.edge_length[required] - cover(on, required).unreachable
    closed = np.max([walk.closed for walk in walks], axis=0)
    assert closed == pytest.approx(reachable, abs=0.05)
    efforts = np.array([walk.effort for walk in walks])
    assert efforts.max() / efforts.mean() < 1.1


def test_more_workers_than_streets_leave_some_at_home():
    walks = share(network([(0, 0), (100, 0)]), np.ones(1, bool), workers=3)
    assert sorted(walk.metres for walk in walks) == [0, 0, pytest.approx(100)]


def test_nearest_keeps_off_what_is_barred():
    on = ladder()
    assert nearest(on, (50, -7)) == ((0, pytest.approx(50)), pytest.approx(7))
    place, metres = nearest(on, (50, -7), barred=mask(7, 0))
    assert place[0] in (1, 2)
    assert metres == pytest.approx(np.hypot(50, 7))


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        (np.ones(3, bool), "A mask must be 7 booleans"),
        (stretches_of([7], [0.0], [1.0]), "does not have"),
        (stretches_of([0], [5.0], [1.0]), "not end before"),
        (stretches_of([0], [np.nan], [1.0]), "finite"),
        (stretches_of([0, 1], [0.0], [1.0]), "one length"),
    ],
)
def test_bad_pieces_are_refused(what, sentence):
    with pytest.raises(ValueError, match=sentence):
        pieces(ladder(), what)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"start": (9, 0.0)}, "does not have"),
        ({"start": (0, np.inf)}, "finite"),
        ({"end": (0, 0.0), "back": True}, "no other end"),
        ({"cost": np.zeros(7)}, "above 0"),
        ({"barred": mask(7, *range(7)), "start": (0, 0.0), "end": (6, 100.0)}, "No way leads"),
    ],
)
def test_bad_wishes_are_refused(more, sentence):
    with pytest.raises(ValueError, match=sentence):
        cover(ladder(), np.ones(7, bool), **more)


def test_a_budget_too_short_for_the_way_to_the_end_is_refused():
    with pytest.raises(ValueError, match="longer than the budget"):
        within_budget(
            ladder(), np.ones(7, bool), np.ones(7), budget=100, start=(0, 0.0), end=(6, 100.0)
        )


@st.composite
def gaps(draw):
    """A made-up town, pieces of its streets, and a start."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    on = perturbed_grid(rng, blocks=draw(st.integers(1, 4)))
    count = draw(st.integers(0, 12))
    edge = rng.integers(0, len(on), count)
    ends = np.sort(rng.random((count, 2)), axis=1) * on.edge_length[edge][:, None]
    whole = rng.random(count) < 0.5
    start = np.where(whole, 0.0, ends[:, 0])
    end = np.where(whole, on.edge_length[edge], ends[:, 1])
    place = (int(rng.integers(len(on))), float(rng.uniform(0, 60)))
    return on, Pieces(edge, start, end), place


@settings(max_examples=30, deadline=None)
@given(gaps(), st.booleans())
def test_any_walk_is_connected_and_covers_all_that_can_be_reached(gap, back):
    on, open_pieces, start = gap
    walk = cover(on, open_pieces, start=start, back=back)
    again = cover(on, open_pieces, start=start, back=back)
    line = follows(walk, on)
    length = open_pieces.end_m - open_pieces.start_m
    assert walk.closed + walk.unreachable == pytest.approx(length, abs=0.03)
    assert walk.effort == pytest.approx(walk.metres)
    if len(line):
        at = on.points_at([start[0]], [start[1]])[0]
        assert np.hypot(*(line[0] - at)) < 0.02
        assert not back or np.hypot(*(line[-1] - at)) < 0.02
    assert [a.tolist() for a in (walk.edge, walk.start_m, walk.forward)] == [
        a.tolist() for a in (again.edge, again.start_m, again.forward)
    ]


@settings(max_examples=30, deadline=None)
@given(gaps(), st.floats(0, 2000), st.booleans(), st.randoms(use_true_random=False))
def test_no_walk_is_longer_than_its_budget(gap, budget, back, random):
    on, open_pieces, start = gap
    worth = [random.uniform(0, 9) for _ in open_pieces.edge]
    walk = within_budget(on, open_pieces, worth, budget=budget, start=start, back=back)
    assert walk.effort <= budget + 1e-6
    assert walk.worth == pytest.approx(float((walk.closed * worth).sum()), abs=0.5)
    follows(walk, on)


@pytest.mark.parametrize("seed", range(4))
def test_a_round_trip_is_near_the_shortest_that_can_be(seed):
    rng = np.random.default_rng(seed)
    on = perturbed_grid(rng, blocks=4)
    required = rng.random(len(on)) < 0.4
    walk = cover(on, required, back=True)
    required[np.flatnonzero(required)[walk.unreachable > 0]] = False
    best, proven = shortest_cover(on.edge_from, on.edge_to, on.edge_length, required)
    assert proven
    assert best - 0.1 <= walk.effort <= 1.01 * best


@pytest.mark.parametrize("seed", range(4))
def test_within_a_budget_it_closes_nearly_what_the_best_walk_closes(seed):
    rng = np.random.default_rng(seed)
    on = perturbed_grid(rng, blocks=3)
    worth = rng.uniform(1, 20, len(on)) * (rng.random(len(on)) < 0.6)
    start = int(rng.integers(len(on)))
    budget = float(rng.uniform(0.2, 0.6) * on.edge_length.sum())
    walk = within_budget(
        on, worth > 0, worth[worth > 0], budget=budget, start=(start, 0.0), grain=np.inf
    )
    best, proven = most_worth(
        on.edge_from, on.edge_to, on.edge_length, worth * on.edge_length,
        budget=budget, start=int(on.edge_from[start]), end=None,
    )  # fmt: skip
    assert proven
    assert 0.97 * best <= walk.worth <= best + 0.1
