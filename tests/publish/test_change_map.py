"""The map beside two compared reports: which streets were newly walked, which no longer.

The small town has 24 segments of 100 m in two cells; see tests/town.py.
"""

import datetime as dt
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as own
from django.test import Client
from django.utils import timezone

from grid.models import Area, Segment
from patrols.coverage import midnight
from patrols.models import Patrol, WalkedStretch
from publish.coverage_report.drawn_change import ChangedArea
from publish.coverage_report.report import MapArea
from publish.models import ArchivedReport
from publish.report_archive.making import Wish, ask, make
from tests.town import Town, small_town

DAY = dt.timedelta(days=1)
#: Both weeks are over whatever the hour of the day.
END = timezone.localdate() - DAY
LATER, EARLIER = (END - 6 * DAY, END), (END - 13 * DAY, END - 7 * DAY)


@pytest.fixture
def town(db: None, settings: Any, tmp_path: Path) -> Town:
    kept: Any = own.STORAGES["reports"]
    settings.STORAGES = {
        **own.STORAGES,
        "reports": {**kept, "OPTIONS": {**kept["OPTIONS"], "location": tmp_path / "reports"}},
    }
    return small_town()


def walked(town: Town, segment: Segment, day: dt.date, start: int = 0, end: int = 1000) -> None:
    at = midnight(day) + dt.timedelta(hours=12)
    patrol = Patrol.objects.create(
        member=town.worker, started_at=at, received_at=at, state=Patrol.State.MATCHED,
        source_digest=f"{segment.pk} {day} {start}".encode(),
    )  # fmt: skip
    WalkedStretch.objects.create(
        patrol=patrol, segment=segment, start_dm=start, end_dm=end, walked_at=at, confidence=1
    )


def made(area: Area, days: tuple[dt.date, dt.date]) -> ArchivedReport:
    report = ask(Wish(area, *days, ("en",), ()), now=timezone.now())
    make(str(report.pk), timezone.now())
    return report


def page_of(town: Town, area: Area, language: str = "en", days: Any = (EARLIER, LATER)) -> str:
    first, second = (made(area, one) for one in days)
    client = Client(headers={"accept-language": language})
    client.force_login(town.administrator, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(f"/reports/{second.pk}/compare/{first.pk}/")
    assert answer.status_code == 200
    return answer.content.decode()


def told(page: str) -> dict[str, str]:
    """What stands beside the map."""
    return dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", page))


def a_week_each(town: Town) -> None:
    """A is walked in both, most of B newly, C no longer."""
    a, b, c = (town.segments[key] for key in sorted(town.segments)[:3])
    walked(town, a, EARLIER[0])
    walked(town, a, LATER[1])
    walked(town, b, LATER[0], 0, 600)
    walked(town, c, EARLIER[1])


def test_a_community_is_drawn_street_by_street(town: Town) -> None:
    a_week_each(town)
    page = page_of(town, town.community)
    assert told(page) == {
        "Newly walked": "60\u202fm",
        "No longer walked": "100\u202fm",
        "Walked in both": "100\u202fm",
        "Walked in neither": "2.1\u202fkm",
    }
    # A picture to those who have it read out: its title, and all that it shows in words.
    assert re.search(
        r'role="img" aria-labelledby="change-title" aria-describedby="change-says"', page
    )
    assert "No longer walked: 100\u202fm" in re.findall(r"<desc[^>]*>([^<]*)</desc>", page)[0]
    colours = re.findall(r'stroke="(#[0-9a-f]{6})" stroke-width', page)
    # By the web page's colours: the newly walked, the no longer walked, each on map and legend.
    assert colours.count("#0072b2") == colours.count("#c2410c") == 2


def test_a_larger_area_by_its_communities_and_in_chinese(town: Town) -> None:
    a_week_each(town)
    for segment in list(town.segments.values())[3:9]:
        walked(town, segment, LATER[0])
    page = page_of(town, town.city, "zh-hans")
    assert told(page) == {"覆盖率上升": town.community.name}
    assert "上升 5 个百分点以上" in page


def test_nothing_is_drawn_of_the_same_days_twice(town: Town) -> None:
    page = page_of(town, town.community, days=(LATER, LATER))
    assert "Where it changed" not in page


@pytest.mark.parametrize(
    ("by", "kind"),
    [(0.05, "gained"), (0.0499, "both"), (-0.0499, "both"), (-0.05, "lost"), (None, "neither")],
)
def test_five_points_are_a_change(by: float | None, kind: str) -> None:
    assert ChangedArea(MapArea("990101", "North", None, None, None), by).kind == kind
