"""The matcher's worker starts without a network, also where the browser kept no copy of its own."""

import pytest

from tests.browser.conftest import Open
from tests.town import Town

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MATCH = """async () => {
  const { MatchingClient } = await import("/static/map_static/js/field/matching/client.js");
  const ground = { segments: new Map(), links: [], buildings: new Map() };
  const client = new MatchingClient(ground, { mode: "foot" });
  const { fixes } = await client.add([{ lon: 116.4, lat: 39.9, ms: 1790000000000, accuracy: 5 }]);
  client.close();
  return fixes;
}"""


def test_the_worker_starts_from_what_the_tablet_keeps(town: Town, open_page: Open) -> None:
    page = open_page(town.worker, "/field/", wait=False)
    page.locator("body[data-ready]").wait_for(state="attached")
    page.evaluate("navigator.serviceWorker.ready.then(() => null)")
    page.reload()
    page.locator("body[data-ready]").wait_for(state="attached")
    assert page.evaluate("Boolean(navigator.serviceWorker.controller)")
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    page.context.set_offline(True)
    assert page.evaluate(MATCH) == 1
