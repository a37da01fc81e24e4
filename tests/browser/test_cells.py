"""Cells drawn in a real browser: split, merged, moved, drawn, compared, put in force; by keys too.

::

    400 +---------+---------+
        |         |         |     Alley 3 runs along x = 250
        |  west   |  east   |
        |         |         |
      0 +---------+---------+
        0        200       400
"""

import datetime as dt
import re

import pytest
from django.conf import settings
from django.db.models import F
from playwright.sync_api import Locator, Page, Route, expect

from accounts.models import Member
from grid.divisions import automatic
from grid.models import Area, AutomaticSplit, Building, Division
from tests.browser.conftest import Open, becomes, stands_still
from tests.browser.test_field_looks import FAULTS
from tests.town import Town

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = settings.BASE_DIR / "node_modules/axe-core/axe.min.js"


@pytest.fixture
def first(town: Town) -> Division:
    """The cells of the town as a version in force from the beginning."""
    return Division.objects.create(
        community=town.community, state=Division.State.IN_FORCE, starts_on=dt.date.min
    )


def drawing(open_page: Open, town: Town, member: Member | None = None, **options: object) -> Page:
    """A new draft of today's cells, open in the editor."""
    path = f"/cells/{town.community.code}/"
    page = open_page(member or town.coordinator, path, wait=False, **options)
    page.locator('[data-focus="today"]').click()
    expect(rows(page)).to_have_count(2)
    expect(page.locator("#cells-tools")).to_be_visible()
    # Its page is shown with the streets, which may come later than the cells.
    expect(rows(page).first).to_be_visible()
    return page


def rows(page: Page) -> Locator:
    return page.locator(".cells-row")


def said(page: Page, words: str) -> None:
    expect(page.locator("#cells-says")).to_have_text(re.compile(words))


def at(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where metres of the town are on the screen: its cells fill a square of 400 m."""
    west, south, east, north = page.evaluate(
        """() => {
          const boxes = [...document.querySelectorAll(".cell-area")].map((cell) =>
            cell.getBoundingClientRect());
          return [
            Math.min(...boxes.map(({ left }) => left)),
            Math.max(...boxes.map(({ bottom }) => bottom)),
            Math.max(...boxes.map(({ right }) => right)),
            Math.min(...boxes.map(({ top }) => top)),
          ];
        }"""
    )
    return west + x / 400 * (east - west), south - y / 400 * (south - north)


def choose(page: Page, number: str) -> None:
    rows(page).filter(has_text=number).click()
    expect(page.locator(".cells-card")).to_contain_text(number)
    # The map goes there; what is clicked on it next must stand still.
    stands_still(page)


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(end[0] - 6, end[1], steps=3)
    page.mouse.move(*end)
    page.mouse.up()


def test_a_draft_is_drawn_and_put_in_force(town: Town, open_page: Open, first: Division) -> None:
    page = drawing(open_page, town)
    expect(page.locator(".cells-tiles")).to_contain_text("without gap or overlap")
    page.keyboard.press("s")
    choose(page, "001")
    page.mouse.click(*at(page, -6, 210))
    page.mouse.click(*at(page, 100, 215))
    page.mouse.dblclick(*at(page, 206, 210))
    expect(rows(page)).to_have_count(3)
    said(page, "there are 3 cells")
    page.keyboard.press("Control+z")
    expect(rows(page)).to_have_count(2)
    page.keyboard.press("Control+Shift+z")
    expect(rows(page)).to_have_count(3)

    # Merge: the new cell with the east.
    page.keyboard.press("m")
    for name in ("+1", "002"):
        rows(page).filter(has_text=name).click()
    page.get_by_role("button", name="Merge 2 cells").click()
    expect(rows(page)).to_have_count(2)
    page.keyboard.press("Control+z")
    expect(rows(page)).to_have_count(3)

    # A new cell in the east, its corners set by clicks and the last one by the button.
    page.keyboard.press("d")
    for x, y in ((270, 270), (380, 270), (380, 380)):
        page.mouse.click(*at(page, x, y))
    page.get_by_role("button", name="Finish").click()
    expect(rows(page)).to_have_count(4)
    expect(page.locator(".cells-saved")).to_have_text("Every step is saved.")

    page.get_by_role("button", name="Compare").click()
    expect(page.locator(".cells-pieces li")).to_have_count(2)
    expect(page.locator(".cell-piece")).to_have_count(2)
    expect(page.locator("#cells-tools")).to_be_hidden()
    # Today's east is taken over again: the cell drawn in it is gone.
    page.get_by_label("002").check()
    page.get_by_role("button", name="Take over 1 cell").click()
    expect(page.locator(".cells-pieces li")).to_have_count(1)
    page.get_by_role("button", name="Back").click()
    expect(rows(page)).to_have_count(3)

    page.get_by_role("button", name="Put in force").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Nobody loses a cell")
    expect(dialog).to_contain_text(re.compile(r"In another cell: \d+ buildings"))
    dialog.get_by_label("Note").fill("Decided by the committee")
    dialog.get_by_role("button", name="Put in force").click()
    expect(page.locator("#notices")).to_contain_text("The draft is in force.")
    expect(page.locator("#versions-page .cells-version")).to_have_count(2)
    assert Area.objects.cells().inside(town.community.code).count() == 3
    first.refresh_from_db()
    assert first.state == Division.State.PAST


def test_a_draft_begun_before_the_list_is_whole_stays_open(
    town: Town, open_page: Open, first: Division
) -> None:
    held: list[Route] = []
    page = open_page(
        town.coordinator,
        f"/cells/{town.community.code}/",
        wait=False,
        prepare=lambda page: page.route(
            f"**/divisions/{first.pk}/streets/", lambda route: held.append(route)
        ),
    )
    becomes(lambda: page.title() and len(held), bool)
    page.locator('[data-focus="today"]').click()
    expect(page.locator("#cells-tools")).to_be_visible()
    expect(page.locator("#draft-page")).to_be_visible()
    # What the list had asked for comes late: it must not take the place of the draft.
    with page.expect_response(f"**/divisions/{first.pk}/streets/"):
        held[0].continue_()
    stands_still(page)
    expect(page.locator("#draft-page")).to_be_visible()
    expect(page.locator("#versions-page")).to_be_hidden()
    page.keyboard.press("s")
    choose(page, "001")


def test_a_draft_begun_twice_is_one_and_a_question_about_it_goes_with_it(
    town: Town, open_page: Open, first: Division
) -> None:
    lost: list[Route] = []

    def lose_the_answer(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route)
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page = open_page(town.coordinator, f"/cells/{town.community.code}/", wait=False)
    page.route("**/api/v1/divisions/", lose_the_answer)
    page.locator('[data-focus="today"]').dblclick()
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#draft-page")).to_be_visible()
    drafts = Division.objects.filter(state=Division.State.DRAFT)
    assert drafts.count() == 1
    page.get_by_role("button", name="Discard").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.locator("#versions-page")).to_be_visible()
    assert drafts.count() == 1


def test_an_automatic_split_is_waited_for_stopped_and_compared_with(
    town: Town, open_page: Open, first: Division
) -> None:
    Building.objects.update(flats=100)
    page = drawing(open_page, town)
    page.get_by_role("button", name="Compare").click()
    page.get_by_label("Compare with").select_option("automatic")
    status = page.locator("#compare-page [role=status]")
    expect(status).to_have_text("The automatic split waits for its turn.")
    expect(page.locator("#compare-page progress")).to_be_visible()
    page.get_by_role("button", name="Stop splitting").click()
    expect(status).to_have_text("The split was stopped. Nothing was changed.")
    page.get_by_role("button", name="Split again").click()
    expect(status).to_have_text("The automatic split waits for its turn.")
    automatic.make(AutomaticSplit.objects.get().pk)
    expect(status).to_contain_text("In another cell:")
    expect(page.locator(".cells-pieces li").first).to_be_visible()


def test_a_border_follows_the_mouse_onto_a_street(
    town: Town, open_page: Open, first: Division
) -> None:
    page = drawing(open_page, town, town.leader)
    page.keyboard.press("b")
    choose(page, "001")
    drag(page, at(page, 200, 200), at(page, 247, 200))
    said(page, "The border is moved")
    # Onto Alley 3, and both neighbours follow: a quarter of the corner's 200 m × 50 m goes over.
    outlines = dict(
        Division.objects.get(state="draft").cells.filter(step=1).values_list("key", "outline")
    )
    west, east = (outlines[area.code] for area in (town.west, town.east))
    assert west.intersection(east).area == 0
    old_west = Area.objects.get(code=town.west.code).geometry
    assert west.area / old_west.area == pytest.approx(1.125, abs=0.002)
    assert west.union(east).area == pytest.approx(old_west.area * 2, rel=1e-6)

    # A new cell by keys: the pen goes from the middle of the map.
    page.keyboard.press("d")
    expect(page.locator("#cells-map")).to_be_focused()
    for step in ("ArrowUp", "ArrowRight", "ArrowDown"):
        for _press in range(6):
            page.keyboard.press(f"Shift+{step}")
        page.keyboard.press("Enter")
    said(page, "Corner 3 is set")
    page.keyboard.press("Control+Enter")
    expect(rows(page)).to_have_count(3)
    page.keyboard.press("Control+z")
    expect(rows(page)).to_have_count(2)
    page.keyboard.press("b")
    choose(page, "001")

    # The corner is a plain one now. By keys: moved and given up, then taken away.
    corner = page.locator(".corner.is-plain")
    expect(corner).to_have_count(1)
    corner.focus()
    page.keyboard.press("Shift+ArrowLeft")
    said(page, "Arrow keys move")
    page.keyboard.press("Escape")
    said(page, "back where it was")
    page.keyboard.press("Delete")
    expect(corner).to_have_count(0)
    expect(page.locator("#cells-hint")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#cells-hint")).to_be_hidden()


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until what has the focus matches the selector."""
    for _press in range(60):
        if page.evaluate("wanted => document.activeElement.matches(wanted)", wanted):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{wanted} is not reached by Tab")


@pytest.mark.parametrize(
    ("language", "size"), [("en", (1280, 800)), ("zh-hans", (1024, 768))], ids=["en", "zh"]
)
def test_split_by_keys_alone_and_good_to_use_in_every_look(
    town: Town, open_page: Open, first: Division, language: str, size: tuple[int, int]
) -> None:
    page = drawing(open_page, town, language=language, size=size, bypass_csp=True)
    tab_to(page, ".cells-row")
    page.keyboard.press("Enter")
    page.keyboard.press("s")
    # The first corner of the border has the keys: from there to the one opposite.
    tab_to(page, ".corner")
    page.keyboard.press("Enter")
    expect(page.locator(".corner[aria-pressed=true]")).to_have_count(1)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(rows(page)).to_have_count(3)
    expect(page.locator(".cells-row[aria-pressed=true]")).to_be_focused()
    page.keyboard.press("b")
    expect(page.locator(".corner").first).to_be_focused()
    page.add_script_tag(path=AXE)
    assert "cells." not in page.locator("body").inner_text()
    for look in ("dark", "night", "light"):
        page.evaluate("(look) => { document.documentElement.dataset.theme = look; }", look)
        found = page.evaluate(FAULTS, None if look == "light" else ["color-contrast"])
        assert found == [], look


def test_nothing_is_lost_without_a_connection_or_when_somebody_else_edits(
    town: Town, open_page: Open, first: Division
) -> None:
    page = drawing(open_page, town)
    choose(page, "001")
    page.context.set_offline(True)
    page.get_by_label("Keep whole").click()
    expect(page.locator("#notices")).to_contain_text("your last step was not sent")
    expect(page.locator(".cells-saved")).to_contain_text("there is no connection")
    page.context.set_offline(False)
    expect(page.locator("#notices")).not_to_contain_text("not sent")
    expect(page.get_by_label("Keep whole")).to_be_checked()
    draft = Division.objects.filter(state=Division.State.DRAFT)
    assert draft.get().cells.filter(step=1, fixed=True).count() == 1

    draft.update(revision=F("revision") + 1)
    page.get_by_label("Keep whole").click()
    expect(page.locator("#notices")).to_contain_text("Somebody else changed this draft")
    page.get_by_role("button", name="Load it anew").click()
    page.get_by_role("button", name="Do it again").click()
    expect(page.locator(".cells-saved")).to_have_text("Every step is saved.")
    expect(page.get_by_label("Keep whole")).not_to_be_checked()


def test_who_draws_no_cells_is_told_why(town: Town, open_page: Open) -> None:
    page = open_page(town.worker, "/cells/", wait=False)
    expect(page.locator(".empty")).to_contain_text("by leaders and administrators")
    answer = page.goto(f"/cells/{town.community.code}/")
    assert answer is not None
    assert answer.status == 403
