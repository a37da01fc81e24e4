"""When it is night: between civil dusk and civil dawn, by the sun over one place.

The sun's position is astral's, after Meeus, "Astronomical Algorithms" (1991), as NOAA computes it.
"""

import datetime as dt

import numpy as np
from astral import Observer
from astral.sun import dawn, dusk, elevation
from numpy.typing import ArrayLike, NDArray

#: The sun stands so far (degrees) below the horizon at civil dusk, when lamps are lit.
DEPRESSION = 6.0
_DAY = dt.timedelta(days=1)


def nights(
    lon: float, lat: float, *, since: dt.datetime, until: dt.datetime
) -> NDArray[np.float64]:
    """Nights that touch [since, until) at a place (WGS 84), as (N, 2) Unix seconds, ascending.

    Where the sun does not reach the depression that day, the whole day is night or none of it.
    """
    observer = Observer(latitude=lat, longitude=lon)
    found: list[tuple[float, float]] = []
    # Days by the sun over the place, so that each has its own noon and night.
    zone = dt.timezone(dt.timedelta(seconds=round(lon * 240)))
    day = since.astimezone(zone).date() - _DAY
    while day <= until.astimezone(zone).date():
        noon = dt.datetime.combine(day, dt.time(12), zone)
        begin, end = _ends(observer, day, zone, noon)
        if begin is not None and end is not None:
            found.append((begin.timestamp(), end.timestamp()))
        day += _DAY
    spans = np.array(found, dtype=np.float64).reshape(-1, 2)
    keep = (spans[:, 1] > since.timestamp()) & (spans[:, 0] < until.timestamp())
    return spans[keep]


def _ends(
    observer: Observer, day: dt.date, zone: dt.tzinfo, noon: dt.datetime
) -> tuple[dt.datetime | None, dt.datetime | None]:
    """From dusk of the day, or its noon, to dawn of the next, or its noon; None for no night."""
    midnight, next_noon = noon + _DAY / 2, noon + _DAY
    if elevation(observer, midnight) > -DEPRESSION:
        return None, None
    if elevation(observer, noon) < -DEPRESSION:
        begin = noon
    else:
        begin = _edge(dusk, observer, day, zone, noon)
    if elevation(observer, next_noon) < -DEPRESSION:
        end = next_noon
    else:
        end = _edge(dawn, observer, day + _DAY, zone, next_noon)
    return begin, end


def _edge(
    which: object, observer: Observer, day: dt.date, zone: dt.tzinfo, otherwise: dt.datetime
) -> dt.datetime:
    try:
        found: dt.datetime = which(observer, day, DEPRESSION, zone)  # type: ignore[operator]
    except ValueError:  # the sun grazes the depression: astral finds no moment
        return otherwise
    return found


def at_night(seconds: ArrayLike, spans: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Which instants (n,) in Unix seconds lie in one of the nights (N, 2)."""
    moments = np.asarray(seconds, dtype=np.float64)
    if not len(spans):
        return np.zeros(moments.shape, dtype=bool)
    index = np.searchsorted(spans[:, 0], moments, side="right") - 1
    return (index >= 0) & (moments < spans[np.maximum(index, 0), 1])
