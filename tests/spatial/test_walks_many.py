"""Walks of several workers, over many streets, and what holds for any network."""

import tracemalloc

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from spatial.network import Network
from spatial.simulation import perturbed_grid
from spatial.walks import (
    MOST_LINKS,
    Pieces,
    TooManyLinks,
    closed_together,
    cover,
    nearest,
    parts,
    pieces,
    share,
    within_budget,
)
from tests.spatial.test_walks import follows, gaps, ladder, mask, network, stretches_of


def many_streets(count: int) -> Network:
    """A street of so many 10 m edges."""
    return Network.from_lines(
        [shapely.LineString([(10 * n, 0), (10 * n + 10, 0)]) for n in range(count)]
    )


def test_more_than_fits_in_memory_is_refused_with_its_number() -> None:
    on = many_streets(MOST_LINKS + 1)
    with pytest.raises(TooManyLinks, match="1501 stretches are open") as refused:
        cover(on, np.ones(len(on), bool))
    assert (refused.value.count, refused.value.most) == (MOST_LINKS + 1, MOST_LINKS)
    with pytest.raises(TooManyLinks):
        share(on, np.ones(len(on), bool), workers=2)


def test_within_a_budget_any_number_may_be_open() -> None:
    #  4,000 streets in a row; what is worth most lies 500 m east of the start.
    on = many_streets(4000)
    worth = np.ones(4000)
    worth[2050:2060] = 100.0
    walk = within_budget(on, np.ones(4000, bool), worth, budget=700, start=(2000, 0.0))
    assert walk.closed[2050:2060] == pytest.approx(np.full(10, 10.0))
    assert walk.closed.sum() == pytest.approx(700)
    home = within_budget(on, np.ones(4000, bool), worth, budget=700, start=(2000, 0.0), back=True)
    assert home.closed.sum() == pytest.approx(350)


def test_a_far_neighbourhood_worth_the_way_is_found() -> None:
    # Twenty blocks a side; in the far corner a metre is worth fifty times as much.
    on = perturbed_grid(np.random.default_rng(1), blocks=20)
    middle = on.points_at(np.arange(len(on)), on.edge_length / 2)
    far = np.hypot(*(middle - middle.max(axis=0)).T) < 500
    start = int(np.argmin(np.hypot(*(middle - middle.mean(axis=0)).T)))
    worth = np.where(far, 50.0, 1.0)
    walk = within_budget(on, np.ones(len(on), bool), worth, budget=3000, start=(start, 0.0))
    follows(walk, on)
    away = np.hypot(*(middle[far] - middle[start]).T).min()
    # Two thirds of the time that is left on arrival close a metre of the far corner each second.
    assert walk.closed[far].sum() > 0.66 * (3000 - 1.5 * away)


def test_each_worker_keeps_to_the_budget_and_fills_it() -> None:
    on = perturbed_grid(np.random.default_rng(5), blocks=8)
    open_ = np.ones(len(on), bool)
    worth = np.random.default_rng(6).uniform(1, 20, len(on))
    one = share(on, open_, workers=1, worth=worth, budget=1500, start=(40, 0.0))
    three = share(on, open_, workers=3, worth=worth, budget=1500, start=(40, 0.0))
    efforts = np.array([walk.effort for walk in three])
    assert efforts.max() <= 1500
    assert efforts.min() > 0.9 * 1500
    together = closed_together(three, pieces(on, open_))
    assert (together * worth).sum() > 2.2 * one[0].worth


def test_what_two_walk_is_closed_once() -> None:
    #  0 ====[20 one 70)====[50 other 90)==== 100
    on = network([(0, 0), (100, 0)])
    one = cover(on, stretches_of([0], [20.0], [70.0]))
    other = cover(on, stretches_of([0], [50.0], [90.0]))
    wanted = stretches_of([0, 0], [0.0, 60.0], [100.0, 80.0])
    assert closed_together([one, other], wanted) == pytest.approx([70, 20])
    assert closed_together([one, one], wanted) == pytest.approx([50, 10])
    assert closed_together([], wanted) == pytest.approx([0, 0])


@pytest.mark.parametrize(
    ("wishes", "sentence"),
    [
        ({"workers": 0}, "At least one worker"),
        ({"workers": 2, "budget": -1}, "A budget of -1"),
        ({"workers": 2, "budget": np.nan}, "A budget of nan"),
        ({"workers": 2, "budget": 9, "back": True}, "needs a start"),
        ({"workers": 2, "budget": 9, "worth": [1, 2]}, "one a piece"),
        ({"workers": 2, "start": (9, 0.0)}, "does not have"),
    ],
)
def test_bad_wishes_of_several_are_refused(wishes, sentence) -> None:
    with pytest.raises(ValueError, match=sentence):
        share(ladder(), np.ones(7, bool), **wishes)


@settings(max_examples=15, deadline=None)
@given(gaps(), st.integers(1, 4), st.booleans(), st.none() | st.floats(0, 1500))
def test_any_shares_cover_what_one_walk_would_and_keep_to_the_budget(gap, workers, back, budget):
    on, open_pieces, start = gap
    walks = share(on, open_pieces, workers=workers, budget=budget, start=start, back=back)
    assert len(walks) == workers
    for walk in walks:
        follows(walk, on)
        assert budget is None or walk.effort <= budget + 1e-6
    if budget is None:
        length = open_pieces.end_m - open_pieces.start_m
        closed = closed_together(walks, open_pieces)
        assert closed + walks[0].unreachable == pytest.approx(length, abs=0.03)


@settings(max_examples=30, deadline=None)
@given(gaps(), st.integers(0, 2**32 - 1))
def test_together_two_walks_close_no_less_than_each_and_no_more_than_both(gap, seed):
    on, wanted, start = gap
    half = np.random.default_rng(seed).random(len(wanted.edge)) < 0.5
    walks = [
        cover(on, Pieces(*(column[of] for column in wanted)), start=start) for of in (half, ~half)
    ]
    each = [closed_together([walk], wanted) for walk in walks]
    both = closed_together(walks, wanted)
    assert np.all(both >= np.maximum(*each) - 1e-6)
    assert np.all(both <= np.minimum(np.add(*each), wanted.end_m - wanted.start_m) + 1e-6)
    assert both == pytest.approx(closed_together(walks[::-1], wanted))


@settings(max_examples=30, deadline=None)
@given(gaps(), st.floats(-500, 500), st.floats(-500, 500))
def test_no_place_of_the_network_is_nearer_than_the_nearest(gap, x, y):
    on, _wanted, _start = gap
    (edge, metre), away = nearest(on, (x, y))
    assert np.hypot(*(on.points_at([edge], [metre])[0] - (x, y))) == pytest.approx(away, abs=1e-6)
    lines = [on.line(n) for n in range(len(on))]
    assert away <= shapely.distance(lines, shapely.Point(x, y)).min() + 1e-9
    others = np.arange(len(on)) == edge
    if len(on) > 1:
        (other, _metre), farther = nearest(on, (x, y), barred=others)
        assert other != edge
        assert farther >= away


@settings(max_examples=30, deadline=None)
@given(gaps(), st.integers(0, 2**32 - 1))
def test_a_way_leads_between_edges_of_one_part_only(gap, seed):
    whole, _wanted, _start = gap
    kept = np.random.default_rng(seed).random(len(whole)) < 0.6
    kept[0] = True
    on = Network.from_lines([whole.line(int(edge)) for edge in np.flatnonzero(kept)])
    part = parts(on)
    for node in range(len(on.node_xy)):
        touching = part[(on.edge_from == node) | (on.edge_to == node)]
        assert len(set(touching.tolist())) <= 1
    walk = cover(on, np.ones(len(on), bool), start=(0, 0.0))
    assert np.array_equal(walk.closed > 0, part == part[0])


@settings(max_examples=30, deadline=None)
@given(gaps())
def test_pieces_are_kept_or_clamped_to_their_street(gap):
    on, wanted, _start = gap
    assert [column.tolist() for column in pieces(on, wanted)] == [c.tolist() for c in wanted]
    wide = Pieces(wanted.edge, wanted.start_m - 1e6, wanted.end_m + 1e6)
    clamped = pieces(on, wide)
    assert np.all(clamped.start_m == 0)
    assert np.all(clamped.end_m == on.edge_length[wanted.edge])
    everything = pieces(on, np.ones(len(on), bool))
    assert np.array_equal(everything.end_m, on.edge_length)


def test_memory_grows_with_the_network_not_with_its_square() -> None:
    def peak(blocks: int) -> tuple[int, int]:
        on = perturbed_grid(np.random.default_rng(1), blocks=blocks)
        tracemalloc.start()
        within_budget(on, np.ones(len(on), bool), np.ones(len(on)), budget=300, start=(0, 0.0))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return len(on), most

    peak(5)
    (small, less), (large, more) = peak(15), peak(45)
    assert large > 8 * small
    assert more / less < 1.5 * large / small


def test_a_mask_of_nothing_is_nothing_for_everybody() -> None:
    walks = share(ladder(), mask(7), workers=3, budget=100, start=(0, 0.0))
    assert [len(walk) for walk in walks] == [0, 0, 0]
