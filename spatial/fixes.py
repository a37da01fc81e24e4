"""Which fixes of a track can be believed, and where the track has to be cut.

The rules are those of the design: a fix with an accuracy worse than 50 m, or at a speed beyond a
runner's (a cyclist's for a patrol declared so), is dropped and counted; a track is cut where
consecutive fixes are more than 60 s and 100 m apart, and nothing in the gap is covered.
"""

from __future__ import annotations

from dataclasses import dataclass

import numba
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

RUNNER_SPEED = 7.0  # m/s; nobody keeps this up with a lamp list in hand
CYCLIST_SPEED = 14.0  # m/s
MAX_ACCURACY = 50.0  # m
GAP_SECONDS = 60.0
GAP_METRES = 100.0

KEPT, ACCURACY, SPEED, TIME, POSITION = range(5)
REASONS = ("accuracy", "speed", "time", "position")  # in the order of the codes 1..4

_EARTH_RADIUS = 6_371_008.8
_JUMP_METRES = 20.0  # what noise alone moves a fix between two readings
_DRIFT_METRES = 10.0  # what noise alone moves the ends of a ten-second window
_HALF_WINDOW = 5.0  # s on each side; a speed held for ten seconds is sustained
_RIDE_METRES = 50.0  # a ride shorter than this is noise
_IMPOSSIBLE_METRES = 50.0  # beyond max_speed * time + this, two fixes are not one walk
_OUTLIER_FIXES = 5  # a longer run elsewhere is no outlier but another place


@dataclass(frozen=True, eq=False)
class CleanFixes:
    """What ``clean`` kept of n fixes.

    ``kept`` (K,) are indices into the input, in order of time. ``pieces`` (P + 1,) are offsets
    into ``kept``: piece p is ``kept[pieces[p]:pieces[p + 1]]``. ``reason`` (n,) is 0 for a kept
    fix, else the position of its reason in ``REASONS`` plus one. ``dropped`` counts per reason.
    """

    kept: Ints
    pieces: Ints
    reason: npt.NDArray[np.int8]

    @property
    def dropped(self) -> dict[str, int]:
        counts = np.bincount(self.reason, minlength=len(REASONS) + 1)
        return {name: int(counts[code]) for code, name in enumerate(REASONS, start=1)}


def clean(
    positions: npt.ArrayLike,
    seconds: npt.ArrayLike,
    accuracy: npt.ArrayLike | None = None,
    *,
    max_accuracy: float = MAX_ACCURACY,
    max_speed: float = RUNNER_SPEED,
    metres: bool = False,
) -> CleanFixes:
    """Decide on every fix of a track; the input is not changed.

    positions: (n, 2) lon, lat in degrees (WGS 84), or x, y in metres with ``metres=True``.
    seconds: (n,) of any epoch. accuracy: (n,) metres, NaN where unknown.

    - ``position``: not finite, out of range, or exactly 0, 0 (a receiver without a fix sends it).
    - ``accuracy``: worse than ``max_accuracy`` metres, or negative (the platforms' "invalid").
    - ``time``: missing, or the same instant as a fix before it. Fixes that come out of order are
      sorted, not dropped: chunks of an upload may overtake one another.
    - ``speed``: a jump out and back within five fixes, or a stretch faster than ``max_speed`` m/s
      held for ten seconds (between its neighbours where fixes are sparser). Standing at the stop
      is kept, the ride between two stops is not, and the track is cut there.

    O(n log n) for the sorting, else linear, memory too. Raises ValueError when the arrays differ
    in length.
    """
    points = np.array(positions, dtype=np.float64).reshape(-1, 2)
    instants = np.asarray(seconds, dtype=np.float64).reshape(-1)
    spread = (
        np.full(len(points), np.nan)
        if accuracy is None
        else np.asarray(accuracy, dtype=np.float64).reshape(-1)
    )
    if not len(points) == len(instants) == len(spread):
        raise ValueError(
            f"{len(points)} positions, {len(instants)} times and {len(spread)} accuracies."
        )
    reason = np.zeros(len(points), np.int8)
    reason[(spread > max_accuracy) | (spread < 0)] = ACCURACY
    reason[~np.isfinite(instants)] = TIME
    reason[~_possible(points, metres)] = POSITION
    candidates = np.flatnonzero(reason == KEPT)
    order = candidates[np.argsort(instants[candidates], kind="stable")]
    again = np.zeros(len(order), bool)
    again[1:] = np.diff(instants[order]) == 0
    reason[order[again]] = TIME
    order = order[~again]
    xy = points[order] if metres else _flatten(points[order])
    verdict, cut = _judge_speed(xy, instants[order], float(max_speed))
    reason[order[verdict]] = SPEED
    kept = order[~verdict]
    starts = np.flatnonzero(cut[~verdict])
    pieces = np.concatenate([starts, [len(kept)]]) if len(kept) else np.zeros(1)
    return CleanFixes(kept=kept, pieces=pieces.astype(np.int64), reason=reason)


def _possible(points: Floats, metres: bool) -> npt.NDArray[np.bool_]:
    with np.errstate(invalid="ignore"):
        if metres:
            return np.asarray((np.abs(points) < 1e8).all(axis=1))
        inside = (np.abs(points[:, 0]) <= 180.0) & (np.abs(points[:, 1]) <= 90.0)
        return np.asarray(inside & (points != 0.0).any(axis=1))


def _flatten(lonlat: Floats) -> Floats:
    """Metres good enough to tell a walk from a ride: each fix scaled at its own latitude."""
    if len(lonlat) == 0:
        return lonlat
    degrees = lonlat - lonlat[0]
    degrees[:, 0] = (degrees[:, 0] + 180.0) % 360.0 - 180.0
    scale = np.radians(1.0) * _EARTH_RADIUS
    east = degrees[:, 0] * np.cos(np.radians(lonlat[:, 1])) * scale
    return np.column_stack([east, degrees[:, 1] * scale])


@numba.njit(cache=True)
def _judge_speed(xy, seconds, max_speed):
    """(n,) is dropped, (n,) a piece starts here. Times strictly increase."""
    n = len(seconds)
    dropped = np.zeros(n, np.bool_)
    cut = np.zeros(n, np.bool_)
    _drop_outliers(xy, seconds, max_speed, dropped)
    riding = _find_rides(xy, seconds, max_speed, dropped)
    last = -1
    rode = False
    for i in range(n):
        if riding[i]:
            dropped[i] = True
            rode = True
        if dropped[i]:
            continue
        if last < 0:
            cut[i] = True
        else:
            wait = seconds[i] - seconds[last]
            metres = _distance(xy, last, i)
            cut[i] = (
                (wait > GAP_SECONDS and metres > GAP_METRES)
                or (rode and metres > _RIDE_METRES)
                or metres > max_speed * wait + _IMPOSSIBLE_METRES
            )
        last = i
        rode = False
    return dropped, cut


@numba.njit(cache=True)
def _distance(xy, i, j):
    # Not hypot, which guards against an overflow that no position on earth can cause.
    x, y = xy[j, 0] - xy[i, 0], xy[j, 1] - xy[i, 1]
    return np.sqrt(x * x + y * y)


@numba.njit(cache=True)
def _jumps(xy, seconds, i, j, max_speed):
    return _distance(xy, i, j) > max_speed * (seconds[j] - seconds[i]) + _JUMP_METRES


@numba.njit(cache=True)
def _drop_outliers(xy, seconds, max_speed, dropped):
    """Drop short runs of fixes between two jumps when the track goes on as if they were not there.

    At either end of the track there is only one side to ask: a short run before or after a much
    longer one is dropped.
    """
    n = len(seconds)
    start = 0  # of the run looked at
    before = -1  # last kept fix before it
    while start < n:
        stop = start + 1
        while stop < n and not _jumps(xy, seconds, stop - 1, stop, max_speed):
            stop += 1
        returned = before >= 0 and not _jumps(xy, seconds, before, start, max_speed)
        if stop - start <= _OUTLIER_FIXES and stop - start < n and not returned:
            if stop == n:
                outlier = before >= 3 * (stop - start)
            elif before < 0:
                end = stop + 1
                while end < n and not _jumps(xy, seconds, end - 1, end, max_speed):
                    end += 1
                outlier = end - stop >= 3 * (stop - start)
            else:
                # The rest of the track may come back after another outlier or two.
                outlier = False
                for later in range(stop, min(n, start + _OUTLIER_FIXES + 1)):
                    if not _jumps(xy, seconds, before, later, max_speed):
                        outlier = True
                        break
            if outlier:
                dropped[start:stop] = True
                start = stop
                continue
        before = stop - 1
        start = stop


@numba.njit(cache=True)
def _find_rides(xy, seconds, max_speed, dropped):
    """(n,) whether the fix lies within ten seconds (or two fixes) of sustained speed."""
    n = len(seconds)
    riding = np.zeros(n, np.bool_)
    kept = np.flatnonzero(~dropped)
    low = 0
    high = 0
    for k in range(len(kept)):
        i = kept[k]
        while low < k - 1 and seconds[i] - seconds[kept[low + 1]] >= _HALF_WINDOW:
            low += 1
        high = max(high, min(k + 1, len(kept) - 1))
        while high < len(kept) - 1 and seconds[kept[high]] - seconds[i] < _HALF_WINDOW:
            high += 1
        span = seconds[kept[high]] - seconds[kept[low]]
        metres = _distance(xy, kept[low], kept[high])
        riding[i] = metres > max_speed * span + _DRIFT_METRES
    return riding
