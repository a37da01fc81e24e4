"""What the matcher charges: negative log likelihoods, tuned on simulated walks.

The trials were walks with 6 and 10 m of noise, a fix every 1 to 30 s, on a made-up grid with
alleys, an old town and a centre full of sidewalks (``bench/matching.py``). Near these values the
results hardly change; what matters is which prices there are.
"""

from __future__ import annotations

from typing import NamedTuple

import numba


class Prices(NamedTuple):
    """Costs are negative log likelihoods. Metres, seconds and plain numbers as named."""

    floor: float  # m; nobody walks in the middle of the street, whatever the receiver says
    detour: float  # m of difference between route and crow per unit of cost, at no distance
    detour_noise: float  # m per axis; ... where the noise is larger, so many times more
    detour_share: float  # ... and so much more per metre of distance
    slack: float  # m by which a route may exceed the straight line before it is not looked at
    backwards: float  # m that noise may seem to walk backwards on a link
    turn: float  # turning back in the middle of a street
    hurry: float  # m per unit of cost of what is walked beyond twice the pace of the piece
    tip_turn: float  # turning back at the tip of a dead end
    tip: float  # m; the tip is this near ...
    tip_speed: float  # m/s; ... and so much nearer for every second between observations
    leave: float  # leaving the network
    enter: float  # coming back
    off: float  # being off the network, per observation, in deviations squared over two
    weight: float  # of an observation, which shares half its fixes with the next
    rival: float  # a link so much less likely than the nearest one is not looked at
    corner: float  # ... nor one of which only the end is near, at this share of that
    beam: float  # states worse than the best by more are dropped


DEFAULT_PRICES = Prices(
    floor=5.5,
    detour=3.2,
    detour_noise=6.0,
    detour_share=0.15,
    slack=80.0,
    backwards=12.0,
    turn=9.0,
    hurry=6.0,
    tip_turn=1.2,
    tip=12.0,
    tip_speed=0.8,
    leave=6.0,
    enter=6.0,
    off=6.0,
    weight=0.55,
    rival=4.0,
    corner=0.5,
    beam=8.0,
)


@numba.njit(cache=True)
def tip_reach(prices, wait):
    """Metres from the tip of a dead end at which whoever turns back has been at the tip."""
    return prices.tip + prices.tip_speed * wait


@numba.njit(cache=True)
def farthest_route(prices, crow, detour):
    """Metres of the longest route that is looked at between places that lie ``crow`` metres apart.

    A longer one would cost more than the beam, at ``detour`` metres per unit.
    """
    return crow + min(prices.slack, prices.beam * detour)
