"""When it is night."""

import datetime as dt
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.night import at_night, nights

BEIJING, HELSINKI, TROMSO, QUITO = (116.4, 39.9), (24.94, 60.17), (18.95, 69.65), (-78.5, -0.2)


def night(place, text, zone="UTC"):
    moment = dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))
    spans = nights(*place, since=moment - dt.timedelta(days=2), until=moment + dt.timedelta(days=2))
    return bool(at_night([moment.timestamp()], spans)[0])


@pytest.mark.parametrize(
    ("place", "zone", "text", "expected"),
    [
        # Civil twilight of almanacs: Beijing on 22 November 2026, 06:34 to 17:23.
        (BEIJING, "Asia/Shanghai", "2026-11-22 17:15", False),
        (BEIJING, "Asia/Shanghai", "2026-11-22 17:30", True),
        (BEIJING, "Asia/Shanghai", "2026-11-22 06:25", True),
        (BEIJING, "Asia/Shanghai", "2026-11-22 06:45", False),
        (BEIJING, "Asia/Shanghai", "2026-11-22 12:00", False),
        # In the north the sun of midsummer hardly goes, and that of midwinter hardly comes.
        (HELSINKI, "Europe/Helsinki", "2026-06-21 22:00", False),
        (HELSINKI, "Europe/Helsinki", "2026-12-21 17:00", True),
        (TROMSO, "Europe/Oslo", "2026-06-21 00:30", False),
        (TROMSO, "Europe/Oslo", "2026-12-21 18:00", True),
        (TROMSO, "Europe/Oslo", "2026-12-21 12:00", False),
        (QUITO, "America/Guayaquil", "2026-03-20 20:00", True),
        (QUITO, "America/Guayaquil", "2026-03-20 12:00", False),
    ],
)
def test_night_by_the_sun_over_the_place(place, zone, text, expected):
    assert night(place, text, zone) is expected


def test_at_the_pole_there_is_one_night_and_one_day():
    assert night((0, 89.9), "2026-12-21 12:00")
    assert not night((0, 89.9), "2026-06-21 00:00")


def test_no_nights_no_night():
    assert not at_night([0.0, 1e9], np.zeros((0, 2))).any()


@given(
    st.floats(-180, 180),
    st.floats(-66, 66),
    st.datetimes(dt.datetime(2020, 1, 1), dt.datetime(2030, 1, 1), timezones=st.just(dt.UTC)),
)
def test_nights_follow_each_other_and_none_is_longer_than_a_day(lon, lat, since):
    spans = nights(lon, lat, since=since, until=since + dt.timedelta(days=5))
    assert (spans[:, 0] < spans[:, 1]).all()
    assert (spans[1:, 0] >= spans[:-1, 1]).all()
    assert ((spans[:, 1] - spans[:, 0]) <= 86_400).all()
