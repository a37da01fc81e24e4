"""What others do appears on an open map by itself, and a lost connection is said."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Response, expect

from cases.default_categories import plant
from cases.models import Category
from publish.live import stream
from publish.live.listener import LISTENER
from tests.browser.conftest import Open, becomes
from tests.cases.play import report
from tests.town import Town


@pytest.fixture(autouse=True)
def _streams(
    _nothing_is_served: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    settings.LIVE_STREAMS = 4
    # A stream notices that its page has gone when it says something.
    monkeypatch.setattr(stream, "BEAT", 0.2)
    yield
    assert LISTENER.finish(120), "a map is still open"


def test_a_case_and_a_walk_of_others_appear_and_a_lost_network_is_said(
    open_page: Open, town: Town
) -> None:
    plant(Category)
    answers: list[Response] = []

    def note(answer: Response) -> None:
        if "/api/v1/cases/map/" in answer.url and answer.ok:
            answers.append(answer)

    page = open_page(
        town.coordinator,
        path="/#&layers=cases",
        wait=False,
        prepare=lambda page: page.on("response", note),
    )
    expect(page.locator("#live")).to_have_text("Live")
    page.wait_for_selector("#cells > *:not([aria-busy])")
    report(town)

    def cases() -> list[Any]:
        page.wait_for_timeout(50)
        return [case for answer in list(answers) for case in answer.json()["cases"]]

    becomes(cases, bool)

    page.context.set_offline(True)
    expect(page.locator("#live")).to_have_text("Not live")
    expect(page.get_by_text("The connection has been lost since")).to_be_visible()
    page.context.set_offline(False)
    expect(page.locator("#live")).to_have_text("Live")
    expect(page.get_by_text("The connection has been lost since")).to_be_hidden()
