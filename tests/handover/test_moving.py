"""A cell goes over with its open cases, is planned, is handed back."""

import datetime as dt
import uuid

import pytest

from accounts.models import Member, Role
from api.errors import BadInput, Conflict, NotAllowed
from cases.models import Case, State
from cases.transitions import Step
from grid.models import Responsibility
from handover import daily, moving
from handover.models import Cover, Handover, Notice
from tests.cases.play import do, report
from tests.handover.play import DAY, NOW, TODAY, away, days, decides, hand
from tests.town import Town

LATER = NOW + 5 * DAY


@pytest.fixture
def case(town: Town) -> Case:
    """Accepted and given to the worker, who is responsible too."""
    made = report(town, now=NOW)
    do(made, Step.ACCEPT, town.worker, now=NOW)
    do(made, Step.DISPATCH, town.worker, now=NOW, details={"assignee": town.worker})
    return made


def begun(town: Town) -> dt.date:
    return Responsibility.objects.get(member=town.worker, area=town.west).starts_on


def test_the_cell_and_its_open_cases_go_in_one_step(town: Town, case: Case) -> None:
    closed = report(town, now=NOW)
    do(closed, Step.DECLINE, town.worker, now=NOW, note="No fault")
    since = begun(town)
    row = hand(town)
    case.refresh_from_db()
    closed.refresh_from_db()
    assert row.state == Handover.State.DONE
    assert days(town.worker, town.west) == [(since, TODAY - DAY)]
    assert days(town.teammate, town.west) == [(TODAY, None)]
    assert (case.responsible, case.assignee, case.state) == (
        town.teammate,
        town.teammate,
        State.DISPATCHED,
    )
    assert closed.responsible == town.worker
    event = case.events.order_by("number").last()
    assert event is not None
    assert (event.step, event.author, event.note) == (
        Step.HAND_OVER,
        town.coordinator,
        "Wang Wei → Tian Tian",
    )


def test_sent_twice_it_hands_over_once(town: Town, case: Case) -> None:
    key = uuid.uuid4()
    first, second = hand(town, key=key), hand(town, key=key)
    assert first == second
    assert Handover.objects.count() == 1
    assert case.events.filter(step=Step.HAND_OVER).count() == 1
    assert days(town.teammate, town.west) == [(TODAY, None)]


def test_both_are_told_and_who_did_it_is_not(town: Town) -> None:
    hand(town)
    told = Notice.objects.values_list("member", "kind")
    assert set(told) == {(town.worker.pk, "handed"), (town.teammate.pk, "handed")}


def test_a_later_day_is_planned_and_carried_out_by_night(town: Town, case: Case) -> None:
    day = TODAY + 5 * DAY
    row = hand(town, day=day)
    assert row.state == Handover.State.PLANNED
    assert days(town.teammate, town.west) == []
    assert daily.carry_out(LATER - DAY) == 0
    assert daily.carry_out(LATER) == 1
    assert daily.carry_out(LATER) == 0
    row.refresh_from_db()
    case.refresh_from_db()
    assert row.state == Handover.State.DONE
    assert days(town.teammate, town.west) == [(day, None)]
    assert case.responsible == town.teammate
    told = Notice.objects.filter(kind="handed").values_list("member", flat=True)
    assert set(told) == {town.worker.pk, town.teammate.pk, town.coordinator.pk}


def test_a_day_left_out_is_made_up_for(town: Town) -> None:
    hand(town, day=TODAY + 2 * DAY)
    assert daily.carry_out(LATER) == 1
    # Until the night it was carried out the old one held it: nobody was without.
    assert days(town.teammate, town.west) == [(TODAY + 5 * DAY, None)]
    assert days(town.worker, town.west)[0][1] == TODAY + 4 * DAY


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda town: Member.objects.filter(pk=town.teammate.pk).update(is_active=False), "closed"),
        (
            lambda town: Responsibility.objects.filter(member=town.worker).update(ends_on=TODAY),
            "not_held",
        ),
        (lambda town: town.west.__class__.objects.cells().update(retired_on=TODAY), "no_cell"),
    ],
)
def test_what_is_not_possible_on_its_day_is_told_and_changes_nothing(
    town: Town, change: object, why: str
) -> None:
    row = hand(town, day=TODAY + DAY)
    change(town)  # type: ignore[operator]
    assert daily.carry_out(LATER) == 0
    row.refresh_from_db()
    assert (row.state, row.problem) == (Handover.State.FAILED, why)
    assert days(town.teammate, town.west) == []
    assert Notice.objects.filter(kind="failed", member=town.coordinator).exists()


def test_handed_back_on_the_same_day_everything_is_as_it_was(town: Town, case: Case) -> None:
    before = days(town.worker, town.west)
    row = hand(town)
    moving.undo(row, decides(town.coordinator), NOW + dt.timedelta(hours=1))
    case.refresh_from_db()
    row.refresh_from_db()
    assert days(town.worker, town.west) == before
    assert days(town.teammate, town.west) == []
    assert (case.responsible, case.assignee) == (town.worker, town.worker)
    assert case.events.filter(step=Step.HAND_OVER).count() == 2
    assert row.state == Handover.State.UNDONE
    # Again changes nothing.
    moving.undo(row, decides(town.coordinator), NOW)
    assert case.events.filter(step=Step.HAND_OVER).count() == 2


def test_what_the_other_did_already_is_not_handed_back(town: Town, case: Case) -> None:
    do(case, Step.REASSIGN, town.worker, now=NOW, details={"assignee": town.teammate})
    row = hand(town)
    moving.undo(row, decides(town.coordinator), NOW)
    case.refresh_from_db()
    assert (case.responsible, case.assignee) == (town.worker, town.teammate)


def test_the_next_day_it_is_handed_over_anew(town: Town) -> None:
    row = hand(town)
    with pytest.raises(Conflict, match="same day"):
        moving.undo(row, decides(town.coordinator), NOW + DAY)
    assert days(town.teammate, town.west) == [(TODAY, None)]


def test_what_went_on_to_a_third_is_not_handed_back(town: Town) -> None:
    row = hand(town)
    hand(town, giver=town.teammate, taker=town.outsider)
    assert days(town.teammate, town.west) == []
    with pytest.raises(Conflict, match="went on"):
        moving.undo(row, decides(town.coordinator), NOW)
    assert days(town.outsider, town.west) == [(TODAY, None)]


def test_a_planned_one_is_cancelled(town: Town) -> None:
    row = hand(town, day=TODAY + DAY)
    with pytest.raises(Conflict, match="planned already"):
        hand(town, day=TODAY + 2 * DAY)
    moving.undo(row, decides(town.coordinator), NOW)
    assert daily.carry_out(LATER) == 0
    row.refresh_from_db()
    assert row.state == Handover.State.CANCELLED


def test_who_holds_it_already_keeps_one_row(town: Town) -> None:
    own = Responsibility.objects.create(
        member=town.teammate,
        role=Role.WORKER,
        area=town.west,
        starts_on=TODAY - DAY,
        ends_on=TODAY + DAY,
    )
    row = hand(town)
    assert days(town.teammate, town.west) == [(TODAY - DAY, None)]
    moving.undo(row, decides(town.coordinator), NOW)
    own.refresh_from_db()
    assert own.ends_on == TODAY + DAY


def test_covers_end_with_what_they_cover_and_come_back(town: Town) -> None:
    away(town, TODAY, TODAY + 3 * DAY, cover=town.outsider)
    row = hand(town)
    assert days(town.outsider, town.west) == []
    moving.undo(row, decides(town.coordinator), NOW)
    assert days(town.outsider, town.west) == [(TODAY, TODAY + 3 * DAY)]
    assert Cover.objects.get().source.member == town.worker


@pytest.mark.parametrize("who", ["worker", "outsider"])
def test_others_hand_nothing_over(town: Town, who: str) -> None:
    with pytest.raises(NotAllowed):
        hand(town, by=getattr(town, who))
    assert not Handover.objects.exists()


def test_nobody_takes_homes_for_themselves(town: Town) -> None:
    with pytest.raises(NotAllowed, match="themselves"):
        hand(town, taker=town.leader, by=town.leader)
    assert hand(town, taker=town.coordinator).state == Handover.State.DONE


@pytest.mark.parametrize(
    ("more", "kind"),
    [
        ({"day": TODAY - DAY}, BadInput),
        ({"day": TODAY + 6 * 366 * DAY}, BadInput),
        ({"giver": "teammate", "taker": "worker"}, moving.NotPossible),
        ({"taker": "worker"}, moving.NotPossible),
    ],
)
def test_what_cannot_be_is_refused(town: Town, more: dict, kind: type[Exception]) -> None:
    given = {
        name: getattr(town, who) if isinstance(who, str) else who for name, who in more.items()
    }
    with pytest.raises(kind):
        hand(town, **given)
    assert not Handover.objects.exists()
