"""Fixes of somebody who walks straight lines in the small town."""

import datetime as dt

import numpy as np

from patrols.gpx import Fixes
from tests.town import place

START = dt.datetime(2026, 6, 30, 9, tzinfo=dt.UTC)
SPEED = 1.3  # m/s


def fixes(*corners: tuple[float, float], every: float = 3.0, noise: float = 2.0) -> Fixes:
    """Fixes along the corners (metres from the town's corner), with seeded noise per axis."""
    line = np.array(corners, dtype=float)
    along = np.concatenate(([0], np.cumsum(np.hypot(*np.diff(line, axis=0).T))))
    seconds = np.arange(0, along[-1] / SPEED, every)
    rng = np.random.default_rng(7)
    xy = np.column_stack([np.interp(seconds * SPEED, along, line[:, axis]) for axis in (0, 1)])
    lonlat = np.array([place(*point) for point in xy + rng.normal(0, noise, xy.shape)])
    return Fixes(
        lonlat[:, 0],
        lonlat[:, 1],
        np.rint((START.timestamp() + seconds) * 1000).astype(np.int64),
        np.full(len(xy), 5.0),
    )
