"""Layers and tools of the map in a real browser."""

import json
import re
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import settings
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, expect

from cases.default_categories import plant
from cases.models import Category
from streetlights.models import Lamp
from tests.browser.conftest import Open, becomes, settled, stands_still
from tests.browser.test_map import FIRST, FRESH, LOOKS, at, shows
from tests.cases.play import point, report, to_done
from tests.town import Town, place, walk

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

COLOURS = LOOKS["light"]


AXE = settings.BASE_DIR / "node_modules/axe-core/axe.min.js"
#: What people who see or touch badly cannot use, in what this file is about.
FAULTS = """async () => {
  const within = {include: [["#layers"], ["#map-tools"], ["#measure"], ["#panel"], ["#legend"]]};
  const {violations} = await axe.run(within);
  return violations
    .filter(({impact}) => impact === "serious" || impact === "critical")
    .map(({id, nodes}) => `${id}: ${nodes.map(({html}) => html).join(" | ")}`);
}"""


def layer(page: Page, name: str) -> Any:
    return page.locator(f'#layer-list input[name="layer"][value="{name}"]')


def test_the_ground_shows_coverage_and_the_address_keeps_it(town: Town, open_page: Open) -> None:
    walk(town, town.worker, FIRST, 0, 1000, days_ago=9)
    page = open_page(town.coordinator, at(70, 50, layers="streets"))
    shows(page, FRESH["overdue"])
    page.locator("#layers summary").click()
    layer(page, "coverage").check()
    expect(page.locator("#legend")).to_contain_text("Coverage by cell")
    expect(page.locator("#legend")).to_contain_text("no streets")
    slider = page.locator('input[data-layer="coverage"]')
    slider.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => location.hash.includes('opacity=coverage-80')")
    # Care is another ground: it takes the place of this one.
    layer(page, "care").check()
    expect(layer(page, "coverage")).not_to_be_checked()
    layer(page, "overdue").check()
    expect(page.locator("#legend")).not_to_contain_text("Within its cadence")
    settled(page)
    shows(page, FRESH["overdue"])


def test_cases_by_state_and_where_incidents_are_dense(town: Town, open_page: Open) -> None:
    plant(Category)
    now = timezone.now()
    report(town, "noise", now=now, location=point(100, 60))
    done = report(town, "noise", now=now, location=point(110, 60))
    to_done(town, done, town.worker, now=now)
    page = open_page(town.coordinator, at(100, 60, 17, layers="streets.cases"))
    page.locator("#layers summary").click()
    page.get_by_label("Which cases").select_option("state")
    expect(page.locator("#legend")).to_contain_text("being worked on")
    page.locator('input[name="case-state"][value="done"]').check()
    page.wait_for_function("() => location.hash.includes('states=waiting.work.hold.done')")
    layer(page, "heat").check()
    expect(page.locator("canvas.leaflet-heatmap-layer")).to_have_count(1)
    expect(page.locator("#legend")).to_contain_text("Each counts 150")
    page.keyboard.press("Escape")
    part = page.locator("#in-sight")
    expect(part.locator("#in-sight-count")).to_have_text("2")
    part.locator("summary").click()
    part.get_by_role("button").first.click()
    expect(page.locator("#card-page")).to_contain_text("Open the case")


def test_a_crowd_of_lamps_stands_together(town: Town, open_page: Open) -> None:
    Lamp.objects.bulk_create(
        Lamp(community=town.community, cell=town.west, osm_id=f"node/{9000 + n}", number=f"N-{n}",
             location=point(97 + n % 30 / 5, 51 + n // 30 / 5))
        for n in range(600)
    )  # fmt: skip
    page = open_page(town.coordinator, at(100, 53, 17, layers="lamps"))
    expect(page.locator("#in-sight-count")).to_have_text("601")
    crowd = page.get_by_text("together: Lamps. Click to zoom in.")

    def pointed_at() -> bool:
        # Off it and on it again: it may be drawn after the mouse came.
        page.mouse.move(740, 500)
        page.mouse.move(640, 400)
        return crowd.is_visible()

    becomes(pointed_at, bool)
    page.mouse.click(640, 400)
    page.wait_for_function("() => !location.hash.startsWith('#17')")


GPX = """<?xml version="1.0"?><gpx xmlns="http://www.topografix.com/GPX/1/1" version="1.1">
<trk><name>&lt;img src=x onerror=alert(1)&gt;</name><trkseg>{points}</trkseg></trk></gpx>"""


def drop(page: Page, name: str, text: str) -> None:
    """A file let go over the map."""
    page.evaluate(
        """([name, text]) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([text], name));
          const event = new DragEvent("drop", {dataTransfer, bubbles: true, cancelable: true});
          document.getElementById("map").dispatchEvent(event);
        }""",
        [name, text],
    )


def test_own_files_stay_in_the_browser(town: Town, open_page: Open) -> None:
    sent: list[str] = []
    page = open_page(town.worker, at(100, 50, 18))
    page.on("request", lambda asked: sent.append(asked.method))
    track = [place(x, 50) for x in (50, 150)]
    points = "".join(f'<trkpt lon="{lon}" lat="{lat}"/>' for lon, lat in track)
    drop(page, "walk.gpx", GPX.format(points=points))
    page.locator("#layers summary").click()
    files = page.locator("#own-files")
    expect(files).to_contain_text("walk.gpx")
    expect(files).to_contain_text("lines 1")
    drop(page, "secret.kmz", "PK")
    expect(page.locator("#notices")).to_contain_text("only GeoJSON, GPX and KML can be read")
    drop(page, "bad.kml", '<!DOCTYPE kml [<!ENTITY a "b">]><kml>&a;</kml>')
    expect(page.locator("#notices")).to_contain_text("defines entities of its own")
    page.get_by_role("button", name="Take walk.gpx away").click()
    expect(files).not_to_contain_text("walk.gpx")
    assert set(sent) <= {"GET"}
    assert page.locator("img[onerror]").count() == 0


# Row 1 from x = 50 to 150 m: two points 100 m apart, then a third 40 m to the north.
def test_measuring_by_mouse_and_by_keyboard(town: Town, open_page: Open) -> None:
    page = open_page(town.worker, at(100, 50, 18))
    page.locator("#map-tools summary").click()
    page.get_by_role("button", name="Measure").click()
    bar = page.locator("#measure")
    page.keyboard.press("Enter")
    expect(bar).to_contain_text(re.compile(r"Distance 0\sm"))
    page.mouse.click(940, 400)
    page.mouse.click(940, 200)
    expect(bar).to_contain_text(re.compile(r"Area [\d,]+\sm²"))
    bar.get_by_role("button", name="Take the last point back").click()
    expect(bar).not_to_contain_text("Area")
    expect(page.locator("#card-page")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(bar).to_be_hidden()


def picture_of(pdf: bytes) -> tuple[Any, float]:
    """The page's picture (rows, columns, rgb), and pixels in a millimetre of the page."""
    box = re.search(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", pdf)
    size = re.search(rb"/Width (\d+) /Height (\d+)", pdf)
    at = re.search(rb"/FlateDecode /Length (\d+) >>\nstream\n", pdf)
    assert box and size and at
    width, height = int(size[1]), int(size[2])
    pixels = zlib.decompress(pdf[at.end() : at.end() + int(at[1])])
    table = np.frombuffer(pixels, np.uint8).reshape(height, width, 3)
    return table, width / (float(box[1]) / 72 * 25.4)


def span(of: Any) -> tuple[float, float]:
    """How far apart the outermost pixels lie that are set, down and across."""
    rows, columns = np.nonzero(of)
    return float(np.ptp(rows)), float(np.ptp(columns))


# A cross of two lines, 300 m from west to east and from south to north.
def test_the_printed_map_has_the_scale_that_it_says(
    town: Town, open_page: Open, tmp_path: Path
) -> None:
    page = open_page(town.coordinator, at(200, 200, 16, layers="cells"))
    lines = [[place(50, 200), place(350, 200)], [place(200, 50), place(200, 350)]]
    geometry = {"type": "MultiLineString", "coordinates": lines}
    drop(page, "cross.geojson", json.dumps(geometry))
    # The map goes to the file, and only then is it framed.
    expect(page.locator("#own-files")).to_contain_text("cross.geojson")
    stands_still(page)
    page.locator("#map-tools summary").click()
    page.get_by_role("button", name="Print").click()
    form = page.locator("#print-page")
    form.get_by_label("Turned").select_option("landscape")
    form.get_by_label("Scale").select_option("2000")
    expect(page.locator("#print-frame")).to_be_visible()
    files = {}
    for kind in ("PDF", "PNG"):
        with page.expect_download() as download:
            form.get_by_role("button", name=f"Save as {kind}").click()
        files[kind] = tmp_path / kind
        download.value.save_as(files[kind])
        assert download.value.suggested_filename.endswith(f"-A4-2000.{kind.lower()}")
    table, dots = picture_of(files["PDF"].read_bytes())
    assert abs(dots - 10) < 0.001
    red, green, blue = (int(COLOURS["ownFile"][at : at + 2], 16) for at in (1, 3, 5))
    near = (np.abs(table.astype(int) - (red, green, blue)).max(axis=2)) < 40
    down, across = span(near)
    # The ends are round: half a line's width stands over at each.
    [width] = np.unique([down - 300 / 2 * dots, across - 300 / 2 * dots]).mean(keepdims=True)
    assert 0 < width < 20
    assert abs(down - across) <= 3
    with Image.open(files["PNG"]) as picture:
        assert (picture.size, picture.info["dpi"]) == (((2970, 2100)), (254.0, 254.0))
    form.get_by_role("button", name="Back to the list").click()
    expect(page.locator("#print-frame")).to_be_hidden()


def test_everybody_can_use_it_in_both_languages_and_all_looks(town: Town, open_page: Open) -> None:
    shown = "cells.streets.cases.lamps.coverage.heat"
    page = open_page(
        town.coordinator, at(100, 60, 17, layers=shown, states="waiting.done"),
        language="zh-Hans", size=(390, 844),
    )  # fmt: skip
    page.evaluate(AXE.read_text())
    page.locator("#map-tools summary").click()
    page.locator("#tool-measure").click()
    page.locator("#map-tools summary").click()
    page.locator("#tool-print").click()
    page.locator("#layers").evaluate("(part) => { part.open = true; }")
    for look in ("light", "dark", "night"):
        page.evaluate("(look) => { document.documentElement.dataset.theme = look; }", look)
        assert page.evaluate(FAULTS) == [], look
    said = page.locator("body").inner_text()
    assert re.findall(r"\b(?:layers?|print|files|measure|case|heat|sight|tool)\.\w+", said) == []
    wide = page.evaluate("() => document.documentElement.scrollWidth")
    assert wide <= 390
