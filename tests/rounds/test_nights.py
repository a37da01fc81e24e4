"""What happens by itself: rounds are made once, told of as overdue, climb, and are missed."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core import mail
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role
from api.errors import BadInput, NotAllowed
from grid.models import Responsibility
from rounds import daily
from rounds.models import Cadence, Round, RoundNotice, RoundPlan, State
from rounds.notices import send
from rounds.plans import change
from tests.rounds.play import DAY, TODAY, at, days, hold, plan, terms
from tests.town import Town

MONDAY = dt.date(2027, 3, 8)
Kind = RoundNotice.Kind


def night(day: dt.date) -> None:
    daily.every_night(at(day))


def told(kind: str) -> set[str]:
    return set(RoundNotice.objects.filter(kind=kind).values_list("member__username", flat=True))


def test_a_plan_owes_the_period_under_way_from_its_first_day(town: Town) -> None:
    one = plan(town)
    assert days(one) == [(TODAY, MONDAY + 6 * DAY, State.DUE)]
    night(TODAY + DAY)
    assert len(days(one)) == 1
    night(MONDAY + 7 * DAY)
    assert days(one)[1] == (MONDAY + 7 * DAY, MONDAY + 13 * DAY, State.DUE)


def test_nights_left_out_are_made_up_for(town: Town) -> None:
    one = plan(town, cadence=Cadence.HALF_MONTHLY, starts_on=dt.date(2027, 1, 31))
    night(dt.date(2027, 3, 20))
    assert [due for _start, due, _state in days(one)] == [
        dt.date(2027, 1, 31),
        dt.date(2027, 2, 15),
        dt.date(2027, 2, 28),
        dt.date(2027, 3, 15),
        dt.date(2027, 3, 31),
    ]
    before = days(one)
    night(dt.date(2027, 3, 20))
    assert days(one) == before


def test_a_plan_that_ends_within_a_period_does_not_owe_it(town: Town) -> None:
    one = plan(town)
    friday = MONDAY + 4 * DAY
    change(one, terms(ends_on=friday), town.coordinator, TODAY)
    assert [state for _start, _due, state in days(one)] == [State.DROPPED]
    change(one, terms(ends_on=MONDAY + 6 * DAY), town.coordinator, TODAY)
    assert [state for _start, _due, state in days(one)] == [State.DUE]
    night(MONDAY + 8 * DAY)
    assert len(days(one)) == 1


def test_an_area_that_is_gone_owes_nothing(town: Town) -> None:
    one = plan(town, area=town.west, role=Role.WORKER)
    town.west.retired_on = TODAY + DAY
    town.west.save()
    night(TODAY + 8 * DAY)
    assert [state for _start, _due, state in days(one)] == [State.DROPPED]


def test_the_same_page_sent_twice_is_one_plan(town: Town) -> None:
    key = uuid.uuid4()
    assert plan(town, key=key) == plan(town, key=key)
    assert Round.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"items": ()},
        {"role": Role.LEADER},
        {"ends_on": TODAY - DAY},
        {"starts_on": TODAY - DAY, "today": TODAY},
    ],
)
def test_a_plan_that_cannot_be_is_refused(town: Town, wrong: dict[str, Any]) -> None:
    with pytest.raises(BadInput):
        plan(town, **wrong)
    assert not RoundPlan.objects.exists()


def test_who_does_not_decide_there_plans_nothing(town: Town) -> None:
    for member in (town.worker, town.outsider):
        with pytest.raises(NotAllowed):
            plan(town, member=member)
    with pytest.raises(NotAllowed):
        plan(town, area=town.subdistrict, role=Role.LEADER)
    assert plan(town, area=town.subdistrict, role=Role.LEADER, member=town.leader)


def test_an_overdue_round_is_told_once_to_who_makes_it_and_the_coordinator(town: Town) -> None:
    plan(town, area=town.west, role=Role.WORKER)
    sunday = MONDAY + 6 * DAY
    night(sunday)
    assert told(Kind.OVERDUE) == set()
    night(sunday + DAY)
    night(sunday + DAY)
    night(sunday + 2 * DAY)
    assert told(Kind.OVERDUE) == {"worker", "coordinator"}
    assert RoundNotice.objects.count() == 2


def test_whoever_takes_the_cell_over_makes_its_rounds(town: Town) -> None:
    one = plan(town, area=town.west, role=Role.WORKER)
    rounds = Round.objects.filter(plan=one)
    assert rounds.of_member(town.worker, TODAY).exists()
    Responsibility.objects.filter(member=town.worker).update(ends_on=TODAY)
    hold(town.teammate, Role.WORKER, town.west)
    assert not rounds.of_member(town.worker, TODAY + DAY).exists()
    assert rounds.of_member(town.teammate, TODAY + DAY).exists()
    assert not rounds.of_member(town.coordinator, TODAY).exists()


def test_it_climbs_level_by_level_and_each_once(town: Town) -> None:
    hold(town.outsider, Role.LEADER, town.district)
    hold(town.administrator, Role.LEADER, town.city)
    one = plan(town, climb_after=3)
    sunday = MONDAY + 6 * DAY
    for more, level, members in (
        (2, None, set()),
        (3, 9, {"leader"}),
        (5, 9, {"leader"}),
        (6, 6, {"leader", "outsider"}),
        (20, 6, {"leader", "outsider"}),
    ):
        daily.climb(at(sunday + more * DAY))
        assert Round.objects.get(plan=one).climbed_to == level, more
        assert told(Kind.CLIMBED) == members, more
    assert RoundNotice.objects.filter(kind=Kind.CLIMBED).count() == 2


def test_a_level_that_nobody_leads_is_passed_over(town: Town) -> None:
    hold(town.outsider, Role.LEADER, town.city)
    Responsibility.objects.filter(member=town.leader).delete()
    one = plan(town)
    daily.climb(at(MONDAY + 9 * DAY))
    assert Round.objects.get(plan=one).climbed_to == 4
    assert told(Kind.CLIMBED) == {"outsider"}


def test_nights_left_out_climb_both_levels_at_once(town: Town) -> None:
    hold(town.outsider, Role.LEADER, town.district)
    one = plan(town)
    night(MONDAY + 26 * DAY)
    first = Round.objects.filter(plan=one).earliest("due_on")
    assert (first.climbed_to, first.state) == (6, State.MISSED)
    assert told(Kind.CLIMBED) == {"leader", "outsider"}


def test_a_round_is_missed_once_the_next_period_is_over_too(town: Town) -> None:
    one = plan(town)
    due_on = MONDAY + 6 * DAY
    night(due_on + 7 * DAY)
    assert Round.objects.get(plan=one, due_on=due_on).state == State.DUE
    night(due_on + 8 * DAY)
    assert Round.objects.get(plan=one, due_on=due_on).state == State.MISSED


def test_mail_goes_in_the_members_language_and_not_after_it_is_seen(
    town: Town, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EMAIL_HOST = "mail.example"
    queued: list[int] = []
    monkeypatch.setattr("rounds.tasks.send_notice.defer", lambda notice: queued.append(notice))
    town.coordinator.email, town.coordinator.language = "cui@example.org", "zh-hans"
    town.coordinator.save()
    plan(town)
    night(MONDAY + 7 * DAY)
    assert len(queued) == 1
    send(queued[0])
    assert len(mail.outbox) == 1
    assert "Lantern Community" in mail.outbox[0].subject and "排查" in mail.outbox[0].subject
    RoundNotice.objects.update(seen_at=timezone.now())
    send(queued[0])
    assert len(mail.outbox) == 1


def test_a_night_takes_as_many_queries_for_many_plans(town: Town) -> None:
    def cost(plans: int) -> int:
        with transaction.atomic():
            for _number in range(plans):
                plan(town, area=town.west, role=Role.WORKER)
            with CaptureQueriesContext(connection) as found:
                night(MONDAY + 20 * DAY)
            assert Round.objects.count() == 3 * plans
            transaction.set_rollback(True)
        return len(found)

    assert cost(3) == cost(12)
