"""A case's life, step by step."""

import datetime as dt
import itertools
import uuid

import pytest
from django.db.transaction import atomic
from django.db.utils import ProgrammingError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import Role
from api.errors import BadInput, Conflict, NotAllowed
from cases.edits import changed_in
from cases.handling import possible_steps
from cases.models import Case, Event, State
from cases.transitions import TABLE, IllegalStep, Standing, Step, rule_for, steps_from
from tests.cases.play import MONDAY, category, crew_of, do, point, report, to_done, volunteer
from tests.town import Town, small_town

DAY = dt.timedelta(days=1)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def town(db) -> Town:
    return small_town()


def test_from_report_to_closing(town):
    case = report(town)
    crew = crew_of(town.teammate)
    do(case, "accept", town.worker)
    do(case, "dispatch", town.coordinator, details={"crew": crew})
    do(case, "start", town.teammate)
    do(case, "finish", town.teammate, note="Two slabs laid")
    do(case, "verify", town.worker)
    do(case, "close", town.worker, now=MONDAY + DAY)
    assert (case.state, case.closed_at) == (State.CLOSED, MONDAY + DAY)
    assert [(event.number, event.state) for event in case.events.all()] == [
        (1, "reported"),
        (2, "accepted"),
        (3, "dispatched"),
        (4, "in_progress"),
        (5, "done"),
        (6, "verified"),
        (7, "closed"),
    ]


def test_an_illegal_step_names_the_legal_ones(town):
    case = report(town)
    with pytest.raises(IllegalStep, match=r"reported.*“Close”.*Possible now: Accept, Decline"):
        do(case, "close", town.coordinator)
    assert case.events.count() == 1


def test_somebody_else_may_not(town):
    case = report(town)
    for stranger in (town.outsider, town.teammate):
        assert possible_steps(case, stranger, MONDAY.date()) == []
        with pytest.raises(NotAllowed):
            do(case, "accept", stranger)


def test_only_the_crew_given_to_may_start(town):
    case = report(town)
    do(case, "accept", town.coordinator)
    do(case, "dispatch", town.coordinator, details={"crew": crew_of(town.teammate)})
    with pytest.raises(NotAllowed):
        do(case, "start", town.outsider)
    do(case, "start", town.teammate)
    assert case.state == State.IN_PROGRESS


@pytest.mark.parametrize(
    ("step", "missing"),
    [
        ("decline", "note"),
        ("merge", "into"),
        ("split", "parts"),
        ("recategorise", "category"),
        ("edit", "changes"),
    ],
)
def test_what_a_step_needs_is_asked_for(town, step, missing):
    case = report(town)
    with pytest.raises(BadInput) as refused:
        do(case, step, town.coordinator)
    assert set(refused.value.fields or {}) == {missing}


def test_two_at_once_one_wins_and_the_other_is_told_who(town):
    case = report(town)
    other = Case.objects.get(pk=case.pk)
    do(case, "accept", town.worker, version=1)
    with pytest.raises(Conflict, match="Wang Wei, “Accept”, 10:00"):
        do(other, "decline", town.coordinator, version=1, note="Too late")
    assert case.events.count() == 2


def test_the_same_step_again_is_one_event(town):
    case = report(town)
    key = uuid.uuid4()
    first = do(case, "accept", town.worker, key=key, version=1)
    assert do(case, "accept", town.worker, key=key, version=1) == first
    with pytest.raises(Conflict):
        do(case, "note", town.worker, key=key, note="Something else")


def test_events_are_never_changed_nor_deleted(town):
    report(town)
    for change in (lambda: Event.objects.update(note="Never"), Event.objects.all().delete):
        with pytest.raises(ProgrammingError, match="Cannot update or delete"), atomic():
            change()


def test_time_on_hold_does_not_count(town):
    case = report(town, "manhole")  # 4 hours: due 15:00
    do(case, "accept", town.worker)
    do(case, "dispatch", town.worker, details={"assignee": town.worker})
    noon = MONDAY + 2 * HOUR  # two hours are left
    do(case, "hold", town.worker, now=noon, note="No cover", details={"until": noon.date() + DAY})
    assert case.state == State.ON_HOLD
    assert not Case.objects.overdue(MONDAY + 30 * DAY).exists()
    later = MONDAY + 7 * DAY
    do(case, "resume", town.worker, now=later)
    assert case.due_at == later + 2 * HOUR


def test_a_rest_does_not_make_up_for_lateness(town):
    case = report(town, "manhole")
    due = case.due_at
    do(case, "accept", town.worker)
    do(case, "dispatch", town.worker, details={"assignee": town.worker})
    late = MONDAY + 7 * DAY
    do(case, "hold", town.worker, now=late, note="Wait", details={"until": late.date() + DAY})
    do(case, "resume", town.worker, now=late + DAY)
    assert case.due_at == due


@pytest.mark.parametrize("days", [-1, 0, 367])
def test_on_hold_until_a_day_that_cannot_be(town, days):
    case = report(town)
    do(case, "accept", town.worker)
    do(case, "dispatch", town.worker, details={"assignee": town.worker})
    with pytest.raises(BadInput):
        until = MONDAY.date() + days * DAY
        do(case, "hold", town.worker, note="Wait", details={"until": until})


def test_the_due_time_follows_the_category(town):
    case = report(town, "paving")
    do(case, "recategorise", town.coordinator, details={"category": category("manhole")})
    assert case.due_at == MONDAY + 5 * HOUR
    with pytest.raises(BadInput):
        do(case, "recategorise", town.coordinator, details={"category": category("events")})


def test_what_rested_stays_out_of_a_new_category_s_time(town):
    case = report(town, "paving")
    do(case, "accept", town.worker)
    do(case, "dispatch", town.worker, details={"assignee": town.worker})
    do(case, "hold", town.worker, note="Wait", details={"until": MONDAY.date() + DAY})
    do(case, "resume", town.worker, now=MONDAY + 2 * HOUR)
    do(
        case,
        "recategorise",
        town.worker,
        now=MONDAY + 3 * HOUR,
        details={"category": category("manhole")},
    )
    # 10:00 and four hours of work, two of rest, one of lunch
    assert case.due_at == MONDAY + 7 * HOUR


def test_sent_back_and_reopened(town):
    case = report(town)
    to_done(town, case, town.teammate)
    do(case, "rework", town.worker, note="Still loose")
    assert (case.state, case.done_at) == (State.DISPATCHED, None)
    do(case, "start", town.teammate)
    do(case, "finish", town.teammate)
    do(case, "verify", town.worker)
    do(case, "close", town.worker)
    with pytest.raises(Conflict, match="30 days"):
        do(case, "reopen", town.worker, now=MONDAY + 31 * DAY, note="Loose again")
    do(case, "reopen", town.worker, now=MONDAY + 29 * DAY, note="Loose again")
    assert (case.state, case.closed_at) == (State.ACCEPTED, None)
    assert case.due_at is not None
    assert case.due_at > MONDAY + 29 * DAY


def test_a_re_check_needs_somebody_else_on_site(town):
    case = report(town, "manhole")
    to_done(town, case, town.worker)
    with pytest.raises(Conflict, match="somebody else"):
        do(case, "verify", town.worker, location=point())
    with pytest.raises(BadInput, match="on site"):
        do(case, "verify", town.coordinator, location=point(300, 300))
    do(case, "verify", town.coordinator, location=point(130, 60))
    assert case.state == State.VERIFIED


def test_merged_cases_leave_their_weight_and_followers(town):
    one, other, third = report(town), report(town), report(town)
    one.followers.create(email="a@example.org", language="en", asked_at=MONDAY)
    do(other, "merge", town.worker, details={"into": one})
    do(one, "merge", town.worker, details={"into": third})
    third.refresh_from_db()
    assert (one.state, one.merged_into_id, third.confirmations) == (State.MERGED, third.pk, 2)
    assert [follower.email for follower in third.followers.all()] == ["a@example.org"]
    for target in (one, third):
        with pytest.raises(BadInput):
            do(third, "merge", town.worker, details={"into": target})


def test_parts_close_with_the_whole(town):
    case = report(town, "lamp_section")
    parts = [{"category": category("lamp")}, {"category": category("paving")}]
    do(case, "split", town.coordinator, details={"parts": parts})
    single = report(town, "lamp")
    do(single, "gather", town.coordinator, details={"into": case})
    assert (case.children.count(), single.due_at) == (3, case.due_at)
    to_done(town, case, town.teammate)
    do(case, "verify", town.coordinator, location=point())
    do(case, "close", town.coordinator)
    assert {part.state for part in case.children.all()} == {State.CLOSED}


def test_parts_go_on_by_themselves_when_the_whole_is_declined(town):
    case, single = report(town, "lamp_section"), report(town, "lamp")
    own = single.due_at
    do(single, "gather", town.coordinator, details={"into": case})
    do(case, "decline", town.coordinator, note="The lamps differ")
    single.refresh_from_db()
    assert (single.parent, single.due_at, single.state) == (None, own, State.REPORTED)


def test_a_part_that_is_reopened_stands_alone(town):
    case, single = report(town, "lamp_section"), report(town, "lamp")
    do(single, "gather", town.coordinator, details={"into": case})
    to_done(town, case, town.teammate)
    do(case, "verify", town.coordinator, location=point())
    do(case, "close", town.coordinator)
    single.refresh_from_db()
    do(single, "reopen", town.coordinator, note="Still dark")
    assert single.parent is None


def test_a_whole_does_not_go_into_its_own_part(town):
    case, single = report(town, "lamp_section"), report(town, "lamp")
    do(single, "gather", town.coordinator, details={"into": case})
    with pytest.raises(BadInput):
        do(case, "merge", town.coordinator, details={"into": single})


def test_a_due_time_ten_years_away_is_a_mistake(town):
    case = report(town)
    do(case, "accept", town.coordinator)
    details = {"assignee": town.worker, "due_at": MONDAY + 3660 * DAY}
    with pytest.raises(BadInput):
        do(case, "dispatch", town.coordinator, details=details)


def test_volunteers_claim_and_hand_back(town):
    helper = volunteer(town)
    case = report(town, "bin")
    do(case, "accept", town.worker)
    assert possible_steps(case, helper, MONDAY.date()) == [Step.CLAIM, Step.CONFIRM]
    do(case, "claim", helper)
    assert (case.state, case.assignee) == (State.DISPATCHED, helper)
    do(case, "hand_back", helper)
    assert (case.state, case.assignee, case.claimed_by) == (State.ACCEPTED, None, None)
    hole = report(town, "manhole")
    do(hole, "accept", town.worker)
    with pytest.raises(NotAllowed):
        do(hole, "claim", helper)


def test_saying_so_twice_counts_once(town):
    case = report(town)
    do(case, "confirm", town.outsider)
    with pytest.raises(Conflict):
        do(case, "confirm", town.outsider)
    assert case.confirmations == 1


def test_every_state_has_a_way_out_and_every_step_a_rule():
    assert set(TABLE) == set(Step) - {Step.REPORT}
    everybody = {*Role.values, *Standing}
    for state in set(State) - {State.DECLINED, State.MERGED}:
        moves = [TABLE[step].to for step in steps_from(state, everybody)]
        assert [to for to in moves if to not in (None, state)], state


def test_the_table_says_what_the_page_says():
    """domain.md's life of a case, line by line."""
    told = {
        ("reported", "accepted"), ("reported", "declined"), ("reported", "merged"),
        ("accepted", "dispatched"), ("dispatched", "in_progress"), ("in_progress", "done"),
        ("done", "verified"), ("verified", "closed"), ("done", "dispatched"),
        ("dispatched", "on_hold"), ("on_hold", "dispatched"), ("closed", "accepted"),
    }  # fmt: skip
    table = {
        (str(start), str(rule.to)) for rule in TABLE.values() for start in rule.start if rule.to
    }
    assert told <= table


@given(st.sampled_from([*Step.values, "", "x"]), st.sampled_from(State.values), st.data())
def test_a_step_is_legal_just_when_it_is_offered(step, state, data):
    held = data.draw(st.sets(st.sampled_from([*Role.values, *map(str, Standing)])))
    offered = step in steps_from(state, held)
    try:
        rule_for(step, state, held)
    except (IllegalStep, NotAllowed):
        assert not offered
    else:
        assert offered


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_the_state_is_the_sum_of_its_events(town, data):
    """Whatever people do, telling the events again leads where the case stands."""
    case = report(town)
    details = {
        "until": MONDAY.date() + DAY,
        "assignee": town.teammate,
        "category": category("bin"),
        "claimable": True,
        "into": case,
        "parts": [],
    }
    for _turn in range(8):
        step = data.draw(st.sampled_from(Step.values))
        try:
            do(case, step, town.administrator, note="So", location=point(), details=details)
        except (IllegalStep, NotAllowed, BadInput, Conflict):
            continue
    states = [event.state for event in case.events.order_by("number")]
    assert states[-1] == case.state
    assert case.version == len(states)
    for event, (before, after) in zip(
        case.events.order_by("number")[1:], itertools.pairwise(states), strict=True
    ):
        rule = TABLE[Step(event.step)]
        assert before in rule.start
        assert after == (rule.to or before)


def test_details_are_corrected_and_the_log_says_which_but_not_the_words(town):
    case = report(town, description="Hole at the corner", whereabouts="Row 1")
    event = do(
        case,
        "edit",
        town.coordinator,
        details={
            "changes": {
                "description": "Hole in front of the door",
                "whereabouts": "Row 1",
                "category": category("manhole"),
                "place": point(300, 60),
            }
        },
    )
    case.refresh_from_db()
    assert (case.description, case.whereabouts) == ("Hole in front of the door", "Row 1")
    assert (case.category.code, case.area_code) == ("manhole", town.east.code)
    assert event.details["fields"] == ["category", "description", "place"]
    assert "Hole" not in str(event.details)
    assert changed_in(case) == {"category": 2, "description": 2, "place": 2}
    assert case.state == State.REPORTED


def test_a_correction_that_changes_nothing_is_refused(town):
    case = report(town, description="Two\nlines")
    with pytest.raises(BadInput):
        do(case, "edit", town.worker, details={"changes": {"description": "Two\r\nlines "}})
    assert case.events.count() == 1
