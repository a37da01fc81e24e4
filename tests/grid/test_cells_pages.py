"""``/cells/``: which communities a member may draw cells of, and the page that draws them."""

import datetime as dt
import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Member
from grid.models import Area, Division, Level
from map_static.cells_words import cells_words
from tests.test_translations import ROOT
from tests.town import Town, box, small_town

pytestmark = pytest.mark.django_db


@pytest.fixture
def town() -> Town:
    return small_town()


def page(member: Member, address: str = "/cells/") -> str:
    client = Client()
    client.force_login(member)
    return client.get(address).content.decode()


def test_a_coordinator_finds_the_own_community_with_its_cells_and_drafts(town: Town) -> None:
    for state, starts_on in (("draft", None), ("draft", None), ("in_force", dt.date(2026, 3, 1))):
        Division.objects.create(community=town.community, state=state, starts_on=starts_on)
    shown = page(town.coordinator)
    assert "Lantern Community" in shown
    assert re.search(r"<td>2</td>\s*<td>March 1, 2026</td>", shown)
    assert re.search(r">Drafts 2<", shown)
    assert "planned" not in shown


def test_the_first_version_counts_from_the_beginning(town: Town) -> None:
    Division.objects.create(
        community=town.community, state=Division.State.IN_FORCE, starts_on=dt.date.min
    )
    assert "from the beginning" in page(town.leader)


@pytest.mark.parametrize("name", ["worker", "outsider"])
def test_who_draws_nowhere_is_told_who_does(town: Town, name: str) -> None:
    shown = page(getattr(town, name))
    assert "Lantern" not in shown
    assert "by leaders and administrators" in shown


def test_the_list_asks_as_little_for_many_communities(town: Town) -> None:
    client = Client()
    client.force_login(town.leader)

    def asked() -> tuple[int, int]:
        with CaptureQueriesContext(connection) as queries:
            shown = client.get("/cells/").content.decode()
        return shown.count("<tr>"), len(queries)

    client.get("/cells/")
    # Where the member draws; communities with drafts and plans; their cells; versions in force.
    # The rest is the savepoint, the session, the member, and whether the head shows care.
    assert asked() == (2, 9)
    Area.objects.bulk_create(
        Area(
            code=f"990101001{number:03}",
            level=Level.COMMUNITY,
            name=f"Community {number}",
            geometry=box(0, 0, 10, 10),
        )
        for number in range(2, 40)
    )
    assert asked() == (40, 9)
    assert page(town.leader, "/cells/?q=community+31").count("<tr>") == 2
    assert "No community of yours" in page(town.leader, "/cells/?q=nowhere")


def test_the_editor_carries_its_words_in_the_readers_language(town: Town) -> None:
    address = f"/cells/{town.community.code}/"
    client = Client(headers={"accept-language": "zh-hans"})
    client.force_login(town.coordinator)
    shown = client.get(address).content.decode()
    carried = json.loads(re.search(r'id="page"[^>]*>(.*?)</script>', shown, re.DOTALL)[1])  # type: ignore[index]
    assert carried["community"] == town.community.code
    assert carried["words"]["cells.split"] == "拆分"
    assert client.get("/cells/990101001999/").status_code == 404
    # A cell is no community.
    assert client.get(f"/cells/{town.west.code}/").status_code == 404


def test_every_word_that_the_editor_asks_for_is_there() -> None:
    scripts = (ROOT / "map_static/static/map_static/js/cells").glob("*.js")
    source = "".join(script.read_text(encoding="utf-8") for script in scripts)
    words = cells_words()
    asked = set(re.findall(r'"(cells\.[a-z_]+)"', source))
    missing = [key for key in asked if not {key, f"{key}_other"} & words.keys()]
    assert missing == []
