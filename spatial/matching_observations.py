"""Fewer and better positions: means of neighbouring fixes, and one position per stay.

The noise of a receiver wanders slowly, so a fix a second is far less evidence than it looks. Fixes
are gathered in blocks of a few seconds or metres; an observation is the mean of two neighbouring
blocks, so that observations overlap and no corner is lost. Whoever stands still for a minute or
longer gives one observation, however long the stay.
"""

from __future__ import annotations

import numba
import numpy as np

BLOCK_SECONDS = 6.0
BLOCK_METRES = 8.0  # a faster traveller gets shorter blocks
STAY_SECONDS = 150.0
STAY_METRES = 12.0
STAY_DEVIATIONS = 2.5  # ... or so many, where the receiver is worse: then for so much longer
STAY_BLOCKS_AWAY = 5  # noise takes the fixes no farther than twice that, and not for long

# m/s. The pace is known to one of these steps, so that the next fixes of a walk seldom change it,
# and with it everything that was worked out for the fixes before.
_PACE_STEP = 0.25


@numba.njit(cache=True)
def observe(xy, seconds, noise, pieces):
    """Observations of all pieces.

    Returns (T, 2) positions, (T, 2) first and last moment of the fixes behind each, (T,) standard
    deviation per axis in metres, (P + 1,) offsets of the pieces, and (P, 3) of each piece the
    metres walked before its first and after its last observation (both are means) and its pace,
    rounded up to a quarter of a metre per second.
    """
    n = len(seconds)
    out_xy = np.empty((2 * n, 2))
    out_time = np.empty((2 * n, 2))
    out_noise = np.empty(2 * n)
    out_pieces = np.zeros(len(pieces), np.int64)
    out_gait = np.zeros((len(pieces) - 1, 3))
    used = 0
    for p in range(len(pieces) - 1):
        pace = _pace(xy, seconds, pieces[p], pieces[p + 1])
        brisk = np.ceil(pace / _PACE_STEP) * _PACE_STEP
        block_xy, block_time, block_noise = _blocks(
            xy, seconds, noise, pieces[p], pieces[p + 1], min(BLOCK_SECONDS, BLOCK_METRES / brisk)
        )
        stay_end = _stays(block_xy, block_time, block_noise)
        used = _join(block_xy, block_time, block_noise, stay_end, out_xy, out_time, out_noise, used)
        out_pieces[p + 1] = used
        out_gait[p, 2] = brisk
        for side, at in enumerate((out_pieces[p], used - 1)):
            span = out_time[at, 1] - out_time[at, 0]
            if span < STAY_SECONDS:
                out_gait[p, side] = pace * span / 2.0
    return (
        out_xy[:used].copy(),
        out_time[:used].copy(),
        out_noise[:used].copy(),
        out_pieces,
        out_gait,
    )


@numba.njit(cache=True)
def _pace(xy, seconds, start, stop):
    """m/s: the upper quartile over windows of at least 20 s, so that stops do not count."""
    speeds = np.empty(stop - start)
    count = 0
    i = start
    for j in range(start + 1, stop):
        wait = seconds[j] - seconds[i]
        if wait >= 20.0:
            speeds[count] = np.hypot(xy[j, 0] - xy[i, 0], xy[j, 1] - xy[i, 1]) / wait
            count += 1
            i = j
    if count == 0:
        return 1.3
    return max(np.sort(speeds[:count])[(3 * count) // 4], 0.5)


@numba.njit(cache=True)
def _blocks(xy, seconds, noise, start, stop, span):
    """Means of the fixes of one piece, ``span`` seconds each."""
    block_xy = np.zeros((stop - start, 2))
    block_time = np.empty((stop - start, 2))
    block_noise = np.zeros(stop - start)
    used = 0
    i = start
    while i < stop:
        j = i
        # Half a millisecond: times that were summed or divided are not exact.
        while j < stop and seconds[j] - seconds[i] < span - 5e-4:
            block_xy[used] += xy[j]
            block_noise[used] += noise[j]
            j += 1
        block_xy[used] /= j - i
        block_noise[used] /= j - i
        block_time[used, 0], block_time[used, 1] = seconds[i], seconds[j - 1]
        used += 1
        i = j
    return block_xy[:used], block_time[:used], block_noise[:used]


@numba.njit(cache=True)
def _stays(block_xy, block_time, block_noise):
    """(B,) for the first block of a stay the block after its last, else 0."""
    total = len(block_xy)
    stay_end = np.zeros(total, np.int64)
    i = 0
    while i < total:
        x, y = block_xy[i, 0], block_xy[i, 1]
        inside = 1
        last = i
        near = max(STAY_METRES, STAY_DEVIATIONS * block_noise[i])
        for j in range(i + 1, total):
            dx, dy = block_xy[j, 0] - x / inside, block_xy[j, 1] - y / inside
            away = np.sqrt(dx * dx + dy * dy)
            if away <= near:
                x += block_xy[j, 0]
                y += block_xy[j, 1]
                inside += 1
                last = j
            elif away > 2.0 * near or j - last > STAY_BLOCKS_AWAY:
                break
        stayed = block_time[last, 1] - block_time[i, 0]
        if last > i + 1 and stayed >= STAY_SECONDS * near / STAY_METRES:
            stay_end[i] = last + 1
            i = last + 1
        else:
            i += 1
    return stay_end


@numba.njit(cache=True)
def _join(block_xy, block_time, block_noise, stay_end, out_xy, out_time, out_noise, used):
    """Write the observations of one piece: stays, else means of two neighbouring blocks."""
    total = len(block_xy)
    i = 0
    alone = True  # the first block of a stretch also stands alone, so that its end is not lost
    while i < total:
        if stay_end[i] > 0:
            stop = stay_end[i]
            for axis in range(2):
                out_xy[used, axis] = block_xy[i:stop, axis].mean()
            out_time[used, 0], out_time[used, 1] = block_time[i, 0], block_time[stop - 1, 1]
            out_noise[used] = block_noise[i:stop].mean()
            used += 1
            i = stop
            alone = True
            continue
        last = i + 1 >= total or stay_end[i + 1] > 0
        near = not last and block_time[i + 1, 0] - block_time[i, 0] < 1.5 * BLOCK_SECONDS
        if alone or not near:
            out_xy[used] = block_xy[i]
            out_time[used] = block_time[i]
            out_noise[used] = block_noise[i]
            used += 1
        if near:
            out_xy[used] = (block_xy[i] + block_xy[i + 1]) / 2.0
            out_time[used, 0], out_time[used, 1] = block_time[i, 0], block_time[i + 1, 1]
            out_noise[used] = (block_noise[i] + block_noise[i + 1]) / 2.0
            used += 1
        alone = not near
        i += 1
    return used
