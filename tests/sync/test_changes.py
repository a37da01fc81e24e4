"""What tablets are told: as much as they may carry, as soon as it changes, and no more."""

import datetime as dt
from collections.abc import Callable

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone

from accounts import acting
from accounts.models import Member, Role
from cases.models import Case
from grid.models import Area, Level, Responsibility
from households.erase import erase_all
from households.models import AccessRecord, CarePlan, Door, Household, Looked, Visit
from households.plans import withdraw
from streetlights.models import Lamp
from sync import changes
from tests.cases.play import crew_of, do, point, report, volunteer
from tests.households.homes import home, plan
from tests.sync.feed import ADDRESS, Tablet, committed_town, signed_in
from tests.town import Town, place

pytestmark = pytest.mark.django_db(transaction=True)

NOW = timezone.now()
DAY = dt.timedelta(days=1)


@pytest.fixture
def town(transactional_db: None) -> Town:
    return committed_town()


@pytest.fixture
def lamp(town: Town) -> Lamp:
    return _lamp(town, town.west, "L1")


def _lamp(town: Town, cell: Area, number: str) -> Lamp:
    return Lamp.objects.create(
        community=town.community, cell=cell, number=number, location=Point(*place(100, 60))
    )


def _works_in(member: Member, *areas: Area, role: Role = Role.WORKER) -> None:
    """The member works there from today on and nowhere else."""
    Responsibility.objects.filter(member=member).delete()
    for area in areas:
        Responsibility.objects.create(
            member=member, role=role, area=area, starts_on=dt.date(2020, 1, 1)
        )


def _home(town: Town, cell: Area, label: str = "1") -> Household:
    building = next(b for b in town.buildings if b.cell_id == cell.pk)
    with acting.as_job("import"):
        return home(building, label)


def _plan(town: Town, household: Household) -> CarePlan:
    with acting.as_job("import"):
        return plan(household, town)


def test_first_pull_is_everything_the_member_carries(town: Town, lamp: Lamp) -> None:
    mine = report(town, now=NOW)
    report(town, now=NOW, location=point(300, 60), reporter=town.outsider)
    _lamp(town, town.east, "L2")
    tablet = Tablet(town.worker)
    answer = tablet.ask()
    assert answer["reset"] and not answer["more"]
    assert answer["protocol"] == 1 and answer["device"] == tablet.device
    assert answer["areas"] == [town.west.code]
    assert answer["member"] == {"id": town.worker.pk, "name": str(town.worker)}
    [case] = answer["changes"]["cases"]["put"]
    assert (case["id"], case["category"], case["state"], case["version"]) == (
        *(mine.pk, "paving", "reported"),
        1,
    )
    assert "accept" in case["steps"] and case["area"] == town.west.code and case["photos"] == 0
    [told] = answer["changes"]["lamps"]["put"]
    assert told["id"] == lamp.pk and told["state"] == "unknown" and told["cell"] == town.west.code
    assert round(told["lon"], 6) == round(place(100, 60)[0], 6)


def test_what_changed_is_told_once(town: Town, lamp: Lamp) -> None:
    tablet = Tablet(town.worker)
    tablet.pull()
    case = report(town, now=NOW)
    lamp.see("dark", at=NOW, member=town.worker)
    [answer] = tablet.pull()
    assert not answer["reset"]
    assert tablet.held["cases"][case.pk]["state"] == "reported"
    assert tablet.held["lamps"][lamp.pk]["state"] == "faulty"
    assert tablet.held["lamps"][lamp.pk]["seen_at"] is not None
    assert tablet.told("cases") == ([], [])
    do(case, "accept", town.coordinator, now=NOW)
    tablet.pull()
    assert tablet.held["cases"][case.pk]["state"] == "accepted"


def test_the_same_answer_lost_is_given_again(town: Town) -> None:
    tablet = Tablet(town.worker)
    tablet.pull()
    report(town, now=NOW)
    lost, again = tablet.ask(), tablet.ask()
    assert lost["changes"]["cases"] == again["changes"]["cases"]
    assert len(again["changes"]["cases"]["put"]) == 1


def test_an_ended_case_goes(town: Town) -> None:
    case = report(town, now=NOW)
    tablet = Tablet(town.worker)
    tablet.pull()
    do(case, "decline", town.coordinator, now=NOW, note="Not ours.")
    assert tablet.told("cases") == ([], [case.pk])


def test_a_case_that_moves_to_another_cell_goes(town: Town) -> None:
    case = report(town, now=NOW, reporter=None, source="resident")
    here, there = Tablet(town.worker), Tablet(town.teammate)
    _works_in(town.teammate, town.east)
    here.pull(), there.pull()
    Case.objects.filter(pk=case.pk).update(area_code=town.east.code)
    assert here.told("cases") == ([], [case.pk])
    assert there.told("cases") == ([case.pk], [])


def test_crew_gets_what_is_given_to_it_anywhere_and_loses_it_with_the_crew(town: Town) -> None:
    crew = crew_of(town.outsider)
    tablet = Tablet(town.outsider)
    tablet.pull()
    case = report(town, now=NOW)
    do(case, "accept", town.coordinator, now=NOW)
    do(case, "dispatch", town.coordinator, now=NOW, details={"crew": crew})
    tablet.pull()
    assert "start" in tablet.held["cases"][case.pk]["steps"]
    assert not tablet.areas
    crew.members.clear()
    assert tablet.told("cases") == ([], [case.pk])
    crew.members.set([town.outsider])
    assert tablet.told("cases") == ([case.pk], [])


def test_a_volunteer_sees_what_may_be_claimed(town: Town) -> None:
    helper = volunteer(town)
    case = report(town, now=NOW)
    tablet = Tablet(helper)
    tablet.pull()
    assert tablet.held["cases"] == {}
    Case.objects.filter(pk=case.pk).update(claimable=True)
    do(case, "accept", town.coordinator, now=NOW)
    tablet.pull()
    assert tablet.held["cases"][case.pk]["steps"] == ["claim", "confirm"]
    # As a worker they see it all, and the steps of a worker.
    _works_in(helper, town.west)
    tablet.pull()
    assert "dispatch" in tablet.held["cases"][case.pk]["steps"]


def test_who_comes_to_lead_sees_more_steps(town: Town) -> None:
    case = report(town, now=NOW)
    tablet = Tablet(town.worker)
    tablet.pull()
    assert "offer" not in tablet.held["cases"][case.pk]["steps"]
    Responsibility.objects.create(
        member=town.worker, role=Role.LEADER, area=town.district, starts_on=dt.date(2020, 1, 1)
    )
    assert tablet.told("cases") == ([case.pk], [])
    assert "offer" in tablet.held["cases"][case.pk]["steps"]


def test_who_loses_an_area_loses_its_records_and_gains_those_of_the_next(
    town: Town, lamp: Lamp
) -> None:
    other = _lamp(town, town.east, "L2")
    west = report(town, now=NOW, reporter=None, source="resident")
    east = report(town, now=NOW, location=point(300, 60), reporter=None, source="resident")
    lost = _plan(town, _home(town, town.west)).pk
    gained = _plan(town, _home(town, town.east)).pk
    tablet = Tablet(town.worker)
    tablet.pull()
    assert {v["plan"] for v in tablet.held["visits"].values()} == {str(lost)}
    _works_in(town.worker, town.east)
    answer = tablet.ask()
    tablet.take(answer)
    assert answer["areas"] == [town.east.code] and not answer["reset"]
    assert (set(tablet.held["cases"]), set(tablet.held["lamps"])) == ({east.pk}, {other.pk})
    assert west.pk in answer["changes"]["cases"]["gone"]
    assert lamp.pk in answer["changes"]["lamps"]["gone"]
    assert {v["plan"] for v in tablet.held["visits"].values()} == {str(gained)}
    assert len(answer["changes"]["visits"]["gone"]) == 1


def test_a_member_without_homes_gets_none(town: Town) -> None:
    _plan(town, _home(town, town.west))
    for member in (town.leader, town.administrator, volunteer(town)):
        tablet = Tablet(member)
        tablet.pull()
        assert tablet.held["visits"] == {}
    assert not AccessRecord.objects.filter(looked=Looked.TABLET).exists()


def test_a_visit_tells_the_fewest_fields(town: Town) -> None:
    made = _plan(town, _home(town, town.west, "12"))
    tablet = Tablet(town.worker)
    tablet.pull()
    [visit] = tablet.held["visits"].values()
    assert visit.keys() == {
        *("id", "plan", "planned_for", "due", "windows", "cell", "building", "lon", "lat"),
        *("address", "door", "checklist", "last"),
    }
    assert visit["due"] == "today" and visit["door"] == "12" and visit["last"] is None
    assert visit["checklist"] == made.checklist_id and visit["cell"] == town.west.code


def test_a_look_is_recorded_once_for_household_device_and_day(town: Town) -> None:
    household = _home(town, town.west)
    made = _plan(town, household)
    one, two = Tablet(town.worker), Tablet(town.worker)
    one.pull()
    one.cursor = ""
    one.pull(), two.pull()
    with acting.as_job("retention"):
        records = AccessRecord.objects.filter(household=household.pk, looked=Looked.TABLET)
        assert sorted(record.why for record in records) == sorted(
            [one.device[-12:], two.device[-12:]]
        )
        assert {record.member for record in records} == {town.worker}
        CarePlan.objects.filter(pk=made.pk).update(windows=[{"days": [1]}])
    one.pull()
    with acting.as_job("retention"):
        assert records.count() == 2


def test_a_withdrawn_household_is_gone_at_the_next_sync(town: Town) -> None:
    made = _plan(town, _home(town, town.west))
    tablet = Tablet(town.worker)
    tablet.pull()
    [visit] = tablet.held["visits"]
    with acting.as_member(town.worker):
        withdraw(made, member=town.worker, now=timezone.now())
    assert tablet.told("visits") == ([], [visit])


def test_an_erased_household_is_gone_at_the_next_sync(town: Town) -> None:
    household = _home(town, town.west)
    _plan(town, household)
    tablet = Tablet(town.worker)
    tablet.pull()
    [visit] = tablet.held["visits"]
    with acting.as_member(town.coordinator):
        erase_all([household.pk], now=timezone.now())
    assert tablet.told("visits") == ([], [visit])


def test_changes_of_a_home_are_told(town: Town) -> None:
    household = _home(town, town.west)
    _plan(town, household)
    tablet = Tablet(town.worker)
    tablet.pull()
    yesterday, windows = timezone.localdate() - DAY, [{"days": [2], "from": "09:00", "to": "10:00"}]
    for key, value, rows in (
        ("door", "99", Door.objects.filter(pk=household.door_id)),
        ("windows", windows, CarePlan.objects.all()),
        ("planned_for", yesterday, Visit.objects.all()),
    ):
        with acting.as_member(town.worker):
            rows.update(**{"label" if key == "door" else key: value})
        put, gone = tablet.told("visits")
        assert (len(put), gone) == (1, [])
        [visit] = tablet.held["visits"].values()
        assert visit[key] == (str(value) if key == "planned_for" else value)
    assert visit["due"] == "overdue"


def test_a_new_day_brings_what_comes_into_the_week_and_takes_ended_plans(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = timezone.localdate()
    for label, ends in (("1", 300), ("2", 0)):
        with acting.as_job("import"):
            plan(_home(town, town.west, label), town, ends_on=today + ends * DAY)
    later = _plan(town, _home(town, town.west, "3"))
    with acting.as_job("import"):
        Visit.objects.filter(plan=later).update(planned_for=today + 7 * DAY)
    tablet = Tablet(town.worker)
    tablet.pull()
    assert len(tablet.held["visits"]) == 2
    assert {v["due"] for v in tablet.held["visits"].values()} == {"today"}
    tomorrow = timezone.now() + DAY
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    put, gone = tablet.told("visits")
    assert (len(put), len(gone)) == (2, 1)
    due = {v["door"]: v["due"] for v in tablet.held["visits"].values()}
    assert due == {"1": "overdue", "3": "week"}


def test_what_falls_due_is_told_without_any_change(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = report(town, now=NOW)
    Case.objects.filter(pk=case.pk).update(due_at=timezone.now() + 2 * DAY)
    tablet = Tablet(town.worker)
    tablet.pull()
    assert tablet.held["cases"][case.pk]["due"] is None
    for days, due in ((1.5, "soon"), (2.5, "overdue")):
        later = NOW + days * DAY
        monkeypatch.setattr(timezone, "now", lambda later=later: later)
        assert tablet.told("cases") == ([case.pk], [])
        assert tablet.held["cases"][case.pk]["due"] == due
        assert tablet.told("cases") == ([], [])


def test_pages(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "PAGE", 3)
    lamps = [_lamp(town, town.west, str(number)).pk for number in range(5)]
    first = report(town, now=NOW)
    tablet = Tablet(town.worker)
    answers = [tablet.ask()]
    tablet.take(answers[0])
    # What changes between two pages is told in the end.
    second = report(town, now=NOW, code="rubbish")
    answers += tablet.pull()
    assert [answer["reset"] for answer in answers] == [True] + [False] * (len(answers) - 1)
    tablet.pull()
    assert set(tablet.held["cases"]) == {first.pk, second.pk}
    assert sorted(tablet.held["lamps"]) == lamps
    Lamp.objects.filter(pk__in=lamps).update(working=True)
    answers = tablet.pull()
    assert [len(answer["changes"]["lamps"]["put"]) for answer in answers] == [3, 2]
    assert {lamp["state"] for lamp in tablet.held["lamps"].values()} == {"working"}


def test_an_import_that_finds_lamps_as_they_were_tells_nobody(town: Town, lamp: Lamp) -> None:
    tablet = Tablet(town.worker)
    tablet.pull()
    Lamp.objects.update(digest=b"seen again", number=lamp.number)
    assert tablet.told("lamps") == ([], [])
    Lamp.objects.filter(pk=lamp.pk).delete()
    assert tablet.told("lamps") == ([], [lamp.pk])


def test_refusals(town: Town) -> None:
    tablet = Tablet(town.worker)
    tablet.pull()
    client = tablet.client
    bad = client.get(ADDRESS, {"device": "no", "cursor": ""})
    assert (bad.status_code, bad.json()["error"]["code"]) == (400, "bad_input")
    for cursor in ("x", tablet.cursor + "x", tablet.cursor[:-3], "a" * 30_000):
        bad = client.get(ADDRESS, {"device": tablet.device, "cursor": cursor})
        assert (bad.status_code, bad.json()["error"]["code"]) == (400, "bad_cursor")
    other = signed_in(town.teammate)
    bad = other.get(ADDRESS, {"device": tablet.device, "cursor": tablet.cursor})
    assert bad.json()["error"]["code"] == "bad_cursor"


def test_nothing_changed_costs_fifteen_queries_at_most(
    town: Town, django_assert_max_num_queries: Callable
) -> None:
    _plan(town, _home(town, town.west))
    report(town, now=NOW)
    tablet = Tablet(town.worker)
    tablet.pull()
    with django_assert_max_num_queries(15):
        answer = tablet.ask()
    assert answer["changes"]["cases"] == {"put": [], "gone": []}


@pytest.mark.parametrize(
    ("role", "level"), [(Role.VOLUNTEER, "community"), (Role.COORDINATOR, "subdistrict")]
)
def test_who_may_know_no_home_hears_of_no_visit(town: Town, role: Role, level: str) -> None:
    """Not even that there is one: ids of what is gone would tell how many homes take part."""
    household = _home(town, town.west)
    _plan(town, household)
    area = Area.objects.get(level=Level[level.upper()], code=town.west.code[: Level[level.upper()]])
    tablet = Tablet(town.outsider)
    Responsibility.objects.filter(member=town.outsider).delete()
    tablet.pull()
    _works_in(town.outsider, area, role=role)
    assert tablet.told("visits") == ([], [])
    with acting.as_job("import"):
        Visit.objects.update(planned_for=timezone.localdate())
    assert tablet.told("visits") == ([], [])
    Responsibility.objects.filter(member=town.outsider).delete()
    assert tablet.told("visits") == ([], [])
    _works_in(town.outsider, town.community)
    assert len(tablet.told("visits")[0]) == 1
    _works_in(town.outsider, area, role=role)
    assert len(tablet.told("visits")[1]) == 1
