"""The list of doors to visit, the page of a visit, and the overview.

400 +---|---|-|-|---|---+
    |       |   | |     |      a building in the middle of each block of 100 m; the worker
    |  ⌂    | ⌂ | | ⌂   |      holds the west of the town (tests/town.py), the teammate the
    |       |   | |     |      east, the coordinator both
  0 +-------|-----|-----+
"""

import re
import uuid
from typing import Any

import pghistory
import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone, translation

from accounts import acting
from accounts.models import Member
from grid.models import Responsibility
from households.access import open_outside
from households.daily import every_night
from households.due_pages import length_in_words
from households.household_pages import in_words
from households.models import (
    AccessRecord,
    CarePlan,
    Checklist,
    Household,
    Visit,
    VisitState,
)
from tests.conftest import Queries
from tests.households.care import DAY, TODAY, answers, begin
from tests.households.homes import by_job, home
from tests.town import Town, place

CARE = "/care/"
OVERVIEW = "/care/overview/"


@pytest.fixture
def page(client: Client, town: Town) -> Client:
    client.force_login(town.worker)
    return client


def door(town: Town, label: str = "101", nth: int = 0, **more: Any) -> CarePlan:
    """A household with a plan and a visit due ``on`` that day, today without it."""
    on = more.pop("on", TODAY)
    with by_job():
        plan = begin(home(town.buildings[nth], label), town.coordinator, **more)
        Visit.objects.filter(plan=plan).update(planned_for=on)
    return plan


def planned(plan: CarePlan) -> Visit:
    with by_job():
        return Visit.objects.get(plan=plan, state=VisitState.PLANNED)


def made(plan: CarePlan) -> list[Visit]:
    with by_job():
        return list(Visit.objects.filter(plan=plan).exclude(state=VisitState.PLANNED))


def address(plan: CarePlan) -> str:
    return f"/care/visits/{planned(plan).pk}/"


def sent(plan: CarePlan, state: str = "done", **other: str) -> dict[str, str]:
    """The form of a visit, all well but for what differs."""
    with by_job():
        given = answers(plan)
    form = {f"answer-{key}": answer for key, answer in given.items()}
    return {"key": str(uuid.uuid4()), "state": state, **form, **other}


def doors_of(text: str) -> list[str]:
    """The doors of a list, in its order. Ids and years in the page hold the same digits."""
    return re.findall(r"</b> <span>([^<]+)</span>", text)


# -- who may ------------------------------------------------------------------------------------


def test_who_cares_for_no_home_has_no_list(client, town):
    pages = (CARE, OVERVIEW, address(door(town)))
    for who in (town.leader, town.outsider, town.administrator):
        client.force_login(who)
        assert [client.get(one).status_code for one in pages] == [403, 403, 403], who
    client.logout()
    assert [client.get(one).status_code for one in pages] == [302, 302, 302]


def test_another_worker_neither_sees_nor_records(client, town):
    plan = door(town)
    client.force_login(town.teammate)
    assert "Row 1" not in client.get(CARE).content.decode()
    assert client.get(address(plan)).status_code == 404
    assert client.post(address(plan), sent(plan)).status_code == 404
    assert client.post(address(plan), sent(plan, "nobody_home")).status_code == 404
    assert made(plan) == []


# -- the list -----------------------------------------------------------------------------------


def test_the_list_says_when_where_and_what_was_last(page, town):
    windows = [{"days": list(range(1, 8)), "from": "00:00", "to": "23:59"}]
    late = door(town, "202", on=TODAY - 2 * DAY, windows=windows)
    door(town, "101")
    door(town, "303", on=TODAY + 3 * DAY)
    with by_job():
        Visit.objects.create(
            plan=late,
            household=late.household,
            area=late.area,
            planned_for=TODAY,
            state="nobody_home",
            at=timezone.now(),
            member=town.worker,
        )
    text = page.get(CARE).content.decode()
    assert doors_of(text) == ["202", "101"]
    assert "00:00–23:59" in text and "Last: nobody home" in text and "No visit yet" in text
    week = page.get(CARE, {"until": "week"}).content.decode()
    assert doors_of(week) == ["202", "101", "303"] and "In the next days" in week
    assert "040 123" not in week and "illness" not in week


def test_a_time_that_does_not_suit_is_grey(page, town):
    other = [{"days": [TODAY.isoweekday() % 7 + 1], "from": "09:00", "to": "11:00"}]
    door(town, windows=other)
    with by_job():
        Visit.objects.update(planned_for=TODAY)
    assert 'class="stop-times is-over"' in page.get(CARE).content.decode()


def test_the_walk_begins_where_one_stands_and_links_keep_it(page, town):
    door(town)
    lon, lat = place(0, 0)
    asked = {"until": "week", "lon": f"{lon:.5f}", "lat": f"{lat:.5f}"}
    found = page.get(CARE, asked)
    text = found.content.decode()
    walked = re.search(r"(\d+) m on foot", text)
    assert walked is not None and int(walked[1]) > 50
    assert f"?until=week&amp;lon={lon:.5f}&amp;lat={lat:.5f}" in text
    for odd in ({"lon": "nan", "lat": "1"}, {"lon": "x"}, {"lon": "200", "lat": "1e999"}):
        assert page.get(CARE, odd).status_code == 200
    assert page.get(CARE, {"cell": "1' OR 1"}).status_code == 200


def test_a_cell_narrows_the_list(client, town):
    door(town, "101"), door(town, "909", nth=-1)
    client.force_login(town.coordinator)
    assert sorted(doors_of(client.get(CARE).content.decode())) == ["101", "909"]
    text = client.get(CARE, {"cell": town.west.code}).content.decode()
    assert doors_of(text) == ["101"]


def test_an_empty_day_offers_the_week(page, town):
    text = page.get(CARE).content.decode()
    assert "No visit is due today" in text and "?until=week" in text


@pytest.mark.parametrize("number", [1, 12])
def test_the_list_asks_the_same_of_few_and_many(page, town, queries: Queries, number):
    for nth in range(number):
        door(town, f"{nth:03}", nth=nth % 4)
    # See DueVisits.
    with queries(13):
        assert page.get(CARE).status_code == 200


# -- a visit ------------------------------------------------------------------------------------


def test_opening_a_visit_is_noted(page, town):
    plan = door(town)
    text = page.get(address(plan)).content.decode()
    assert "Needs attention" in text and "040 123" not in text
    with by_job():
        found = AccessRecord.objects.get(looked="page")
    assert (found.household, found.member_id) == (plan.household_id, town.worker.pk)


def test_a_visit_is_recorded_and_the_next_one_planned(page, town):
    plan = door(town)
    before = timezone.now()
    answer = page.post(address(plan) + "?until=week", sent(plan), follow=True)
    assert answer.redirect_chain == [("/care/?until=week", 302)]
    (visit,) = made(plan)
    assert (visit.state, visit.member_id) == ("done", town.worker.pk)
    assert visit.at is not None and visit.at >= before
    assert planned(plan).planned_for == TODAY + 7 * DAY
    assert "Next visit on" in answer.content.decode()


def test_one_tap_notes_that_nobody_was_home(page, town):
    plan = door(town)
    text = page.get(CARE).content.decode()
    key = re.search(r'name="key" value="([^"]+)"', text)
    assert key is not None
    page.post(address(plan), {"key": key[1], "state": "nobody_home"})
    assert [visit.state for visit in made(plan)] == ["nobody_home"]
    assert planned(plan).planned_for == TODAY + DAY


def test_what_must_be_answered_is_asked_again_with_what_was_chosen(page, town):
    plan = door(town)
    form = sent(plan)
    missing, *others = [name for name in form if name.startswith("answer-")]
    del form[missing]
    answer = page.post(address(plan), form)
    text = answer.content.decode()
    assert answer.status_code == 400 and "Not answered yet" in text
    assert text.count(" checked") == len(others) and form["key"] in text
    assert made(plan) == []


def test_a_form_shown_again_is_a_look_too(page, town):
    """Who sends nonsense sees the door and what was last there, as who opens the visit does."""
    plan = door(town)
    answer = page.post(address(plan), sent(plan, state="nonsense"))
    assert answer.status_code == 400
    assert plan.household.door.address in answer.content.decode()
    with by_job():
        looked = AccessRecord.objects.get(household=plan.household_id, looked="page")
    assert looked.member == town.worker


def test_nonsense_is_refused_with_a_sentence(page, town):
    plan = door(town)
    for odd in ({"state": "planned"}, {"state": ""}, {"time": "25:00"}, {"time": "soon"}):
        assert page.post(address(plan), {**sent(plan), **odd}).status_code == 400, odd
    key = next(name for name in sent(plan) if name.startswith("answer-"))
    assert page.post(address(plan), {**sent(plan), key: "perhaps"}).status_code == 400
    assert page.post(address(plan), {**sent(plan), "key": "7"}).status_code == 400
    assert made(plan) == []


def test_the_time_may_be_earlier_today_and_never_later(page, town):
    plan = door(town)
    now = timezone.localtime()
    earlier = now.replace(hour=0, minute=0, second=0, microsecond=0)
    if now < now.replace(hour=23, minute=58):
        later = page.post(address(plan), sent(plan, time="23:59"))
        assert later.status_code == 400 and "still to come" in later.content.decode()
    page.post(address(plan), sent(plan, time="00:00"))
    assert [visit.at for visit in made(plan)] == [earlier]


def test_a_second_tap_changes_nothing(page, town):
    plan = door(town)
    where, form = address(plan), sent(plan)
    assert [page.post(where, form).status_code for _tap in range(3)] == [302, 302, 302]
    assert len(made(plan)) == 1


def test_of_two_who_record_the_same_visit_the_second_is_told(page, town):
    plan = door(town)
    where = address(plan)
    colleague = Client()
    colleague.force_login(town.coordinator)
    assert page.post(where, sent(plan)).status_code == 302
    answer = colleague.post(where, sent(plan, "declined"))
    assert answer.status_code == 404
    assert "no longer on the list" in answer.content.decode()
    assert colleague.get(where).status_code == 404
    assert [visit.state for visit in made(plan)] == ["done"]


def test_another_s_key_records_nothing(page, town):
    plan, other = door(town, "101"), door(town, "102")
    colleague = Client()
    colleague.force_login(town.coordinator)
    form = sent(plan)
    page.post(address(plan), form)
    assert colleague.post(address(other), {**sent(other), "key": form["key"]}).status_code == 404
    assert made(other) == []


def test_an_answer_that_calls_leads_to_a_case(page, town):
    plan = door(town, checklist=Checklist.objects.get(purpose=""))
    with by_job():
        item = plan.checklist.items.exclude(case_category="").last()
    assert item is not None
    answer = page.post(
        address(plan),
        sent(plan, **{f"answer-{item.key}": "attention" if item.kind == "fine" else "yes"}),
    )
    (visit,) = made(plan)
    assert answer["location"] == f"/care/visits/{visit.pk}/"
    text = page.get(answer["location"]).content.decode()
    link = f"/care/visits/{visit.pk}/follow-up/?category={item.case_category}"
    assert link in text
    chosen = re.findall(r'value="([\w.-]+)"[^>]* checked', page.get(link).content.decode())
    assert chosen == [item.case_category]
    page.post(link, {"category": item.case_category})
    (visit,) = made(plan)
    assert visit.case_number is not None
    assert f"/cases/{visit.case_number}/" in page.get(answer["location"]).content.decode()


# -- the overview -------------------------------------------------------------------------------


def lay_out(town: Town) -> dict[str, Household]:
    """Homes of each kind in the west, and one in the east."""
    found = {}
    for name, on in {"due": 0, "overdue": -1, "missed": -5, "fine": 4}.items():
        found[name] = door(town, name, on=TODAY + on * DAY).household
    found["soon"] = door(town, "soon", ends_on=TODAY + 20 * DAY, on=TODAY + 4 * DAY).household
    found["east"] = door(town, "east", nth=-1).household
    with by_job():
        found["none"] = home(town.buildings[0], "none")
    every_night(timezone.now())
    return found


def figures(text: str, name: str) -> list[int]:
    row = re.search(rf'<th scope="row">{name}(?: <span.*?</span>)?</th>(.*?)</tr>', text, re.S)
    assert row is not None
    return [
        int(re.sub("<[^>]+>", "", cell)) for cell in re.findall(r"<td>(.*?)</td>", row[1], re.S)
    ]


def test_the_overview_counts_cell_by_cell(client, town):
    lay_out(town)
    client.force_login(town.coordinator)
    text = client.get(OVERVIEW).content.decode()
    # Households, plans, due, overdue, missed, soon, ended, none.
    assert figures(text, town.west.name) == [6, 5, 3, 2, 1, 1, 0, 1]
    assert figures(text, town.east.name) == [1, 1, 1, 0, 0, 0, 0, 0]
    assert figures(text, "All") == [7, 6, 4, 2, 1, 1, 0, 1]


def test_each_figure_is_as_long_as_the_list_behind_it(client, town):
    lay_out(town)
    client.force_login(town.coordinator)
    text = client.get(OVERVIEW).content.decode()
    links = re.findall(r'href="(/care/households/\?[^"]+)">(\d+)</a>', text)
    assert len(links) > 8
    for link, number in links:
        listed = client.get(link.replace("&amp;", "&")).content.decode()
        assert listed.count('class="home"') == int(number), link


def test_missed_visits_and_looks_from_outside_are_the_coordinator_s(client, town):
    homes = lay_out(town)
    with acting.as_member(town.teammate):
        east = homes["missed"].door
        assert east.building_id is not None
        open_outside(east.building_id, "", "", "missed", why="Asked by the family")
    client.force_login(town.coordinator)
    text = client.get(OVERVIEW).content.decode()
    with by_job():
        waits = Visit.objects.get(household=homes["missed"])
    assert f"/care/visits/{waits.pk}/" in text
    assert "Asked by the family" in text
    client.force_login(town.worker)
    text = client.get(OVERVIEW).content.decode()
    assert figures(text, town.west.name)[0] == 6
    assert town.east.name not in text and "Asked by the family" not in text


def test_the_overview_asks_the_same_of_few_and_many(client, town, queries: Queries):
    lay_out(town)
    client.force_login(town.coordinator)
    # See Overview.
    with queries(20):
        client.get(OVERVIEW)


@pytest.mark.parametrize(
    ("metres", "english", "chinese"),
    [(0.4, "0 m", "0 米"), (999.4, "999 m", "999 米"), (999.6, "1.0 km", "1.0 公里")],
)
def test_long_ways_are_told_in_kilometres(metres: float, english: str, chinese: str) -> None:
    with translation.override("en"):
        assert length_in_words(metres) == english
    with translation.override("zh-hans"):
        assert length_in_words(metres) == chinese


def test_days_in_a_row_are_told_by_the_first_and_the_last() -> None:
    window = {"days": [1, 2, 3, 5, 6], "from": "09:00", "to": "12:00"}
    with translation.override("en"):
        assert in_words(window) == "Mon–Wed, Fri, Sat 09:00–12:00"
    with translation.override("zh-hans"):
        assert in_words(window) == "星期一至星期三、星期五、星期六 09:00–12:00"


def newly_given(client: Client, town: Town) -> list[list[str]]:
    """Who, role, area and by whom of each row of the coordinator's page, the latest first."""
    client.force_login(town.coordinator)
    text = client.get(OVERVIEW).content.decode()
    table = re.search(r'<table class="cases given">.*?<tbody>(.*?)</tbody>', text, re.S)
    found = []
    for row in re.findall(r"<tr>(.*?)</tr>", table[1] if table else "", re.S):
        cells = [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td>(.*?)</td>", row)]
        found.append([*cells[1:4], cells[5]])
    return found


def test_who_gives_oneself_a_role_is_seen(client, town):
    """Also when it is taken back within the hour; what was given long ago is not news."""
    events = apps.get_model("grid", "ResponsibilityEvent").objects
    events.update(pgh_created_at=timezone.now() - 31 * DAY)
    assert newly_given(client, town) == []
    boss = Member.objects.create(username="boss", name="Boss", is_superuser=True, is_staff=True)
    with pghistory.context(user=boss.pk):
        role = Responsibility.objects.create(
            member=boss, role="worker", area=town.west, starts_on=TODAY
        )
        role.ends_on = TODAY
        role.save()
    assert newly_given(client, town) == [["Boss", "cell worker", town.west.name, "Boss to oneself"]]
    client.force_login(town.worker)
    assert "Boss" not in client.get(OVERVIEW).content.decode()


def test_an_old_role_that_is_to_last_longer_is_seen_and_one_that_shows_no_home_is_not(client, town):
    boss = Member.objects.create(username="boss", name="Boss")
    given = {"member": boss, "starts_on": TODAY - 60 * DAY}
    role = Responsibility.objects.create(
        role="worker", area=town.west, ends_on=TODAY - 40 * DAY, **given
    )
    apps.get_model("grid", "ResponsibilityEvent").objects.update(
        pgh_created_at=timezone.now() - 31 * DAY
    )
    for other, area in (("leader", town.community), ("coordinator", town.subdistrict)):
        Responsibility.objects.create(role=other, area=area, **given)
    assert newly_given(client, town) == []
    role.ends_on = None
    role.save()
    assert newly_given(client, town) == [["Boss", "cell worker", town.west.name, "not on a page"]]
