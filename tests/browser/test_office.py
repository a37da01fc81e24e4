"""The administration and the page of the API in a real browser, under our security policy."""

import json
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page

from accounts.models import Member
from grid.models import Area, Level, ServicePoint
from patrols.match import match_patrol
from patrols.models import Patrol
from patrols.tasks import match_patrol as rematch
from tests.browser.conftest import PATIENCE, becomes
from tests.patrols.test_api import fixes, send
from tests.town import Town, small_town

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def office(browser: Browser, live_server: Any) -> Iterator[tuple[Page, Town]]:
    """A page signed in as the administrator; any error in its console fails the test."""
    town = small_town()
    client = Client()
    client.force_login(town.administrator)
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1280, "height": 800})
    session = client.cookies["sessionid"].value
    context.set_default_timeout(PATIENCE * 1000)
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: faults.append(str(error)))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    yield page, town
    context.close()
    assert faults == []
    assert [url for url in asked if not url.startswith((live_server.url, "data:", "blob:"))] == []


def opened(page: Page, address: str) -> None:
    page.goto(address, wait_until="networkidle")


def drawn_on(page: Page) -> str:
    """What the map's drawing layer holds, once it is there."""
    page.wait_for_selector(".admin-map .leaflet-container, .admin-map-canvas.leaflet-container")
    return page.locator(".admin-map textarea").input_value()


def test_lists_and_forms_are_quiet(office: tuple[Page, Town]) -> None:
    page, town = office
    for address in (
        "/admin/",
        "/admin/grid/area/",
        f"/admin/grid/area/{town.community.pk}/change/",
        f"/admin/grid/area/{town.west.pk}/change/",
        f"/admin/grid/building/{town.buildings[0].pk}/change/",
        "/admin/grid/responsibility/add/",
        "/admin/accounts/member/add/",
        f"/admin/accounts/member/{town.worker.pk}/password/",
        "/admin/pghistory/events/",
    ):
        opened(page, address)


def test_the_list_of_jobs_is_quiet(office: tuple[Page, Town]) -> None:
    page, _town = office
    job = rematch.defer(patrol_id=str(uuid.uuid4()))
    opened(page, "/admin/procrastinate/procrastinatejob/")
    page.locator("#result_list tbody th a").first.click()
    page.wait_for_url(f"**/{job}/change/", wait_until="networkidle")


def test_a_search_for_a_member_to_be_responsible(office: tuple[Page, Town]) -> None:
    page, _town = office
    opened(page, "/admin/grid/responsibility/add/")
    page.locator(".field-member .select2-selection").click()
    page.keyboard.type("wang")
    page.get_by_role("option", name="Wang Wei").click()
    chosen = page.locator(".field-member .select2-selection")
    becomes(lambda: chosen.inner_text().strip(), lambda name: name == "Wang Wei")


def test_a_place_is_drawn_on_the_map(office: tuple[Page, Town]) -> None:
    page, town = office
    opened(page, "/admin/grid/servicepoint/add/")
    page.locator(".field-community .select2-selection").click()
    page.keyboard.type(town.community.code)
    page.get_by_role("option", name="Lantern Community").click()
    page.locator("#id_kind").fill("clinic")
    page.locator("#id_name").fill("New Clinic")
    page.locator(".leaflet-draw-draw-marker").click()
    page.locator(".admin-map-canvas").click(position={"x": 300, "y": 200})
    becomes(lambda: drawn_on(page), lambda drawn: "coordinates" in drawn)
    lon, lat = json.loads(drawn_on(page))["coordinates"]
    assert 24.9 < lon < 25.0 and 60.1 < lat < 60.2
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/admin/grid/servicepoint/")
    assert ServicePoint.objects.get(name="New Clinic").location.coords == (lon, lat)


def test_a_boundary_is_drawn_again(office: tuple[Page, Town]) -> None:
    page, town = office
    opened(page, f"/admin/grid/area/{town.city.pk}/change/")
    before = drawn_on(page)
    page.locator(".leaflet-draw-edit-edit").click()
    corner = page.locator(".leaflet-editing-icon").first
    at = corner.bounding_box()
    assert at is not None
    page.mouse.move(at["x"] + 4, at["y"] + 4)
    page.mouse.down()
    page.mouse.move(at["x"] - 26, at["y"] + 34, steps=5)
    page.mouse.up()
    page.locator(".leaflet-draw-actions a").first.click()
    becomes(lambda: drawn_on(page), lambda drawn: drawn != before)
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/admin/grid/area/")
    changed = Area.objects.get(level=Level.CITY).geometry
    assert changed.valid and not changed.equals_exact(town.city.geometry, 1e-7)


def test_a_patrol_on_the_map(office: tuple[Page, Town]) -> None:
    page, town = office
    client = Client()
    client.force_login(town.worker)
    patrol: Patrol = match_patrol(send(client, {"fixes": fixes()}).json()["id"], now=timezone.now())
    opened(page, f"/admin/patrols/patrol/{patrol.pk}/change/")
    paths = page.locator(".admin-map path.leaflet-interactive")
    becomes(paths.count, lambda number: number >= 2)
    for canvas in page.locator(".admin-map-canvas").all():
        seen = canvas.bounding_box()
        assert seen is not None and seen["width"] > 400


def test_the_page_of_the_api_tells_and_tries(office: tuple[Page, Town]) -> None:
    page, _town = office
    opened(page, "/api/v1/docs/")
    operation = page.locator("#operations-me-me_retrieve")
    operation.click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    page.wait_for_selector("text=Ada Min")
    assert Member.objects.count() == 6
