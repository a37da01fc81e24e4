"""Doors to visit in a real browser: the list, a visit, a case that follows, the map."""

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from cases.default_categories import plant as plant_categories
from cases.models import Case, Category
from households.defaults import plant
from households.models import (
    CarePlan,
    Checklist,
    ChecklistItem,
    ConsentText,
    Visit,
    VisitState,
)
from tests.browser.conftest import Open, becomes, settled
from tests.browser.test_map import LOOKS, at, centre, shows
from tests.browser.test_sign_in import english, visible
from tests.households.care import DAY, TODAY, begin
from tests.households.homes import by_job, home
from tests.town import Town, small_town

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COLOURS = LOOKS["light"]
#: The town's first building stands in the middle of the south-western block.
BUILDING = (100, 100)


@pytest.fixture
def town(transactional_db: None) -> Town:
    """The small town with what ships, which a flushed database has lost."""
    plant_categories(Category)
    plant(Checklist, ChecklistItem, ConsentText)
    return small_town()


def door(town: Town, label: str, nth: int = 0, days: int = 0) -> CarePlan:
    with by_job():
        checklist = Checklist.objects.get(purpose="")
        plan = begin(home(town.buildings[nth], label), town.coordinator, checklist=checklist)
        Visit.objects.filter(plan=plan).update(planned_for=TODAY + days * DAY)
    return plan


def test_a_visit_from_the_list_to_a_case(town: Town, open_page: Open) -> None:
    plan = door(town, "501", days=-2)
    door(town, "102", nth=1)
    page = open_page(town.worker, "/care/", wait=False, has_touch=True)
    expect(page.locator(".stop")).to_have_count(2)
    expect(page.locator(".stop").first).to_contain_text("501")
    expect(page.locator(".stop-mark")).to_have_text(["1", "2"])
    for target in page.locator(".stop-acts .button").all():
        box = target.bounding_box()
        assert box is not None
        assert box["height"] >= 48
    page.locator(".stop").first.get_by_role("link", name="Visit").click()
    page.get_by_role("button", name="Visit made").click()
    # The browser keeps the form while a question is open.
    expect(page).to_have_url(re.compile(r"/care/visits/"))
    for question in page.locator(".question").all():
        question.locator("label:is(.is-fine, .is-no)").click()
    page.locator(".question", has_text="light").first.get_by_text("Needs attention").click()
    page.get_by_role("button", name="Visit made").click()
    expect(page.get_by_role("status")).to_contain_text("Next visit on")
    page.get_by_role("link", name="Report what is to be mended").first.click()
    page.get_by_role("button", name="Report", exact=True).click()
    page.wait_for_url("**/cases/*/")
    with by_job():
        made = Visit.objects.get(plan=plan, state=VisitState.DONE)
        following = Visit.objects.get(plan=plan, state=VisitState.PLANNED)
    assert Case.objects.get().pk == made.case_number
    assert following.planned_for == TODAY + 7 * DAY
    page.goto("/care/")
    expect(page.locator(".stop")).to_have_count(1)
    other = open_page(town.teammate, "/care/", wait=False)
    expect(other.locator(".empty")).to_contain_text("No visit is due today")


def test_nobody_home_is_one_tap_and_stays_in_the_filter(town: Town, open_page: Open) -> None:
    door(town, "501")
    page = open_page(town.worker, "/care/?until=week", wait=False)
    page.get_by_role("button", name="Nobody home").click()
    expect(page.get_by_role("status").first).to_contain_text("nobody home")
    expect(page).to_have_url(re.compile(r"until=week"))
    expect(page.locator(".stop.is-later")).to_contain_text("nobody home")


def test_from_where_one_stands(town: Town, open_page: Open) -> None:
    door(town, "501")
    where: Any = {"latitude": 60.1705, "longitude": 24.9405}
    page = open_page(
        town.worker, "/care/", wait=False, geolocation=where, permissions=["geolocation"]
    )
    page.get_by_role("button", name="From where I stand").click()
    page.wait_for_url("**/care/?*lon=24.94050&lat=60.17050")
    expect(page.locator(".stop-start")).to_be_visible()
    expect(page.locator("main")).to_contain_text("m on foot")


def test_doors_on_the_map_and_one_more_for_today(town: Town, open_page: Open) -> None:
    plan = door(town, "501", days=3)
    x, y = BUILDING
    page = open_page(town.worker, at(x, y, 18, layers="doors"))
    shows(page, COLOURS["caseOpen"])
    expect(page.locator("#legend")).to_contain_text("visit in the next days")
    page.mouse.click(640, 400)
    card = page.locator("#card-page")
    expect(card).to_contain_text("501")
    card.get_by_role("button", name="Visit today").click()
    expect(card).to_contain_text("Stands on today's list")
    page.wait_for_load_state("networkidle")
    with by_job():
        assert Visit.objects.get(plan=plan).planned_for == TODAY
    card.get_by_role("link", name="Doors to visit from here").click()
    expect(page.locator(".stop.is-today")).to_contain_text("501")


def test_who_may_not_know_is_not_offered_the_layer(town: Town, open_page: Open) -> None:
    door(town, "501")
    page = open_page(town.leader, at(*BUILDING, 18, layers="doors"))
    assert page.locator('input[value="doors"]').count() == 0
    becomes(lambda: centre(page), lambda seen: seen != COLOURS["caseSoon"])
    settled(page)
    expect(page.locator("#notices")).to_be_empty()


def test_no_english_and_no_wide_page_in_chinese_on_a_phone(town: Town, open_page: Open) -> None:
    late, today = door(town, "501", days=-9), door(town, "102", nth=1)
    narrow: dict[str, Any] = {"language": "zh-hans", "size": (360, 740), "wait": False}
    with by_job():
        visit = Visit.objects.get(plan=today)
    for path in ("/care/", "/care/?until=week", "/care/overview/", f"/care/visits/{visit.pk}/"):
        page = open_page(town.coordinator, path, **narrow)
        assert sorted(set(visible(page)) & english()) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= 360, path
    assert late.pk != today.pk
