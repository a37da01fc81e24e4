"""Care plans: what a household agreed to is kept to the day, and its word ends it at once."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import fields
from typing import Any, Unpack

import pytest
from django.apps import apps
from django.db import transaction
from django.db.models import Model
from hypothesis import given
from hypothesis import strategies as st

from accounts import acting
from api.errors import BadInput, Conflict, GridwalkError, NotAllowed, NotFound
from grid.models import Responsibility
from households.models import (
    AccessRecord,
    Cadence,
    CarePlan,
    Checklist,
    ConsentText,
    Household,
    Visit,
    VisitState,
)
from households.plan_rules import NewPlan, latest_end
from households.plans import renew, start_plan, start_plans, withdraw
from households.rhythm import after, checked_windows, first_suitable, step, suits
from households.visits import record_visit
from tests.conftest import Queries
from tests.households.care import DAY, NOW, TODAY, Terms, begin, consent, terms
from tests.households.homes import as_web_role, by_job, home
from tests.town import Town

days = st.dates(dt.date(2020, 1, 1), dt.date(2030, 12, 31))
cadences = st.sampled_from(Cadence.values)
weekdays = st.lists(st.integers(1, 7), min_size=1, max_size=7, unique=True)
windows = st.lists(
    st.builds(lambda chosen: {"days": chosen, "from": "09:00", "to": "11:00"}, weekdays),
    max_size=3,
)


@pytest.fixture
def west(town: Town) -> Household:
    with by_job():
        return home(town.buildings[0])


@given(cadences, windows, days)
def test_the_next_visit_is_later_suits_and_is_not_later_than_agreed_where_a_day_suits(
    cadence: str, open_days: list[dict[str, object]], day: dt.date
) -> None:
    owed, found = step(cadence, day), after(cadence, open_days, day)
    assert day < found
    assert suits(open_days, found)
    between = [day + DAY * more for more in range(1, (owed - day).days + 1)]
    suitable = [each for each in between if suits(open_days, each)]
    assert found == (suitable[-1] if suitable else first_suitable(open_days, owed))


@given(days)
def test_two_visits_a_week_fall_into_every_seven_days(day: dt.date) -> None:
    first = step(Cadence.TWICE_A_WEEK, day)
    assert step(Cadence.TWICE_A_WEEK, first) - day in (7 * DAY, 6 * DAY, 8 * DAY)
    third = step(Cadence.TWICE_A_WEEK, first)
    assert step(Cadence.TWICE_A_WEEK, third) - first == 7 * DAY


@pytest.mark.parametrize(
    ("cadence", "day", "owed"),
    [
        ("daily", "2026-02-28", "2026-03-01"),
        ("twice_a_week", "2026-11-23", "2026-11-26"),
        ("twice_a_week", "2026-11-26", "2026-11-30"),
        ("weekly", "2026-12-28", "2027-01-04"),
        ("fortnightly", "2026-11-22", "2026-12-06"),
        ("monthly", "2027-01-31", "2027-02-28"),
        ("monthly", "2026-12-15", "2027-01-15"),
        ("quarterly", "2026-11-30", "2027-02-28"),
    ],
)
def test_rhythms_by_the_calendar(cadence: str, day: str, owed: str) -> None:
    assert step(cadence, dt.date.fromisoformat(day)) == dt.date.fromisoformat(owed)


@given(cadences, windows, days)
def test_where_nobody_was_home_the_next_day_counts(
    cadence: str, open_days: list[dict[str, object]], day: dt.date
) -> None:
    assert after(cadence, open_days, day, VisitState.NOBODY_HOME) == day + DAY


@pytest.mark.parametrize(
    "wrong",
    [
        "any time",
        [{}],
        [{"days": [], "from": "09:00", "to": "10:00"}],
        [{"days": [0], "from": "09:00", "to": "10:00"}],
        [{"days": [True], "from": "09:00", "to": "10:00"}],
        [{"days": [1], "from": "11:00", "to": "10:00"}],
        [{"days": [1], "from": "9:00", "to": "10:00"}],
        [{"days": [1], "from": "09:00", "to": "24:00"}],
        [{"days": [1], "from": "09:00", "to": "10:00", "note": "likes tea"}],
        [{"days": [1], "from": "09:00", "to": "10:00"}] * 15,
    ],
)
def test_windows_hold_days_and_times_and_nothing_else(wrong: object) -> None:
    with pytest.raises(BadInput) as refused:
        checked_windows(wrong)
    assert "windows" in (refused.value.fields or {})


def test_a_plan_begins_with_its_first_visit_and_leaves_a_record(
    town: Town, west: Household
) -> None:
    with as_web_role(), acting.as_member(town.worker):
        plan = begin(west, town.worker)
        visit = plan.visits.get()
        assert (visit.state, visit.planned_for, visit.area_id) == ("planned", TODAY, west.area_id)
        looked = AccessRecord.objects.get()
        assert (looked.household, looked.member_id, looked.looked) == (
            west.pk,
            town.worker.pk,
            "change",
        )


def test_the_first_visit_waits_for_a_day_that_suits(town: Town, west: Household) -> None:
    tomorrow = TODAY + DAY
    open_days = [{"days": [tomorrow.isoweekday()], "from": "09:00", "to": "11:00"}]
    with acting.as_member(town.worker):
        assert begin(west, town.worker, windows=open_days).visits.get().planned_for == tomorrow


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("purpose", {"purpose": "key person"}),
        ("cadence", {"cadence": "hourly"}),
        ("ends_on", {"ends_on": latest_end(TODAY) + DAY}),
        ("ends_on", {"ends_on": TODAY - DAY}),
        ("starts_on", {"starts_on": TODAY + 400 * DAY, "ends_on": TODAY + 500 * DAY}),
        ("consent_on", {"on": TODAY + DAY}),
        ("consent_on", {"on": TODAY - 400 * DAY}),
        ("consent_by", {"by": "neighbour"}),
        ("consent_how", {"how": "hearsay"}),
        ("consent_name", {"by": "representative", "name": "  "}),
    ],
)
def test_what_was_not_agreed_to_is_refused_by_its_name(
    town: Town, west: Household, field: str, more: dict[str, Any]
) -> None:
    words = {name: more[name] for name in ("on", "by", "how", "name") if name in more}
    asked = {name: value for name, value in more.items() if name not in words}
    with acting.as_member(town.worker):
        with pytest.raises(BadInput) as refused:
            begin(west, town.worker, consent=consent(**words), **asked)
        assert list(refused.value.fields or {}) == [field]
        assert not CarePlan.objects.exists()


def test_a_year_is_the_longest(town: Town, west: Household) -> None:
    with acting.as_member(town.worker):
        assert begin(west, town.worker, ends_on=latest_end(TODAY)).visits.count() == 1


def test_one_plan_for_a_purpose_at_a_time(town: Town, west: Household) -> None:
    with acting.as_member(town.worker):
        begin(west, town.worker)
        with pytest.raises(Conflict):
            begin(west, town.worker, starts_on=TODAY + 200 * DAY, ends_on=TODAY + 300 * DAY)
        begin(west, town.worker, purpose="newborn")
        assert CarePlan.objects.count() == 2


def asked(household: Household, **more: Unpack[Terms]) -> NewPlan:
    """What `begin` asks for, of one plan among many."""
    return NewPlan(household, **terms(**more))


def kept(town: Town) -> list[list[tuple]]:
    """Every row that plans leave, but for ids of their own and the clock of the history."""

    def rows(model: type[Model], *own: str) -> list[tuple]:
        left = {"id", "plan", "pgh_id", "pgh_obj", "pgh_created_at", "pgh_context", *own}
        fields = [each.attname for each in model._meta.concrete_fields if each.name not in left]
        return sorted(model._default_manager.values_list(*fields), key=repr)

    with by_job():
        history = apps.get_model("households", "CarePlanEvent")
        return [rows(each) for each in (CarePlan, Visit, AccessRecord, history)]


def test_many_plans_begin_as_one_by_one_and_are_refused_for_the_same_reason(town: Town) -> None:
    with by_job():
        first, second, third, fourth = (home(town.buildings[0], str(label)) for label in range(4))
    tomorrow = TODAY + DAY
    open_days = [{"days": [tomorrow.isoweekday()], "from": "09:00", "to": "11:00"}]
    helped = consent(by="representative", name=" Ann ", how="writing", on=TODAY - 9 * DAY)
    wanted = [
        asked(first),
        # The second of two that cannot both be.
        asked(first, cadence="daily", starts_on=TODAY + 100 * DAY, ends_on=TODAY + 150 * DAY),
        asked(first, purpose="newborn", windows=open_days),
        asked(second, consent=helped, starts_on=TODAY - 9 * DAY, ends_on=TODAY),
        asked(second, consent=consent(on=TODAY - 400 * DAY), purpose="newborn"),
        asked(third, ends_on=latest_end(TODAY) + DAY),
        asked(third, windows=[{}]),
        # It has no day that suits, so it begins without a visit.
        asked(third, ends_on=TODAY, windows=open_days),
        asked(fourth, cadence="hourly"),
    ]

    def one_by_one() -> Iterator[CarePlan | GridwalkError]:
        for one in wanted:
            given = {field.name: getattr(one, field.name) for field in fields(one)}
            try:
                yield start_plan(**given, member=town.worker, now=NOW)
            except GridwalkError as error:
                yield error

    def together() -> list[CarePlan | GridwalkError]:
        return start_plans(wanted, member=town.worker, now=NOW)

    def told(answer: CarePlan | GridwalkError) -> tuple:
        if isinstance(answer, CarePlan):
            return answer.household_id, answer.purpose, answer.starts_on
        return type(answer), str(answer), answer.fields

    outcomes = []
    for way in (one_by_one, together):
        with transaction.atomic():
            with as_web_role(), acting.as_member(town.worker):
                answers = [told(answer) for answer in way()]
            outcomes.append((answers, kept(town)))
            transaction.set_rollback(True)
    assert outcomes[0] == outcomes[1]
    answers, (plans, visits, records, history) = outcomes[1]
    assert [answer[0] for answer in answers] == [
        first.pk, Conflict, first.pk, second.pk, BadInput, BadInput, BadInput, third.pk, BadInput,
    ]  # fmt: skip
    assert (len(plans), len(visits), len(records), len(history)) == (4, 3, 4, 4)


def test_among_many_only_the_homes_in_care_get_plans(town: Town) -> None:
    with by_job():
        ours = home(next(one for one in town.buildings if one.cell_id == town.west.pk))
        theirs = home(next(one for one in town.buildings if one.cell_id == town.east.pk))
        answers = start_plans([asked(theirs), asked(ours)], member=town.worker, now=NOW)
    assert isinstance(answers[0], NotAllowed)
    assert isinstance(answers[1], CarePlan)


def test_a_hundred_plans_take_as_few_queries_as_one(town: Town, queries: Queries) -> None:
    with by_job():
        homes = [home(town.buildings[0], str(label)) for label in range(101)]
        for some in (homes[:1], homes[1:]):
            wanted = [one for each in some for one in (asked(each), asked(each))]
            # Responsibilities, plans, those that are there now, visits, records.
            with queries(5):
                answers = start_plans(wanted, member=town.worker, now=NOW)
            assert sum(isinstance(one, CarePlan) for one in answers) == len(some)
            assert sum(isinstance(one, Conflict) for one in answers) == len(some)


def test_who_is_not_responsible_begins_and_ends_nothing(town: Town, west: Household) -> None:
    with acting.as_member(town.worker):
        plan = begin(west, town.worker)
    for other in (town.teammate, town.leader, town.administrator):
        with as_web_role(), acting.as_member(other):
            with pytest.raises(NotAllowed):
                begin(west, other, purpose="other")
            with pytest.raises(NotFound):
                withdraw(plan, member=other, now=NOW)
    with by_job(), pytest.raises(NotAllowed):
        withdraw(plan, member=town.teammate, now=NOW)


def test_withdrawal_takes_effect_at_once_and_twice_is_once(town: Town, west: Household) -> None:
    with as_web_role(), acting.as_member(town.worker):
        plan = begin(west, town.worker)
        ended = withdraw(plan, member=town.worker, now=NOW)
        again = withdraw(plan, member=town.worker, now=NOW + DAY)
        assert ended.withdrawn_at == again.withdrawn_at == NOW
        assert not Visit.objects.exists()
        assert not CarePlan.objects.in_force(TODAY).exists()
        assert AccessRecord.objects.count() == 2
        # Asked again, the household may agree anew.
        assert begin(west, town.worker).visits.count() == 1


def test_a_renewed_plan_goes_on_in_the_rhythm(town: Town, west: Household) -> None:
    with as_web_role(), acting.as_member(town.worker):
        plan = begin(west, town.worker, ends_on=TODAY + 10 * DAY)
        fresh = renew(
            plan,
            consent=consent(how="writing"),
            until=TODAY + 300 * DAY,
            member=town.worker,
            now=NOW,
        )
        assert (fresh.starts_on, fresh.ends_on) == (TODAY + 11 * DAY, TODAY + 300 * DAY)
        assert (fresh.cadence, fresh.purpose, fresh.consent_how) == ("weekly", "illness", "writing")
        # Visits: today, in 7 days; then the first that the new plan has.
        assert fresh.visits.get().planned_for == TODAY + 14 * DAY
        assert plan.visits.get().planned_for == TODAY


def test_an_ended_plan_is_renewed_from_today(town: Town, west: Household) -> None:
    with acting.as_member(town.worker):
        plan = begin(west, town.worker, ends_on=TODAY + 3 * DAY)
        record_visit(plan, key=plan.pk, state="declined", answers={}, member=town.worker, now=NOW)
    later = NOW + 5 * DAY
    with acting.as_member(town.worker):
        assert not plan.visits.filter(state="planned").exists()
        asked = consent(on=TODAY + 5 * DAY)
        fresh = renew(plan, consent=asked, until=TODAY + 100 * DAY, member=town.worker, now=later)
        assert fresh.starts_on == TODAY + 5 * DAY
        assert fresh.visits.get().planned_for == TODAY + 7 * DAY


def test_renewal_is_for_the_last_days_and_for_who_stayed(town: Town, west: Household) -> None:
    with acting.as_member(town.worker):
        plan = begin(west, town.worker)
        agreed, until = consent(), TODAY + 300 * DAY
        with pytest.raises(Conflict):
            renew(plan, consent=agreed, until=until, member=town.worker, now=NOW)
        withdraw(plan, member=town.worker, now=NOW)
        with pytest.raises(Conflict):
            renew(plan, consent=agreed, until=until, member=town.worker, now=NOW)
        assert CarePlan.objects.count() == 1


def test_care_ends_with_the_responsibility(town: Town, west: Household) -> None:
    with acting.as_member(town.worker):
        plan = begin(west, town.worker)
    Responsibility.objects.filter(member=town.worker).update(ends_on=TODAY - DAY)
    with as_web_role(), acting.as_member(town.worker), pytest.raises(NotFound):
        withdraw(plan, member=town.worker, now=NOW)


def test_what_ships_asks_in_both_languages(db: None) -> None:
    text = ConsentText.objects.get(version="1")
    assert text.text_en and text.text_zh
    lists = list(Checklist.objects.prefetch_related("items"))
    assert {each.purpose for each in lists} >= {"", "alone_and_old", "illness", "newborn"}
    for each in lists:
        assert each.items.count() >= 4
        assert all(item.text_en and item.text_zh for item in each.items.all())
