"""What was walked comes out of the database as arrays, number for number."""

import datetime as dt
import math

from accounts.models import Member
from patrols.models import Patrol, WalkedStretch
from patrols.walks import streets_of, walks_on
from tests.town import Town

NOON = dt.datetime(2026, 6, 30, 12, tzinfo=dt.UTC)
LONG_AGO = dt.datetime(1969, 1, 1, tzinfo=dt.UTC)


def patrol(member: Member, name: str) -> Patrol:
    return Patrol.objects.create(
        member=member, received_at=NOON, source_digest=name.encode(), state=Patrol.State.MATCHED
    )


def walk(of: Patrol, segment, start: int, end: int, at: dt.datetime) -> None:
    WalkedStretch.objects.create(
        patrol=of, segment=segment, start_dm=start, end_dm=end, walked_at=at, confidence=1
    )


def test_walks_are_what_the_table_holds(town: Town) -> None:
    first, second = patrol(town.worker, "a"), patrol(town.teammate, "b")
    streets = list(town.segments.values())
    walk(first, streets[3], 20, 900, NOON)
    walk(second, streets[0], 0, 1000, NOON - dt.timedelta(microseconds=1))
    walk(first, streets[0], 999, 1000, dt.datetime(1999, 12, 31, 23, 59, 59, 999_999, dt.UTC))
    walk(second, streets[3], 1, 2, dt.datetime(1969, 12, 31, 23, 59, 59, 500_000, dt.UTC))
    known = streets_of(town.community)
    found = walks_on(known, since=LONG_AGO, until=NOON + dt.timedelta(seconds=1))
    ids = known.ids[found.on.segment].tolist()
    rows = zip(ids, found.on.start, found.on.end, found.second, found.member, strict=True)
    assert sorted(rows) == sorted(
        (
            row.segment_id,
            row.start_dm,
            row.end_dm,
            math.floor(row.walked_at.timestamp()),
            row.patrol.member_id,
        )
        for row in WalkedStretch.objects.select_related("patrol")
    )
    numbers = dict(zip(found.member.tolist(), found.patrol.tolist(), strict=True))
    assert len(set(numbers.values())) == len(set(found.patrol.tolist())) == 2


def test_only_what_was_walked_in_time_and_here(town: Town) -> None:
    walk(patrol(town.worker, "a"), town.segments[(50, 50), (150, 50)], 0, 10, NOON)
    west, east = streets_of(town.west), streets_of(town.east)
    later = NOON + dt.timedelta(seconds=1)
    assert len(walks_on(west, since=NOON, until=later).second) == 1
    assert not len(walks_on(west, since=LONG_AGO, until=NOON).second)
    assert not len(walks_on(west, since=later, until=later).second)
    assert not len(walks_on(east, since=LONG_AGO, until=later).second)
