"""Where places of the town are on a page."""

from playwright.sync_api import Page

from tests.cases.play import point


def pixel(page: Page, x: float, y: float) -> tuple[float, float]:
    """Where a place of the town is on the page, by the tiles' own projection."""
    return page.evaluate(PIXEL, list(point(x, y).coords))


PIXEL = """([lon, lat]) => {
  const [zoom, lat0, lon0] = location.hash.slice(1).split("&")[0].split("/").map(Number);
  const world = 256 * 2 ** zoom;
  const x = (l) => ((l + 180) / 360) * world;
  const y = (l) => (0.5 - Math.asinh(Math.tan((l * Math.PI) / 180)) / (2 * Math.PI)) * world;
  const {left, top, width, height} = document.getElementById("map").getBoundingClientRect();
  return [left + width / 2 + x(lon) - x(lon0), top + height / 2 + y(lat) - y(lat0)];
}"""
