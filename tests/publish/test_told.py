"""What a member is told of responsibility and of rounds: one list, seen once, forgotten in time."""

import datetime as dt
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.models import Member, Role
from config import retention
from handover.models import Notice
from rounds import daily
from rounds.models import Round, RoundNotice, State
from tests.handover.play import hand
from tests.rounds.play import plan
from tests.town import Town

DAY = dt.timedelta(days=1)


def signed_in(member: Member) -> Client:
    client = Client(HTTP_ACCEPT_LANGUAGE="en")
    client.force_login(member)
    return client


def told(client: Client) -> list[dict[str, Any]]:
    return client.get("/api/v1/notices/").json()["notices"]


def happened(town: Town) -> dt.datetime:
    """The rounds of the cell and of its community are overdue, and the cell changed hands; when."""
    now = timezone.now()
    for area, role in ((town.west, Role.WORKER), (town.community, Role.COORDINATOR)):
        plan(town, area=area, role=role, starts_on=timezone.localdate(now) - 15 * DAY)
    daily.tell_overdue(now - dt.timedelta(minutes=1))
    hand(town, now=now, day=timezone.localdate(now))
    return now


def test_handovers_and_rounds_are_told_in_one_list_and_seen_one_by_one(
    town: Town, queries: Any
) -> None:
    happened(town)
    worker = signed_in(town.worker)
    with queries(4):
        handover, late = told(worker)
    assert handover["text"].startswith("Lantern West went from Wang Wei to Tian Tian")
    assert "round of Lantern West was due on" in late["text"]
    for left, one in (([late], handover), ([], late)):
        address = f"/api/v1/notices/{one['about']}/{one['id']}/seen/"
        assert signed_in(town.outsider).post(address).status_code == 404
        assert worker.post(address).json()["seen"]
        assert worker.post(address).json()["seen"]
        assert told(worker) == left
    assert worker.post("/api/v1/notices/cases/1/seen/").status_code == 404


def test_a_round_that_was_made_is_told_of_no_more(town: Town) -> None:
    now = happened(town)
    Round.objects.update(state=State.DONE, how="form", done_by=town.worker, done_at=now)
    assert [one["about"] for one in told(signed_in(town.worker))] == ["responsibility"]


def test_notices_go_when_they_are_shown_no_more(town: Town) -> None:
    now = happened(town)
    missed = Round.objects.get(plan__area=town.west)
    Round.objects.filter(pk=missed.pk).update(state=State.MISSED)
    handed, gone = Notice.objects.count(), RoundNotice.objects.filter(round=missed).count()
    assert handed and gone

    def deleted(at: dt.datetime) -> list[int]:
        rows = [one for one in retention.run(at) if one.what.startswith("notices")]
        assert all(one.overdue == 0 and not one.failed for one in rows)
        return [one.deleted for one in rows]

    assert deleted(now + 29 * DAY) == [0, 0]
    assert deleted(now + 31 * DAY) == [handed, gone]
    # Of a round that is still due it is remembered that it was told of: nobody is told twice.
    assert RoundNotice.objects.filter(round__state=State.DUE).exists()
