"""What nobody gains by giving, covering or handing back, and what is told once only."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError

from accounts.models import Member, Role
from api.errors import BadInput, Conflict, NotAllowed
from grid.models import Area, Responsibility
from handover import daily, giving, leaves, moving
from handover.forms import LeaveForm
from handover.models import Handover, Notice
from handover.offers import offered_members
from tests.handover.play import DAY, NOW, TODAY, away, days, decides, hand
from tests.town import Town


@pytest.fixture
def leader_works(town: Town) -> Responsibility:
    """The leader worked in the west cell, until today."""
    return Responsibility.objects.create(
        member=town.leader,
        role=Role.WORKER,
        area=town.west,
        starts_on=TODAY - 9 * DAY,
        ends_on=TODAY,
    )


@pytest.mark.parametrize("until", [None, TODAY + DAY])
def test_nobody_lengthens_their_own_days_among_homes(
    town: Town, leader_works: Responsibility, until: dt.date | None
) -> None:
    row, powers = leader_works, decides(town.leader)
    with pytest.raises(NotAllowed, match="themselves"):
        giving.change(row, powers, TODAY, starts_on=row.starts_on, ends_on=until)
    row.refresh_from_db()
    assert row.ends_on == TODAY


def test_ones_own_days_may_become_fewer(town: Town, leader_works: Responsibility) -> None:
    row, powers = leader_works, decides(town.leader)
    Responsibility.objects.filter(pk=row.pk).update(ends_on=TODAY + 9 * DAY)
    giving.change(row, powers, TODAY, starts_on=row.starts_on, ends_on=TODAY)
    assert days(town.leader, town.west) == [(TODAY - 9 * DAY, TODAY)]


def test_what_one_holds_now_is_no_reason_to_hold_it_longer(
    town: Town, leader_works: Responsibility
) -> None:
    wish = giving.Wish(town.leader, Role.WORKER, town.west, TODAY + DAY)
    with pytest.raises(NotAllowed, match="themselves"):
        giving.give(wish, decides(town.leader), TODAY)
    with pytest.raises(NotAllowed):
        away(town, TODAY, TODAY + 9 * DAY, cover=town.leader, by=town.leader)
    assert days(town.leader, town.west) == [(TODAY - 9 * DAY, TODAY)]


def test_who_coordinates_knows_the_homes_and_may_work_there(town: Town) -> None:
    wish = giving.Wish(town.coordinator, Role.WORKER, town.west, TODAY)
    giving.give(wish, decides(town.coordinator), TODAY)
    assert days(town.coordinator, town.west) == [(TODAY, None)]


@pytest.fixture
def elsewhere(town: Town) -> Member:
    """Coordinates the community next to the town."""
    community = Area.objects.create(
        code="990101001002", level=12, name="Next", geometry=town.community.geometry
    )
    made = Member.objects.create(username="next")
    Responsibility.objects.create(
        member=made, role=Role.COORDINATOR, area=community, starts_on=TODAY - DAY
    )
    return made


def test_a_leave_tells_nothing_of_other_communities(town: Town, elsewhere: Member) -> None:
    powers = decides(elsewhere)
    found = leaves.plan(town.worker, town.teammate, TODAY, TODAY + DAY, powers)
    assert (found.gives, found.stays, found.has) == ((), (), ())
    given: dict[str, Any] = {
        "member": town.worker.pk,
        "cover": town.worker.pk,
        "starts_on": TODAY,
        "ends_on": TODAY,
    }
    form = LeaveForm(members=offered_members(powers, TODAY), data=given)
    assert not form.is_valid()
    assert "member" in form.errors and "cover" in form.errors


def test_what_was_given_back_otherwise_is_not_handed_back_as_well(town: Town) -> None:
    row = hand(town)
    giving.give(
        giving.Wish(town.worker, Role.WORKER, town.west, TODAY), decides(town.coordinator), TODAY
    )
    before = days(town.worker, town.west)
    with pytest.raises(Conflict):
        moving.undo(row, decides(town.coordinator), NOW)
    assert days(town.worker, town.west) == before


def test_a_leave_that_ends_as_before_is_told_to_nobody(town: Town) -> None:
    leave = away(town, TODAY, TODAY + 3 * DAY)
    before = Notice.objects.count()
    leaves.end(leave, leave.ends_on, decides(town.coordinator), NOW)
    assert Notice.objects.count() == before
    with pytest.raises(BadInput):
        leaves.end(leave, leave.ends_on + DAY, decides(town.coordinator), NOW)


def test_a_fault_of_one_handover_keeps_no_other_from_its_day(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = hand(town, day=TODAY + DAY)
    second = hand(town, day=TODAY + DAY, area=town.east, giver=town.teammate, taker=town.worker)
    real: Any = daily.hand_over

    def faulty(row: Handover, now: dt.datetime) -> None:
        if row.pk == first.pk:
            raise DatabaseError("no room")
        real(row, now)

    monkeypatch.setattr(daily, "hand_over", faulty)
    assert daily.carry_out(NOW + DAY) == 1
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (Handover.State.PLANNED, Handover.State.DONE)
