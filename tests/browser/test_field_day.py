"""The day of a worker, end to end: everything made without a network is at the office once."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from accounts import acting
from accounts.models import Member, Role
from cases.models import Case, Photo
from grid.models import Responsibility
from households.models import Visit
from patrols import ingest
from patrols.gpx import Fixes
from patrols.match import match_patrol
from patrols.models import Patrol, TrackChunk, WalkedStretch
from streetlights.models import Lamp, LampSighting
from sync.models import Conflict, Device, Operation
from tests.browser import test_field_records as records
from tests.browser import test_field_walk as walks
from tests.browser.conftest import Open
from tests.browser.test_field_records import _photos, sent, show, states, town
from tests.browser.test_field_walk import figure, go, track_mode, until, walked_metres
from tests.browser.test_map import FRESH, at, shows
from tests.households.care import DAY
from tests.town import Town

__all__ = ["_photos", "town", "track_mode"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Mode = Callable[[str], None]
STRETCHES = ("segment_id", "start_dm", "end_dm")


def cut_first_answers(page: Page) -> list[str]:
    """The server takes in each thing that is sent, and its first answer never arrives."""
    cut: list[str] = []

    def handle(route: Route) -> None:
        request = route.request
        name = f"{request.method} {request.url}"
        if request.method == "GET" or name in cut:
            route.continue_()
            return
        answer = route.fetch()
        assert answer.ok, answer.text()
        cut.append(name)
        route.abort("connectionreset")

    page.context.route("**/api/v1/sync/**", handle)
    return cut


def everything_sent(page: Page) -> None:
    page.context.set_offline(False)
    # Waiting times after an answer that did not come pass quickly.
    for _try in range(4):
        page.clock.run_for(2000)
        page.evaluate("gridwalk.pull()")
    sent(page)


def matched(town: Town, fixes: dict[str, list[Any]]) -> list[tuple[int, ...]]:
    """What the server's own matcher makes of the fixes that were on the tablet."""
    lon, lat = (np.array(fixes[name], dtype=float) for name in ("lon", "lat"))
    ms = np.array(fixes["ms"], dtype=np.int64)
    accuracy = np.array(fixes["accuracy"], dtype=float)
    now = timezone.now()
    track = Fixes(lon, lat, ms - ms[-1] + int(now.timestamp() * 1000), accuracy)
    stored = ingest.store(town.leader, track, now=now, match_later=False)
    patrol = match_patrol(stored.patrol.pk, now=now)
    rows = WalkedStretch.objects.filter(patrol=patrol).values_list(*STRETCHES)
    return sorted(rows)


def office_has_it_once(town: Town, open_page: Open, patrol: Patrol) -> None:
    """On the map, in the list of cases and on the case's page, on the visit's; nothing waits."""
    layers: Any = {"layers": "streets"}
    map_ = open_page(town.coordinator, at(75, 50, **layers))
    shows(map_, FRESH["today"])
    told = map_.evaluate(
        "fetch('/api/v1/coverage/?area=990101001001001&days=1').then((answer) => answer.json())"
    )
    assert told["covered_metres"] == pytest.approx(float(patrol.covered_metres), abs=0.2)
    assert (told["patrols"], told["members"]) == (1, 1)
    page = open_page(town.coordinator, "/cases/", wait=False)
    expect(page.locator("table tbody tr")).to_have_count(2)
    page.get_by_role("link", name="Streetlight is dark").first.click()
    page.wait_for_url("**/cases/*/")
    mine = Case.objects.get(description="Dark since yesterday")
    page.goto(f"/cases/{mine.pk}/")
    expect(page.locator(".history img")).to_have_count(1)
    expect(page.locator(".history img")).to_have_js_property("naturalWidth", 320)
    with acting.as_member(town.worker):
        made = Visit.objects.get(state="done").pk
    page.goto(f"/care/visits/{made}/")
    expect(page.locator("main")).to_contain_text("Needs attention")
    page.goto("/sync/")
    expect(page.locator("nav")).to_contain_text("From tablets")
    expect(page.locator("main")).not_to_contain_text("New case")


# 50       150
#  +--------+   Row 1 (y = 50): from x = 52 to the corner, then up Alley 2 to y = 100. In the middle
#           |   a case, a lamp and a visit are recorded, and the app is reloaded.
@pytest.mark.parametrize(("mode", "tabs"), [("tracks", 1), ("metres", 2)])
def test_a_day_without_a_network_is_at_the_office_once(
    town: Town, open_page: Open, track_mode: Mode, mode: str, tabs: int
) -> None:
    track_mode(mode)
    records.door(town)
    page = walks.tablet(open_page, town, 52, 50, has_touch=True)
    until(page, "navigator.serviceWorker.controller && gridwalk.data.pulledAt")
    page.context.set_offline(True)
    page.reload()
    other = page if tabs == 1 else page.context.new_page()
    if tabs > 1:
        other.goto("/field/")
        records.ready(other)
    records.ready(page)
    page.get_by_role("button", name="Start walk").click()
    page.locator(".walk-state.recording").wait_for()
    go(page, (52, 50), (100, 50))
    records.offline_records(other, town)
    page.reload()
    # The tab that is still open takes the walk up at once.
    page = other
    if tabs > 1:
        until(page, "gridwalk.walk.recording")
        page.evaluate("gridwalk.show('walk')")
    page.locator(".walk-state.recording").wait_for()
    go(page, (104, 50), (148, 50))
    go(page, (150, 52), (150, 100))
    page.clock.run_for(2000)
    fixes = page.evaluate("gridwalk.walk.fixes")
    walks.end_walk(page)
    page.get_by_role("button", name="Walked, nothing wrong").click()
    expect(page.locator(".good").first).to_contain_text("nothing was wrong")
    covered = float(figure(page, "Walked").split()[0])
    assert not Operation.objects.exists()

    cut = cut_first_answers(page)
    everything_sent(page)
    assert {name.split()[0] for name in cut} == {"POST", "PUT"}
    assert {state for _kind, state in states(page).items()} <= {"applied", "already_applied"}
    patrol = Patrol.objects.get()
    if mode == "tracks":
        patrol = match_patrol(patrol.pk, now=timezone.now())
    else:
        assert not TrackChunk.objects.exists()
    assert patrol.nothing_wrong_at
    assert float(patrol.covered_metres) == pytest.approx(covered, abs=1)
    assert walked_metres() == pytest.approx(float(patrol.covered_metres), abs=0.2)
    assert Case.objects.count() == 2
    assert Photo.objects.filter(event__case__description="Dark since yesterday").count() == 1
    seen = LampSighting.objects.order_by("seen_at").values_list("state", flat=True)
    assert list(seen) == ["dark", "lit", "dark"]
    operations = Operation.objects.order_by("sequence").values_list("sequence", flat=True)
    assert list(operations) == list(range(1, len(operations) + 1))
    office_has_it_once(town, open_page, patrol)
    # Both modes give what the server's matcher finds in the same positions.
    mine = sorted(patrol.stretches.values_list(*STRETCHES))
    apart = np.abs(np.array(mine) - np.array(matched(town, fixes)))
    assert apart.max() <= 1


def edited(page: Page, case: Case, **fields: str) -> None:
    labels = {"description": "What you see", "whereabouts": "Street and number"}
    show(page, "case_view", case=case.pk)
    page.get_by_role("button", name="Correct details").click()
    for field, words in fields.items():
        page.get_by_label(labels[field]).fill(words)
    page.get_by_role("button", name="Save the changes").click()
    for words in fields.values():
        expect(page.locator(".rec-facts")).to_contain_text(words)


def online(page: Page) -> None:
    page.context.set_offline(False)
    sent(page)


def view(page: Page) -> Any:
    """What a tablet shows of cases and lamps, and of conflicts."""
    return page.evaluate(
        "[gridwalk.data.cases().sort((a, b) => a.id - b.id),"
        " gridwalk.data.lamps().sort((a, b) => a.id - b.id), gridwalk.data.conflicts()]"
    )


def test_two_tablets_of_one_member_and_one_of_another_end_with_the_same(
    town: Town, open_page: Open
) -> None:
    case = records.given_to_worker(town)
    # Who reported it may correct it, too.
    Case.objects.update(reporter=town.teammate)
    since = timezone.localdate() - DAY
    Responsibility.objects.create(
        member=town.teammate, role=Role.WORKER, area=town.west, starts_on=since
    )

    def tablet(member: Member) -> Page:
        page = open_page(member, "/field/", wait=False, has_touch=True)
        records.ready(page)
        assert page.evaluate("gridwalk.pull()") == ""
        page.context.set_offline(True)
        return page

    mine, spare, theirs = tablet(town.worker), tablet(town.worker), tablet(town.teammate)
    edited(mine, case, description="A deep hole")
    edited(spare, case, whereabouts="Row 1, east")
    edited(theirs, case, description="A crack", whereabouts="Row 1, at the gate")
    for page in (mine, spare, theirs):
        page.evaluate(
            "(lamp) => gridwalk.record("
            "'lamp.seen', { lamp, state: 'dark', key: crypto.randomUUID() })",
            Lamp.objects.get().pk,
        )
    for page in (mine, spare, theirs):
        online(page)
    assert Device.objects.count() == 3
    # What one member changed on two tablets is both there; the other's is kept beside it.
    case.refresh_from_db()
    assert (case.description, case.whereabouts) == ("A deep hole", "Row 1, east")
    told = {(one["field"], one["mine"], one["theirs"], one["by"]) for one in view(theirs)[2]}
    assert told == {
        ("description", "A crack", "A deep hole", "Wang Wei"),
        ("whereabouts", "Row 1, at the gate", "Row 1, east", "Wang Wei"),
    }
    expect(theirs.locator("#status")).to_contain_text("2 need you")

    office = open_page(town.coordinator, f"/cases/{case.pk}/", wait=False)
    expect(office.get_by_role("group", name="where exactly")).to_contain_text("Row 1, east")
    both = office.get_by_role("group", name="what is wrong")
    expect(both).to_contain_text("A deep hole")
    card = both.locator("form", has_text="A crack")
    card.get_by_role("button", name="Keep this").click()
    expect(office.locator(".told")).to_have_text("Decided.")
    sent(theirs)
    theirs.get_by_role("button", name="1 needs you").click()
    theirs.get_by_role("button", name="Look and decide").click()
    theirs.locator(".rec-acts button").last.click()
    theirs.wait_for_selector("body[data-screen=status]")
    for page in (theirs, mine, spare):
        sent(page)
    case.refresh_from_db()
    assert (case.description, case.whereabouts) == ("A crack", "Row 1, east")
    assert not Conflict.objects.open().exists()
    cases, lamps, conflicts = view(mine)
    assert [(one["description"], one["whereabouts"]) for one in cases] == [
        ("A crack", "Row 1, east")
    ]
    assert [one["state"] for one in lamps] == ["faulty"]
    assert conflicts == []
    assert view(spare) == [cases, lamps, []]
    assert view(theirs)[1:] == [lamps, []]
    without = [{**one, "steps": []} for one in cases]
    assert [{**one, "steps": []} for one in view(theirs)[0]] == without
    assert LampSighting.objects.count() == 3
