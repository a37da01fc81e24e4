"""How long it is kept what could not be taken in."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from config import retention as all_terms
from sync import retention
from sync.models import Operation
from tests.patrols.walking import fixes
from tests.sync.notes import note
from tests.sync.tablet import Tablet
from tests.sync.test_patrols import walk_of
from tests.town import Town

pytestmark = pytest.mark.usefixtures("told")


@pytest.fixture
def kept(town: Town, settings: Any) -> dict[str, dict[str, Any]]:
    """A refused note, a note that waits for it, and a part of a walk without its start."""
    settings.TRACK_RETENTION_DAYS, settings.QUARANTINE_RETENTION_DAYS = 30, 90
    tablet = Tablet(town.worker)
    refused = note(tablet, "refuse")
    held = note(tablet, after=[refused])
    part = walk_of(tablet, fixes((50, 50), (150, 50)))[1]
    assert tablet.states(refused, held, part) == ["rejected", "held", "held"]
    return {"refused": refused, "held": held, "part": part}


def left(kept: dict[str, dict[str, Any]]) -> set[str]:
    names = {operation["id"]: name for name, operation in kept.items()}
    return {names[str(row.pk)] for row in Operation.objects.filter(payload__isnull=False)}


def in_days(days: int) -> dt.datetime:
    return timezone.now() + dt.timedelta(days=days)


def test_positions_go_with_the_tracks_the_rest_later(kept: dict[str, dict[str, Any]]) -> None:
    assert retention.delete_payloads(in_days(29)) == 0
    assert retention.delete_payloads(in_days(31)) == 1
    assert left(kept) == {"refused", "held"}
    assert retention.delete_payloads(in_days(89)) == 0
    assert retention.delete_payloads(in_days(91)) == 2
    assert left(kept) == set()


def test_what_expired_is_never_taken_anew_and_says_why(
    kept: dict[str, dict[str, Any]], town: Town
) -> None:
    retention.delete_payloads(in_days(91))
    tablet = Tablet(town.worker, device=str(Operation.objects.all()[0].device_id))
    answers = tablet.send(kept["refused"], kept["held"])
    assert [answer["code"] for answer in answers] == ["not_allowed", "expired"]
    assert {answer["state"] for answer in answers} == {"rejected"}


def test_it_is_one_of_the_terms_of_the_house(kept: dict[str, dict[str, Any]]) -> None:
    done = {one.what: one for one in all_terms.run(in_days(31), dry_run=True)}
    assert done["what tablets sent and was not taken in"].deleted == 1
    assert len(kept) == 3
