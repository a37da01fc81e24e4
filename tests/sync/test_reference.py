"""Words and rules that a tablet keeps, in both languages."""

from typing import Any

import pytest
from django.test import Client

from cases.deeds import MOST_PHOTOS
from cases.models import Category
from cases.photos import MOST_BYTES
from households.models import ChecklistItem
from sync import reference
from tests.conftest import Queries
from tests.town import Town

pytestmark = pytest.mark.django_db


def ask(client: Client, tag: str = "") -> Any:
    return client.get("/api/v1/sync/reference/", headers={"If-None-Match": tag} if tag else {})


def texts(found: Any) -> list[dict[str, str]]:
    """Every {"en", "zh"} in it."""
    if isinstance(found, dict):
        if set(found) == {"en", "zh"}:
            return [found]
        found = list(found.values())
    return [text for part in found for text in texts(part)] if isinstance(found, list) else []


def test_everything_is_there_in_both_languages(town: Town) -> None:
    client = Client()
    client.force_login(town.outsider)
    for language in ("en", "zh-hans"):
        found = client.get("/api/v1/sync/reference/", headers={"Accept-Language": language}).json()
        assert all(text["en"].isascii() and not text["zh"].isascii() for text in texts(found))
        assert len(texts(found)) > 90
    lamp = found["categories"][0]["leaves"][0]
    assert lamp == {
        "code": "lamp", "name": {"en": "Streetlight is dark", "zh": "路灯不亮"}, "icon": "lamp",
        "topic": "facility", "lamps": True, "recheck": True,
    }  # fmt: skip
    assert found["steps"]["decline"] == {
        "name": {"en": "Decline", "zh": found["steps"]["decline"]["name"]["zh"]}, "needs": ["note"],
    }  # fmt: skip
    question = found["checklists"][0]["items"][0]
    assert (question["key"], question["kind"], question["category"]) == ("light", "fine", "lamp")
    assert found["answers"]["fine"][1]["calls"] is True
    assert found["limits"] == {
        "description": 2000, "whereabouts": 200, "note": 2000, "photos": MOST_PHOTOS,
        "photo_bytes": MOST_BYTES,
    }  # fmt: skip


def test_what_is_no_longer_reported_keeps_its_name(town: Town) -> None:
    Category.objects.filter(code="sign").update(active=False)
    found = reference.reference()
    offered = [leaf["code"] for group in found["categories"] for leaf in group["leaves"]]
    assert "paving" in offered
    assert "sign" not in offered
    assert [leaf["code"] for leaf in found["past_categories"]] == ["sign"]


def test_an_office_that_named_in_one_language_is_understood_in_both(town: Town) -> None:
    Category.objects.filter(code="sign").update(name="", name_zh="标牌")
    Category.objects.filter(code="bin").update(name_zh="")
    names = {
        leaf["code"]: leaf["name"]
        for group in reference.reference()["categories"]
        for leaf in group["leaves"]
    }
    assert names["sign"] == {"en": "标牌", "zh": "标牌"}
    assert names["bin"]["zh"] == names["bin"]["en"] != ""


def test_it_is_fetched_again_when_it_changed(town: Town, queries: Queries) -> None:
    client = Client()
    client.force_login(town.worker)
    tag = ask(client)["ETag"]
    # Session, member, version.
    with queries(3):
        assert ask(client, tag).status_code == 304
    for change in (
        lambda: Category.objects.filter(code="sign").update(lamps=True),
        lambda: ChecklistItem.objects.filter(key="food").update(must=False),
        lambda: Category.objects.filter(code="sign").delete(),
    ):
        change()
        changed = ask(client, tag)
        assert changed.status_code == 200
        assert changed["ETag"] != tag
        tag = changed["ETag"]
