"""Circuits corrected on the map, in a real browser: dragged, tapped, chosen by number, taken back.

::

    Row 1-0 (40, 53) - A1 (60, 53) - A2 (110, 53) - A3 (160, 53)
                                       |
         L-1 (100, 53), loose        B1 (110, 100)

    Row 2-0 (40, 153) - C1 (110, 150)
"""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from streetlights.models import CableSection, Circuit, Lamp
from tests.browser.conftest import Open
from tests.browser.test_map import at
from tests.streetlights.wiring import circuit as wired
from tests.streetlights.wiring import row_one
from tests.town import Town, place

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Spot = tuple[float, float]
A1, A2, A3, B1, C1 = (60, 53), (110, 53), (160, 53), (110, 100), (110, 150)
LOOSE, BOX_2, GROUND = (100, 53), (40, 153), (160, 120)


@pytest.fixture
def circuits(town: Town) -> list[Circuit]:
    first, _lamps = row_one(town)
    second, _others = wired(town, "Row 2", BOX_2, (None, "C1"), spots={"C1": C1})
    Circuit.objects.filter(pk=second.pk).update(draft=True)
    return [first, second]


def correcting(
    open_page: Open, member: Any, circuit: Circuit, south: int = 100, **options: Any
) -> Page:
    address = at(110, south, 18, circuit=f"{circuit.pk},correct")
    page = open_page(member, address, wait=False, **options)
    expect(page.get_by_label("Fed from")).to_be_visible()
    return page


def on_screen(page: Page, spot: Spot) -> Spot:
    """Where a spot of the town is on the screen: its pixels in Web Mercator, from the centre."""
    zoom, lat, lng = map(float, page.url.split("#")[1].split("&")[0].split("/"))
    size = page.viewport_size
    assert size is not None
    x, y = page.evaluate(
        """([zoom, ...positions]) => {
          const pixel = ([lng, lat]) => {
            const s = Math.sin((lat * Math.PI) / 180);
            const of = 256 * 2 ** zoom;
            const y = 0.5 - Math.log((1 + s) / (1 - s)) / (4 * Math.PI);
            return [of * (lng / 360 + 0.5), of * y];
          };
          const [a, b] = positions.map(pixel);
          return [a[0] - b[0], a[1] - b[1]];
        }""",
        [zoom, list(place(*spot)), [lng, lat]],
    )
    return x + size["width"] / 2, y + size["height"] / 2


def drag(page: Page, start: Spot, end: Spot, *, let_go: bool = True) -> None:
    page.mouse.move(*on_screen(page, start))
    page.mouse.down()
    page.mouse.move(*on_screen(page, (start[0] + 5, start[1] + 5)))
    page.mouse.move(*on_screen(page, end), steps=4)
    if let_go:
        page.mouse.up()


def fed_from(number: str) -> tuple[str, str | None] | None:
    """The circuit of a lamp and the number of the lamp before it."""
    section = CableSection.objects.filter(to_lamp__number=number).first()
    if section is None:
        return None
    return section.circuit.name, section.from_lamp.number if section.from_lamp else None


def test_a_lamp_dragged_to_another_circuit_goes_with_what_is_behind_and_comes_back(
    town: Town, open_page: Open, circuits: list[Circuit]
) -> None:
    page = correcting(open_page, town.coordinator, circuits[0])
    before = page.url
    drag(page, A2, C1, let_go=False)
    expect(page.locator("#map-says")).to_have_text(
        "Lamp A2 will hang on lamp C1 of circuit Row 2. 2 lamps behind it go along."
    )
    page.mouse.up()
    card = page.locator("#circuit-page")
    expect(card.get_by_role("status")).to_have_text("Lamp A2 hangs on lamp C1 of circuit Row 2.")
    expect(page.locator("#map-says")).to_be_hidden()
    assert [fed_from(lamp) for lamp in ("A2", "A3", "B1")] == [
        ("Row 2", "C1"), ("Row 2", "A2"), ("Row 2", "A2"),
    ]  # fmt: skip
    assert page.url == before  # neither was the map moved nor a card opened
    page.get_by_role("button", name="Undo the last change").click()
    expect(card.get_by_role("status")).to_have_text("Lamp A2 hangs on lamp A1 of circuit Row 1.")
    assert [fed_from(lamp) for lamp in ("A2", "B1")] == [("Row 1", "A1"), ("Row 1", "A2")]
    expect(page.get_by_role("button", name="Undo the last change")).to_be_hidden()


def test_a_branch_is_added_by_two_taps_and_a_reload_keeps_it(
    town: Town, open_page: Open, circuits: list[Circuit]
) -> None:
    page = correcting(open_page, town.coordinator, circuits[0])
    page.mouse.click(*on_screen(page, LOOSE))
    card = page.locator("#circuit-page")
    expect(card).to_contain_text("Lamp L-1 is not connected to any circuit.")
    page.mouse.click(*on_screen(page, B1))
    expect(card).to_contain_text("Lamp L-1 will hang on lamp B1 of circuit Row 1.")
    page.get_by_role("button", name="Connect it there").click()
    expect(card.get_by_role("status")).to_contain_text("Lamp L-1 hangs on lamp B1")
    assert fed_from("L-1") == ("Row 1", "B1")
    page.reload()
    expect(card).to_contain_text("5 lamps")
    expect(page.get_by_label("Fed from")).to_be_visible()
    page.mouse.click(*on_screen(page, LOOSE))
    expect(card).to_contain_text("Lamp L-1 hangs on lamp B1 of circuit Row 1.")
    page.get_by_role("button", name="Take it off its circuit").click()
    expect(card.get_by_role("status")).to_contain_text("is not connected to any circuit")
    assert fed_from("L-1") is None


def test_cable_that_cannot_be_is_told_before_and_nothing_is_sent(
    town: Town, open_page: Open, circuits: list[Circuit]
) -> None:
    page = correcting(open_page, town.coordinator, circuits[0])
    said = page.locator("#map-says")
    for target, sentence in (
        (B1, "Lamp B1 is fed through lamp A2: the cable would be a circle."),
        (LOOSE, "Lamp L-1 is not connected itself: connect it first."),
        (GROUND, "Let go over the lamp or cabinet that feeds lamp A2."),
    ):
        drag(page, A2, target, let_go=False)
        expect(said).to_have_text(sentence)
        page.mouse.up()
        expect(said).to_be_hidden()
    drag(page, A2, C1, let_go=False)
    page.keyboard.press("Escape")
    page.mouse.up()
    assert fed_from("A2") == ("Row 1", "A1")
    # Beside the lamps the map moves as ever.
    before = page.url
    drag(page, GROUND, (120, 120))
    page.wait_for_function("before => location.href !== before", arg=before)


def test_by_keyboard_and_number(town: Town, open_page: Open, circuits: list[Circuit]) -> None:
    page = correcting(open_page, town.leader, circuits[1])
    lamp, feeder = page.get_by_label("Lamp", exact=True), page.get_by_label("Fed from")
    lamp.focus()
    page.keyboard.type("A3")
    expect(page.locator(".circuit-sentence")).to_have_text(
        "Lamp A3 hangs on lamp A2 of circuit Row 1."
    )
    page.keyboard.press("Tab")
    expect(feeder).to_be_focused()
    page.keyboard.type("Cabinet Row 2")
    expect(page.locator(".circuit-sentence")).to_contain_text(
        "Lamp A3 will hang on cabinet Row 2-0, circuit Row 2."
    )
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#circuit-page").get_by_role("status")).to_contain_text(
        "Lamp A3 hangs on cabinet Row 2-0"
    )
    assert fed_from("A3") == ("Row 2", None)
    expect(lamp).to_be_focused()


def test_a_draft_is_found_in_the_list_and_confirmed(
    town: Town, open_page: Open, circuits: list[Circuit]
) -> None:
    page = open_page(town.coordinator, at(110, 100, 18, layers="circuits"))
    rows = page.locator("#circuits .stretch")
    expect(rows).to_have_text([re.compile("Row 2.*draft"), re.compile("Row 1")])
    rows.first.click()
    card = page.locator("#circuit-page")
    expect(card).to_contain_text("A draft, computed along the streets.")
    assert f"circuit={circuits[1].pk}" in page.url
    page.get_by_role("button", name="Confirm: it is wired like this").click()
    expect(card.get_by_role("status")).to_contain_text("Confirmed.")
    assert not Circuit.objects.filter(draft=True).exists()
    page.get_by_role("button", name="Back to the list").click()
    expect(rows.first).not_to_contain_text("draft")
    assert "circuit=" not in page.url


def test_what_the_server_refuses_it_says_itself(
    town: Town, open_page: Open, circuits: list[Circuit]
) -> None:
    page = correcting(open_page, town.coordinator, circuits[1])
    # Somebody else takes the only lamp away meanwhile.
    Lamp.objects.get(number="C1").take_down()
    page.get_by_role("button", name="Confirm: it is wired like this").click()
    status = page.locator("#circuit-page").get_by_role("status")
    expect(status).to_have_text("No lamp hangs on this circuit yet.")
    expect(page.locator("#circuit-page")).to_contain_text("0 lamps")  # as it is by now
    assert Circuit.objects.filter(draft=True).exists()
    gone = open_page(town.coordinator, at(110, 100, 18, circuit="999999"), wait=False)
    expect(gone.locator("#circuit-page")).to_contain_text("Try again")


def test_who_may_not_correct_it_only_looks(
    town: Town, open_page: Open, circuits: list[Circuit]
) -> None:
    page = open_page(town.worker, at(110, 100, 18, circuit=f"{circuits[1].pk},correct"), wait=False)
    card = page.locator("#circuit-page")
    expect(card).to_contain_text("Coordinators, leaders and crews responsible here may correct it.")
    for name in ("Correct this circuit", "Confirm: it is wired like this", "Connect it there"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    # A click on a lamp opens nothing of the correction.
    page.mouse.click(*on_screen(page, A2))
    expect(page.get_by_label("Fed from")).to_be_hidden()


def test_a_finger_drags_a_lamp(town: Town, open_page: Open, circuits: list[Circuit]) -> None:
    phone: Any = {"size": (390, 844), "has_touch": True, "is_mobile": True}
    # Above the sheet, which covers the lower part of the map.
    page = correcting(open_page, town.coordinator, circuits[0], south=40, **phone)
    touch = page.context.new_cdp_session(page)
    start, end = on_screen(page, A3), on_screen(page, B1)

    def send(kind: str, *points: Spot) -> None:
        at_ = [{"x": x, "y": y} for x, y in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": at_})

    send("touchStart", (start[0] + 15, start[1]))  # beside it: a finger is wide
    for share in (0.2, 0.6, 1):
        send(
            "touchMove",
            (start[0] + share * (end[0] - start[0]), start[1] + share * (end[1] - start[1])),
        )
    expect(page.locator("#map-says")).to_have_text("Lamp A3 will hang on lamp B1 of circuit Row 1.")
    send("touchEnd")
    expect(page.locator("#circuit-page").get_by_role("status")).to_contain_text("on lamp B1")
    assert fed_from("A3") == ("Row 1", "B1")
    expect(page.get_by_role("button", name="Undo the last change")).to_be_in_viewport()
    smallest = page.evaluate(
        "Math.min(...[...document.querySelectorAll('#circuit-page button, #circuit-page select')]"
        ".map((e) => e.getBoundingClientRect().height).filter(Boolean))"
    )
    assert smallest >= 44
