"""When a cell's streets were last walked, as a tablet carries it, in the small town."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Member
from grid.models import Cadence, Segment
from patrols.models import WalkedStretch
from sync import freshness
from tests.conftest import Queries
from tests.town import Town, walk

pytestmark = pytest.mark.django_db
FIRST = ((50, 50), (150, 50))
BORDER = ((150, 50), (250, 50))


def ask(member: Member, code: str, **headers: str) -> Any:
    client = Client()
    client.force_login(member)
    return client.get(f"/api/v1/sync/freshness/{code}/", headers=headers)


def version(town: Town, now: dt.datetime | None = None) -> str:
    return freshness.versions([town.west], now or timezone.now())[town.west.code]


def today() -> int:
    return (timezone.localdate() - dt.date(1970, 1, 1)).days


# Row 1 across the border of the cells, in decimetres:
#
#   0      200        400  west | east       800    1000
#   |       | yesterday         |  three days |
#           |  two  |
def test_each_metre_has_its_last_day_in_the_own_cell(town: Town) -> None:
    walk(town, town.worker, BORDER, 200, 400, days_ago=2)
    walk(town, town.teammate, BORDER, 300, 500, days_ago=1)
    walk(town, town.teammate, BORDER, 500, 800, days_ago=3)
    before = int(timezone.now().timestamp() * 1000)
    answer = ask(town.worker, town.west.code)
    found, key = answer.json(), str(town.segments[BORDER].pk)
    assert found["segments"] == {key: [[200, 300, today() - 2], [300, 500, today() - 1]]}
    assert found["cell"] == town.west.code
    assert answer["ETag"] == f'"{found["version"]}"'
    assert before <= found["as_of"] <= timezone.now().timestamp() * 1000
    east = ask(town.teammate, town.east.code).json()
    assert east["segments"] == {key: [[500, 800, today() - 3]]}


def test_days_are_those_of_the_place_and_neighbours_of_one_day_are_joined(
    town: Town, settings: Any
) -> None:
    settings.TIME_ZONE = "Asia/Shanghai"
    day = dt.date(2026, 6, 30)
    for minute, (start, end) in ((-1, (0, 100)), (0, (100, 200)), (1439, (200, 300))):
        walk(town, town.worker, FIRST, start, end, days_ago=1)
        at = dt.datetime(2026, 6, 29, 16, tzinfo=dt.UTC) + dt.timedelta(minutes=minute)
        WalkedStretch.objects.filter(start_dm=start).update(walked_at=at)
    now = dt.datetime(2026, 7, 2, tzinfo=dt.UTC)
    found = freshness.freshness(town.west, "v", now)["segments"]
    number = (day - dt.date(1970, 1, 1)).days
    assert list(found.values()) == [[[0, 100, number - 1], [100, 300, number]]]


def test_what_was_walked_long_ago_is_left_out_unless_a_cadence_is_longer(town: Town) -> None:
    walk(town, town.worker, FIRST, 0, 500, days_ago=100)
    assert ask(town.worker, town.west.code).json()["segments"] == {}
    before = version(town)
    Cadence.objects.create(kind="street", days=120)
    assert version(town) != before
    assert len(ask(town.worker, town.west.code).json()["segments"]) == 1
    Cadence.objects.all().delete()
    Segment.objects.filter(pk=town.segments[FIRST].pk).update(cadence_days=120)
    assert len(ask(town.worker, town.west.code).json()["segments"]) == 1


def test_the_version_tells_walks_of_the_cell_and_no_others(town: Town) -> None:
    seen = [version(town)]
    walk(town, town.teammate, ((250, 50), (350, 50)), 0, 500, days_ago=1)
    assert version(town) == seen[0]
    first = walk(town, town.worker, FIRST, 0, 500, days_ago=1)
    seen.append(version(town))
    walk(town, town.worker, FIRST, 0, 500, days_ago=1)
    seen.append(version(town))
    first.delete()
    seen.append(version(town))
    town.west.stretches.filter(segment=town.segments[FIRST]).delete()
    seen.append(version(town))
    assert len(set(seen)) == 5


def test_an_unchanged_answer_is_not_made_again(town: Town, queries: Queries) -> None:
    walk(town, town.worker, FIRST, 0, 500, days_ago=1)
    tag = ask(town.worker, town.west.code)["ETag"]
    client = Client()
    client.force_login(town.worker)
    address = f"/api/v1/sync/freshness/{town.west.code}/"
    # Session, member, responsibilities, cell, stretches, walks.
    with queries(6):
        assert client.get(address, headers={"If-None-Match": tag}).status_code == 304
    # The same six, and stretches, segments, parts, walks.
    with queries(10):
        assert client.get(address).status_code == 200


def test_the_feed_asks_for_all_cells_in_two_queries(town: Town, queries: Queries) -> None:
    now = timezone.now()
    with queries(2):
        found = freshness.listed([town.west, town.east], now)
    assert [row["cell"] for row in found] == [town.west.code, town.east.code]
    assert freshness.listed([], now) == []


def test_it_tells_neither_hour_nor_name_and_only_of_own_cells(town: Town) -> None:
    walk(town, town.teammate, FIRST, 0, 500, days_ago=1)
    found = ask(town.worker, town.west.code).json()
    assert set(found) == {"cell", "version", "as_of", "segments"}
    assert found["segments"] == {str(town.segments[FIRST].pk): [[0, 500, today() - 1]]}
    for member, code in ((town.worker, town.east.code), (town.leader, town.west.code)):
        assert ask(member, code).status_code == 404
