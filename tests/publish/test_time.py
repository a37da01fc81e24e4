"""Weeks of walks and cases in one answer, and two periods compared."""

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Member
from cases.models import Case, Event
from patrols.coverage import midnight
from patrols.models import WalkedStretch
from tests.cases.play import do, report
from tests.town import Town, walk

pytestmark = pytest.mark.django_db

FIRST = ((50, 50), (150, 50))
BORDER = ((150, 50), (250, 50))
LAST = ((250, 50), (350, 50))
#: Days of the tests; nothing depends on the day they run on.
TO = dt.date(2026, 3, 20)


def asked(member: Member, address: str, **query: Any) -> Any:
    client = Client()
    client.force_login(member)
    return client.get(f"/api/v1/{address}/", query)


def day(back: int) -> str:
    return (TO - dt.timedelta(days=back)).isoformat()


def walked(town: Town, ends: Any, start: int, end: int, *, back: int, hour: float = 12) -> None:
    """A walk so many days before the last one of the tests, at an hour of local time."""
    patrol = walk(town, town.worker, ends, start, end, days_ago=0)
    at = midnight(TO - dt.timedelta(days=back)) + dt.timedelta(hours=hour)
    WalkedStretch.objects.filter(patrol=patrol).update(walked_at=at)


def painted(answer: Any, segment: int, nth: int) -> list[list[int]]:
    """What the browser makes of a history on the nth day: [start, end, hour] (walk_history.js)."""
    end = (answer["midnights"][nth + 1] - answer["base"]) // 3600
    metres: dict[int, int] = {}
    for event in answer["segments"].get(str(segment), []):
        hour, start, to = [event, 0, 1000] if isinstance(event, int) else event
        if end - 24 * answer["days"] <= hour < end:
            metres.update(dict.fromkeys(range(start, to, 100), hour))
    return [[at, at + 100, metres[at]] for at in sorted(metres)]


# Row 1 from (50, 50) to (150, 50), in decimetres:
#
#   0       300       500        1000
#   |   20 days before, whole      |
#   |       |  7 days  |           |
#   |       |  7 days, again later in the day
def test_each_day_of_a_history_is_what_freshness_says_of_it(town: Town) -> None:
    walked(town, FIRST, 0, 1000, back=20)
    walked(town, FIRST, 300, 500, back=7, hour=9)
    walked(town, FIRST, 300, 500, back=7, hour=17.5)
    walked(town, LAST, 0, 400, back=0, hour=0)
    terms = {"area": town.community.code, "days": 14, "as_of": day(0)}
    answer = asked(town.coordinator, "history", over=28, **terms).json()
    assert len(answer["midnights"]) == 29
    first, last = town.segments[FIRST].pk, town.segments[LAST].pk
    # The earlier of the two walks of one day never shows.
    assert len(answer["segments"][str(first)]) == 2
    for back in (20, 8, 7, 6, 0):
        told = asked(town.coordinator, "freshness", **{**terms, "as_of": day(back)}).json()
        for pk in (first, last):
            spans = [
                [at, at + 100, (second - answer["base"]) // 3600]
                for start, end, second in told["segments"].get(str(pk), [])
                for at in range(start, end, 100)
            ]
            assert painted(answer, pk, 27 - back) == spans, (back, pk)


def test_a_history_holds_only_the_stretches_of_the_area(town: Town) -> None:
    walked(town, BORDER, 0, 1000, back=1)
    answer = asked(town.worker, "history", area=town.west.code, as_of=day(0)).json()
    events = answer["segments"][str(town.segments[BORDER].pk)]
    assert [event[1:] for event in events] == [[0, 500]]
    assert asked(town.outsider, "history", area=town.west.code).status_code == 403
    assert asked(town.coordinator, "history", area=town.west.code, over=185).status_code == 400


def test_an_unchanged_history_is_not_sent_again(town: Town) -> None:
    walked(town, FIRST, 0, 1000, back=3)
    client = Client()
    client.force_login(town.coordinator)
    query = {"area": town.community.code, "as_of": day(0)}
    before = client.get("/api/v1/history/", query)
    again = client.get("/api/v1/history/", query, headers={"If-None-Match": before["ETag"]})
    assert again.status_code == 304
    walked(town, FIRST, 0, 100, back=2)
    again = client.get("/api/v1/history/", query, headers={"If-None-Match": before["ETag"]})
    assert again.status_code == 200


# In decimetres:          earlier week        later week
#   Row 1, 50..150        0-600               400-1000     → lost 400, both 200, gained 400
#   Row 1, 150..250       –                   0-1000       → gained 1000: half in each cell
#   Row 1, 250..350       0-1000              –            → lost 1000
def test_the_difference_adds_up_to_coverage(town: Town) -> None:
    walked(town, FIRST, 0, 600, back=10)
    walked(town, LAST, 0, 1000, back=9)
    walked(town, FIRST, 400, 1000, back=3)
    walked(town, BORDER, 0, 1000, back=0)
    area = town.community.code
    terms = {"area": area, "days": 7, "as_of": day(0), "vs_as_of": day(7)}
    answer = asked(town.coordinator, "difference", **terms).json()
    names = ("metres", "both", "gained", "lost", "neither")
    assert [answer[name] for name in names] == [2400, 20, 140, 140, 2100]
    assert "segments" not in answer
    cells = {cell["code"]: [cell[name] for name in names] for cell in answer["cells"]}
    assert cells == {
        town.west.code: [1200, 20, 90, 40, 1050],
        town.east.code: [1200, 0, 50, 100, 1050],
    }
    for as_of, alone in ((day(0), "gained"), (day(7), "lost")):
        whole = asked(town.coordinator, "coverage", area=area, days=7, as_of=as_of).json()
        assert whole["covered_metres"] == answer["both"] + answer[alone]
        for cell in whole["cells"]:
            _all, both, gained, lost, _none = cells[cell["code"]]
            assert cell["covered_metres"] == both + {"gained": gained, "lost": lost}[alone]


def test_a_difference_can_be_drawn(town: Town) -> None:
    walked(town, FIRST, 0, 600, back=10)
    walked(town, FIRST, 400, 1000, back=3)
    terms = {"area": town.west.code, "days": 7, "as_of": day(0), "segments": "true"}
    answer = asked(town.worker, "difference", **terms, vs_as_of=day(7), vs_days=14).json()
    assert answer["segments"] == {
        str(town.segments[FIRST].pk): [[400, 600, 0], [600, 1000, 1], [0, 400, 2]]
    }
    assert asked(town.worker, "difference", area=town.west.code).status_code == 400
    refused = asked(town.teammate, "difference", area=town.west.code, vs_as_of=day(7))
    assert refused.status_code == 403


def test_equal_periods_do_not_differ(town: Town) -> None:
    walked(town, FIRST, 0, 600, back=1)
    terms = {"area": town.west.code, "days": 7, "as_of": day(0), "vs_as_of": day(0)}
    answer = asked(town.worker, "difference", **terms).json()
    assert (answer["both"], answer["gained"], answer["lost"]) == (60, 0, 0)


MONDAY = dt.datetime(2026, 3, 2, 10, tzinfo=ZoneInfo("Asia/Shanghai"))


def later(days: float) -> dt.datetime:
    return MONDAY + dt.timedelta(days=days)


def states(member: Member, last: dt.date, over: int) -> dict[int, list[str]]:
    """By case, its states from the answer, in order."""
    answer = asked(member, "history/cases", as_of=last.isoformat(), over=over).json()
    assert len(answer["midnights"]) == over + 1
    return {row[0]: [answer["states"][step[1]] for step in row[4]] for row in answer["cases"]}


def test_cases_have_their_states_of_then(town: Town) -> None:
    going = report(town, now=MONDAY)
    do(going, "accept", town.worker, now=later(2))
    ended = report(town, now=later(1))
    do(ended, "decline", town.worker, now=later(3), note="Mended already")
    last = later(8).date()
    assert states(town.coordinator, last, 9) == {
        going.pk: ["reported", "accepted"],
        ended.pk: ["reported", "declined"],
    }
    # Before it was reported, and after it had ended, there is nothing to show.
    assert states(town.coordinator, MONDAY.date(), 1) == {going.pk: ["reported"]}
    assert states(town.coordinator, last, 2) == {going.pk: ["accepted"]}
    assert states(town.outsider, last, 9) == {}


def test_a_case_keeps_the_due_time_of_each_day(town: Town) -> None:
    case = report(town, now=MONDAY)
    first = Case.objects.get(pk=case.pk).due_at
    do(case, "accept", town.worker, now=later(1))
    new = later(20)
    do(case, "dispatch", town.coordinator, now=later(2),
       details={"assignee": town.worker, "due_at": new})  # fmt: skip
    answer = asked(town.coordinator, "history/cases", as_of=later(5).date().isoformat()).json()
    [row] = answer["cases"]
    due = [step[2] for step in row[4]]
    assert first is not None
    assert due == [int(first.timestamp())] * 2 + [int(new.timestamp())]
    assert Event.objects.filter(case=case).count() == 3


def test_time_asks_few_questions(town: Town, django_assert_max_num_queries: Any) -> None:
    walked(town, FIRST, 0, 600, back=1)
    report(town, now=timezone.now() - dt.timedelta(days=1))
    client = Client()
    client.force_login(town.coordinator)
    area = town.community.code
    # Session, member, responsibilities; area, streets (2), mark, walks, cadences (2).
    with django_assert_max_num_queries(12):
        client.get("/api/v1/history/", {"area": area})
    # The second period adds its mark and its walks.
    with django_assert_max_num_queries(14):
        client.get("/api/v1/difference/", {"area": area, "vs_as_of": day(7)})
    # What may be seen (4); cases, events, categories.
    with django_assert_max_num_queries(11):
        client.get("/api/v1/history/cases/")
