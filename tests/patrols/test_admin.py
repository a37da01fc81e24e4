"""Patrols in the administration."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from patrols.match import match_patrol
from patrols.models import Patrol, Team, TrackChunk, WalkedStretch
from tests.patrols.test_api import fixes, send
from tests.town import Town


@pytest.fixture
def patrol(client: Client, town: Town) -> Patrol:
    client.force_login(town.worker)
    found = match_patrol(send(client, {"fixes": fixes()}).json()["id"], now=timezone.now())
    client.force_login(town.administrator)
    return found


def shapes(page: Any) -> list[Any]:
    """What the maps of a page show."""
    scripts = re.findall(r'<script type="application/json">(.*?)</script>', page.content.decode())
    return [json.loads(text) for text in scripts if "FeatureCollection" in text]


def test_a_patrol_shows_its_track_and_what_it_covered(client: Client, patrol: Patrol) -> None:
    address = f"/admin/patrols/patrol/{patrol.pk}/change/"
    track, coverage = shapes(client.get(address))
    assert track["features"][0]["properties"]["source"] == "fixes"
    assert coverage["features"][0]["properties"]["source"] == "coverage"
    TrackChunk.objects.all().delete()
    track, coverage = shapes(client.get(address))
    assert track == coverage


def test_only_the_team_of_a_patrol_changes(client: Client, patrol: Patrol) -> None:
    team = Team.objects.create(name="Red Lanterns")
    sent = {"team": team.pk, "state": "failed", "fixes": 0}
    response = client.post(f"/admin/patrols/patrol/{patrol.pk}/change/", sent)
    assert response.status_code == 302
    patrol.refresh_from_db()
    assert (patrol.team, patrol.state, patrol.fixes) == (team, "matched", 20)


def test_erasing_says_what_goes_and_leaves_nothing(client: Client, patrol: Patrol) -> None:
    address = f"/admin/patrols/patrol/{patrol.pk}/delete/"
    assert "Track chunks: 1" in client.get(address).content.decode().replace("track", "Track")
    assert client.post(address, {"post": "yes"}).status_code == 302
    for model in (Patrol, TrackChunk, WalkedStretch):
        assert not model.objects.exists()


def test_patrols_are_not_erased_by_the_page(client: Client, patrol: Patrol) -> None:
    sent = {"action": "delete_selected", "_selected_action": [patrol.pk], "post": "yes"}
    client.post("/admin/patrols/patrol/", sent)
    assert Patrol.objects.filter(pk=patrol.pk).exists()


def test_a_patrol_is_matched_again(client: Client, patrol: Patrol) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    before = ProcrastinateJob.objects.count()
    sent = {"action": "match_again", "_selected_action": [patrol.pk]}
    assert client.post("/admin/patrols/patrol/", sent).status_code == 302
    assert ProcrastinateJob.objects.count() == before + 1
