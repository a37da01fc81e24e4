"""A walk on the tablet in a real browser: no network, a reload halfway, and each metre once."""

import math
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect

from map_static import field_views
from patrols.match import match_patrol
from patrols.models import BuildingPassed, Patrol, TrackChunk, WalkedStretch
from spatial.intervals import stretches, union
from tests.browser.conftest import PATIENCE, Open
from tests.town import Town, place, walk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STEP_METRES = 8
STEP_SECONDS = 5
#: Positions older than a minute by the page's clock are given the time they come: the tests' clock
#: runs ahead of the one that the browser's positions carry.
AHEAD = 180_000


@pytest.fixture
def track_mode(settings: Any) -> Iterator[Callable[[str], None]]:
    """Chooses a TRACK_MODE; the page is told it, and is made once in a process."""

    def choose(mode: str) -> None:
        settings.TRACK_MODE = mode
        field_views._page_once.cache_clear()

    yield choose
    field_views._page_once.cache_clear()


def until(page: Page, expression: str, seconds: float = PATIENCE) -> None:
    """Wait for a JavaScript expression; the policy forbids the browser's own way of waiting."""
    give_up = time.monotonic() + seconds
    while not page.evaluate(f"Boolean({expression})"):
        assert time.monotonic() < give_up, f"never: {expression}"
        page.wait_for_timeout(15)


def prepare(page: Page) -> None:
    page.clock.install()
    page.add_init_script(path=settings.BASE_DIR / "node_modules/axe-core/axe.min.js")


def tablet(open_page: Open, town: Town, x: float, y: float, **options: Any) -> Page:
    """The tablet of the worker, standing at metres x, y, with the map of the cell on it."""
    lon, lat = place(x, y)
    page = open_page(
        town.worker,
        "/field/",
        wait=False,
        prepare=prepare,
        permissions=["geolocation"],
        geolocation={"longitude": lon, "latitude": lat, "accuracy": 5},
        **options,
    )
    page.locator("body[data-ready]").wait_for(state="attached")
    until(page, "gridwalk.data.ground() && gridwalk.data.freshness().length")
    page.clock.fast_forward(AHEAD)
    return page


def go(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Walk from one place to another, in metres, one position every few seconds."""
    metres = math.dist(start, end)
    for nth in range(int(metres / STEP_METRES) + 1):
        share = nth * STEP_METRES / metres
        x, y = (a + (b - a) * share for a, b in zip(start, end, strict=True))
        lon, lat = place(x, y)
        page.context.set_geolocation({"longitude": lon, "latitude": lat, "accuracy": 5})
        until(page, f"Math.abs((gridwalk.here.last?.lon ?? 0) - {lon!r}) < 1e-9"
                    f" && Math.abs(gridwalk.here.last.lat - {lat!r}) < 1e-9")  # fmt: skip
        page.clock.run_for(STEP_SECONDS * 1000)


def end_walk(page: Page) -> None:
    page.get_by_role("button", name="End walk").click()
    page.get_by_role("button", name="End it").click()
    page.locator(".walk-state.ended").wait_for()


def figure(page: Page, name: str) -> str:
    box = page.locator(".figure", has=page.get_by_text(name, exact=True))
    return box.locator("dd").inner_text().replace("\u202f", " ")


FAULTS = """async () => {
  const { violations } = await axe.run(document.body, { rules: { region: { enabled: false } } });
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
}"""
SMALL = """[...document.querySelectorAll("#map button, #map .map-target, #sheet button")]
  .map((one) => [one.outerHTML, one.getBoundingClientRect()])
  .filter(([, { width, height }]) => width && Math.min(width, height) < 48)
  .map(([html]) => html)"""


def good_to_use(page: Page) -> None:
    """Nothing serious for axe, and every target is large enough for a thumb in a glove."""
    assert page.evaluate(FAULTS) == []
    assert page.evaluate(SMALL) == []


def walked_metres() -> float:
    """Metres of street that all patrols together covered, each once."""
    rows = WalkedStretch.objects.values_list("segment_id", "start_dm", "end_dm")
    once = union(stretches(*zip(*rows, strict=True)))
    return float((once.end - once.start).sum()) / 10


# 50       150      250
#  +--------+--------+   Row 1 (y = 50): the worker walks from x = 52 to x = 148, then turns up
#                    |   Alley 2 (x = 150) and stops at y = 100. In the middle the app is reloaded.
@pytest.mark.parametrize("mode", ["tracks", "metres"])
def test_a_walk_without_a_network_counts_each_metre_once(
    town: Town, open_page: Open, track_mode: Callable[[str], None], mode: str
) -> None:
    track_mode(mode)
    walk(town, town.worker, ((50, 50), (150, 50)), 0, 400, days_ago=1)
    page = tablet(open_page, town, 52, 50)
    until(page, "navigator.serviceWorker.controller")
    page.context.set_offline(True)
    page.get_by_role("button", name="Start walk").click()
    expect(page.locator(".walk-state.recording")).to_be_visible()
    expect(page.locator("#status .recording")).to_be_visible()
    go(page, (52, 50), (100, 50))
    until(page, "gridwalk.walk.progress?.metres.covered > 30")
    before = page.evaluate("gridwalk.walk.fixes.ms.length")
    page.reload()
    page.locator(".walk-state.recording").wait_for()
    assert page.evaluate("gridwalk.walk.fixes.ms.length") >= before
    go(page, (104, 50), (148, 50))
    go(page, (150, 52), (150, 100))
    page.clock.run_for(2000)
    end_walk(page)
    covered = float(figure(page, "Walked").split()[0])
    assert covered == pytest.approx(146, abs=8)
    # The first forty metres were walked yesterday: they are not new.
    assert float(figure(page, "Newly walked").split()[0]) == pytest.approx(covered - 38, abs=3)
    expect(page.locator("#screen")).to_contain_text("Row 1")
    page.get_by_role("button", name="Walked, nothing wrong").click()
    expect(page.locator(".good").first).to_contain_text("nothing was wrong")
    assert not page.evaluate("gridwalk.db.count('fixes')")
    assert Patrol.objects.filter(simulated=False, fixes__gt=0).count() == 0

    page.context.set_offline(False)
    page.evaluate("gridwalk.pull()")
    until(page, "gridwalk.outbox.unsent === 0")
    states = page.evaluate("gridwalk.data.operations().map(({kind, state}) => [kind, state])")
    assert {state for _kind, state in states} == {"applied"}, states
    patrol = Patrol.objects.get(nothing_wrong_at__isnull=False)
    if mode == "tracks":
        assert patrol.state == Patrol.State.STORED
        match_patrol(patrol.pk, now=timezone.now())
    else:
        assert not TrackChunk.objects.exists()
        assert "patrol.fixes" not in [kind for kind, _state in states]
    patrol.refresh_from_db()
    assert patrol.state == Patrol.State.MATCHED
    assert float(patrol.covered_metres) == pytest.approx(covered, abs=1)
    # Yesterday's forty metres and today's: each metre once.
    assert walked_metres() == pytest.approx(covered + 2, abs=3)
    assert BuildingPassed.objects.filter(patrol=patrol).count() == 0
    # Sent again by a tablet that never heard the answer: nothing is doubled.
    page.evaluate("gridwalk.pull()")
    assert Patrol.objects.count() == 2


# Row 1 and Alley 2 are 100 m apart: who walks on Row 1 and appears on Row 3 walked nothing between.
def test_a_gap_is_said_and_not_bridged_and_a_pause_records_nothing(
    town: Town, open_page: Open
) -> None:
    page = tablet(open_page, town, 52, 50)
    page.get_by_role("button", name="Start walk").click()
    page.locator(".walk-state.recording").wait_for()
    go(page, (52, 50), (92, 50))
    page.clock.run_for(25_000)
    page.get_by_role("button", name="Pause").click()
    expect(page.locator(".walk-state.paused")).to_contain_text("nothing is recorded")
    good_to_use(page)
    fixes = page.evaluate("gridwalk.walk.fixes.ms.length")
    lon, lat = place(120, 250)
    page.context.set_geolocation({"longitude": lon, "latitude": lat, "accuracy": 5})
    page.clock.run_for(120_000)
    assert page.evaluate("gridwalk.walk.fixes.ms.length") == fixes
    page.get_by_role("button", name="Go on").click()
    page.locator(".walk-state.recording").wait_for()
    go(page, (60, 250), (100, 250))
    page.clock.run_for(2000)
    end_walk(page)
    assert float(figure(page, "Walked").split()[0]) == pytest.approx(80, abs=8)
    expect(page.locator("#screen")).to_contain_text("Positions were missing once")
    good_to_use(page)
    rows = page.evaluate("gridwalk.walks[0].result.stretches.map(([id]) => id)")
    known = {town.segments[(50, 50), (150, 50)].pk, town.segments[(50, 250), (150, 250)].pk}
    assert set(rows) == known


def test_it_tells_what_is_next_and_shows_it(town: Town, open_page: Open) -> None:
    walk(town, town.worker, ((50, 50), (150, 50)), 0, 400, days_ago=0)
    page = tablet(open_page, town, 120, 50, language="zh-hans")
    expect(page.locator(".start")).to_have_text("开始巡查")
    good_to_use(page)
    x, y = page.evaluate(
        "([lon, lat]) => { const { x, y } = gridwalk.map.map.latLngToContainerPoint([lat, lon]);"
        " return [x, y]; }",
        place(70, 50),
    )
    page.mouse.click(x, y)
    expect(page.locator(".notice")).to_contain_text("第1街：今天走过")
    page.locator(".to-do-row", has_text="接下来去哪").click()
    first = page.locator(".open-streets .to-do-row", has_text="第1街")
    expect(first).to_be_visible()
    first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[aria-pressed=true]", has_text="第1街")).to_be_focused()
    page.locator('[data-key="tab-lamp"]').click()
    page.locator(".open-streets .to-do-row").first.click()
    expect(page.locator(".ring-mark")).to_be_visible()
    good_to_use(page)
    page.get_by_role("button", name="登记是否亮灯").click()
    page.wait_for_selector("body[data-screen=lamp]")


def test_without_leave_to_see_the_position_it_says_what_to_do_and_a_second_tab_waits(
    town: Town, open_page: Open
) -> None:
    page = open_page(town.worker, "/field/", wait=False, size=(800, 1280))
    second = page.context.new_page()
    second.goto("/field/")
    expect(second.get_by_role("button", name="Start walk")).to_be_enabled()
    page.get_by_role("button", name="Start walk").click()
    trouble = page.locator(".trouble")
    expect(trouble).to_contain_text("not allowed to see your position")
    expect(second.locator("#screen")).to_contain_text("in another tab")
    expect(second.get_by_role("button", name="Start walk")).to_be_disabled()
    lon, lat = place(60, 50)
    page.context.set_geolocation({"longitude": lon, "latitude": lat, "accuracy": 7})
    page.context.grant_permissions(["geolocation"])
    page.get_by_role("button", name="Ask again").click()
    expect(trouble).to_be_hidden()
    expect(page.locator(".figure", has_text="Position within")).to_contain_text("± 7")
    end_walk(page)
    expect(second.get_by_role("button", name="Start walk")).to_be_enabled()
