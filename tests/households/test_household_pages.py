"""The pages of households: lists, one home, taking in, plans, heads, and looks from outside."""

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from grid.models import Building
from households.models import (
    AccessRecord,
    BuildingHead,
    CarePlan,
    Checklist,
    ConsentText,
    Door,
    Household,
    Looked,
    Visit,
    VisitState,
)
from tests.conftest import Queries
from tests.households.homes import by_job, home, plan
from tests.town import Town, place

TODAY = timezone.localdate()
LIST = "/care/households/"
NEW = "/care/households/new/"


@pytest.fixture
def page(client: Client, town: Town) -> Client:
    client.force_login(town.worker)
    return client


@pytest.fixture
def west(town: Town) -> Household:
    """A home in the worker's cell, with a plan."""
    with by_job():
        found = home(town.buildings[0], "101")
        plan(found, town)
    return found


@pytest.fixture
def east(town: Town) -> Household:
    """A home in the teammate's cell, with a plan."""
    with by_job():
        found = home(town.buildings[-1], "909")
        plan(found, town)
    return found


def consent(**more: Any) -> dict[str, Any]:
    text = ConsentText.objects.filter(in_use_from__lte=TODAY).last()
    assert text is not None
    return {
        "consent_text": text.pk,
        "agreed": "on",
        "consent_by": "self",
        "consent_how": "door",
        "consent_on": TODAY.isoformat(),
        **more,
    }


def wanted(**more: Any) -> dict[str, Any]:
    """A plan as its form sends it."""
    return {
        **consent(),
        "purpose": "alone_and_old",
        "cadence": "weekly",
        "starts_on": TODAY.isoformat(),
        "ends_on": (TODAY + dt.timedelta(days=200)).isoformat(),
        **more,
    }


def new(**more: Any) -> dict[str, Any]:
    details = {"people": "2", "contact": "Ann, 040 123", "language": "English"}
    return {**wanted(), "entrance": "2", "label": "501", **details, **more}


def at(building: Building) -> str:
    return f"{NEW}?building={building.pk}"


def seen_by() -> list[tuple[str, str]]:
    with by_job():
        return [(record.looked, record.why) for record in AccessRecord.objects.order_by("pk")]


def plan_of(household: Household) -> CarePlan:
    with by_job():
        return CarePlan.objects.get(household=household)


def form_of(client: Client, address: str) -> dict[str, str]:
    """What the form of the page holds in its inputs."""
    text = client.get(address).content.decode()
    fields = re.findall(r"<input[^>]*>", text[text.index('<form method="post" class') :])
    found = {}
    for field in fields:
        name, value = re.search(r'name="([^"]+)"', field), re.search(r'value="([^"]*)"', field)
        if name and value and 'type="radio"' not in field and 'type="checkbox"' not in field:
            found[name[1]] = value[1]
    return found


# -- who may ------------------------------------------------------------------------------------

ADDRESSES = [LIST, NEW, "/care/outside/", "/care/heads/", "/care/heads/new/"]


def test_nobody_sees_a_page_without_signing_in(client, db):
    for address in ADDRESSES:
        response = client.get(address)
        assert (response.status_code, response["location"].split("?")[0]) == (302, "/sign-in/")


def test_who_works_in_no_cell_is_refused(client, town):
    for who in (town.leader, town.outsider, town.administrator):
        client.force_login(who)
        for address in ADDRESSES:
            assert client.get(address).status_code == 403, (who, address)


def test_another_s_home_is_not_found(client, town, west):
    standing = plan_of(west)
    addresses = (
        f"{LIST}{west.pk}/",
        f"{LIST}{west.pk}/change/",
        f"{LIST}{west.pk}/plan/",
        f"/care/plans/{standing.pk}/renew/",
        f"/care/plans/{standing.pk}/withdraw/",
    )
    for who in (town.leader, town.outsider, town.administrator, town.teammate):
        client.force_login(who)
        for address in addresses:
            assert client.get(address).status_code in (403, 404), (who, address)
            assert client.post(address).status_code in (403, 404, 405), (who, address)
        asked = client.post(f"/care/plans/{standing.pk}/visit/", {"on": TODAY.isoformat()})
        assert asked.status_code in (403, 404)
    assert plan_of(west).withdrawn_at is None
    assert seen_by() == []


def test_the_header_links_to_care_for_who_may(client, town):
    client.force_login(town.worker)
    assert b'href="/care/"' in client.get("/cases/").content
    client.force_login(town.leader)
    assert b'href="/care/"' not in client.get("/cases/").content


def test_pages_are_kept_by_no_browser(page, west):
    for address in (LIST, f"{LIST}{west.pk}/"):
        assert page.get(address)["cache-control"] == "no-store"


# -- the list -----------------------------------------------------------------------------------


def test_the_list_has_the_homes_of_the_own_cells_and_no_contact(page, town, west, east):
    text = page.get(LIST).content.decode()
    assert str(west.pk) in text and str(east.pk) not in text
    assert "040 123" not in text and "living alone" not in text
    assert seen_by() == []


def test_the_coordinator_has_all_and_chooses_a_cell(client, town, west, east):
    client.force_login(town.coordinator)
    both = client.get(LIST).content.decode()
    assert str(west.pk) in both and str(east.pk) in both
    text = client.get(LIST, {"cell": town.east.code}).content.decode()
    assert str(west.pk) not in text and str(east.pk) in text


def test_a_cell_that_is_not_one_s_own_shows_nothing(page, town, west, east):
    text = page.get(LIST, {"cell": town.east.code}).content.decode()
    assert "No household of yours fits" in text


def test_filters_by_state(page, town):
    with by_job():
        homes = {name: home(town.buildings[0], name) for name in ("due", "soon", "ended", "none")}
        plan(homes["due"], town)
        Visit.objects.filter(household=homes["due"]).update(
            planned_for=TODAY - dt.timedelta(days=1), climbed_at=timezone.now()
        )
        plan(homes["soon"], town, ends_on=TODAY + dt.timedelta(days=30))
        ended = plan(
            homes["ended"],
            town,
            starts_on=TODAY - dt.timedelta(days=50),
            ends_on=TODAY - dt.timedelta(days=1),
            consent_on=TODAY - dt.timedelta(days=50),
        )
        Visit.objects.filter(plan=ended).delete()
        Visit.objects.filter(household=homes["soon"]).update(
            planned_for=TODAY + dt.timedelta(days=2)
        )
    shown = {
        state: {
            name
            for name, one in homes.items()
            if str(one.pk) in page.get(LIST, {"state": state}).content.decode()
        }
        for state in ("", "due", "overdue", "missed", "soon", "ended", "none", "nonsense")
    }
    assert shown == {
        "": set(homes),
        "due": {"due"},
        "overdue": {"due"},
        "missed": {"due"},
        "soon": {"soon"},
        "ended": {"ended"},
        "none": {"ended", "none"},
        "nonsense": set(homes),
    }


def test_a_home_is_found_by_its_address(page, town, west, east):
    building = town.buildings[0]
    building.street_name, building.number = "Lantern Lane", "12"
    building.save()
    with by_job():
        Door.objects.filter(building=building).update(address="Lantern Lane 12")
    assert str(west.pk) in page.get(LIST, {"q": "lantern 12 101"}).content.decode()
    assert str(west.pk) not in page.get(LIST, {"q": "lantern 13"}).content.decode()
    both = {"q": "lantern", "state": "none"}
    assert str(west.pk) not in page.get(LIST, both).content.decode()


def test_pages_follow_each_other(page, town):
    with by_job():
        for number in range(60):
            home(town.buildings[0], f"{number:03}")
    first = page.get(LIST).content.decode()
    second = page.get(LIST, {"page": 2}).content.decode()
    rows = [set(re.findall(r"/care/households/([0-9a-f-]{36})/", text)) for text in (first, second)]
    assert (len(rows[0]), len(rows[1]), len(rows[0] | rows[1])) == (50, 10, 60)
    assert "?page=2" in first and "?page=1" in second and "?page=3" not in second
    for odd in ("0", "-1", "x", "9" * 30, "99999"):
        assert page.get(LIST, {"page": odd}).status_code == 200


@pytest.mark.parametrize("words", ["", "row"])
def test_the_list_asks_the_same_of_few_and_many(page, town, queries: Queries, words):
    # See HouseholdList; the search is asked by words for four more.
    with by_job():
        for number in range(20):
            plan(home(town.buildings[0], f"{number:03}"), town)
    for building in town.buildings:
        building.street_name = "Row 1"
        building.save()
    with queries(12 if words else 9):
        assert page.get(LIST, {"q": words}).content.count(b"until") >= 20


# -- one home -----------------------------------------------------------------------------------


def test_opening_a_home_is_noted_and_shows_what_is_kept(page, town, west):
    with by_job():
        BuildingHead.objects.create(
            area=west.area,
            building=town.buildings[0],
            address="Row 1",
            kind="elected",
            name="Head Hanna",
            starts_on=TODAY,
        )
        Visit.objects.create(
            plan=plan_of(west),
            household=west,
            area=west.area,
            planned_for=TODAY,
            state=VisitState.DONE,
            at=timezone.now(),
            member=town.worker,
            answers={"heating": "attention"},
            case_number=17,
        )
    text = page.get(f"{LIST}{west.pk}/").content.decode()
    for part in (
        "Ann, 040 123",
        "Head Hanna",
        "in force",
        "heating",
        "Needs attention",
        "#17",
        "data-outline",
    ):
        assert part in text, part
    assert seen_by() == [(Looked.PAGE, "")]


def test_a_home_with_a_long_past_takes_few_queries(page, town, west, queries: Queries):
    with by_job():
        for number in range(70):
            Visit.objects.create(
                plan=plan_of(west),
                household=west,
                area=west.area,
                planned_for=TODAY,
                state=VisitState.NOBODY_HOME,
                at=timezone.now() - dt.timedelta(days=number),
                member=town.worker,
            )
    with queries(18):
        page.get(f"{LIST}{west.pk}/")


def test_no_such_home_and_no_such_plan(page):
    nobody = "00000000-0000-4000-8000-000000000000"
    assert page.get(f"{LIST}{nobody}/").status_code == 404
    assert page.get(f"/care/plans/{nobody}/renew/").status_code == 404
    assert page.post(f"/care/plans/{nobody}/visit/", {"on": "x"}).status_code == 404


# -- taking in ----------------------------------------------------------------------------------


def test_a_building_is_chosen_by_words_or_by_a_tap(page, town):
    town.buildings[0].street_name = "Lantern Lane"
    town.buildings[0].save()
    link = f"?building={town.buildings[0].pk}"
    assert link in page.get(NEW, {"q": "lantern"}).content.decode()
    assert "Try fewer of them" in page.get(NEW, {"q": "nowhere"}).content.decode()
    lon, lat = place(100, 100)
    assert link in page.get(NEW, {"lon": lon, "lat": lat}).content.decode()
    lon, lat = place(60, 60)
    assert "No building of yours" in page.get(NEW, {"lon": lon, "lat": lat}).content.decode()
    lon, lat = place(300, 300)  # the teammate's
    assert "No building of yours" in page.get(NEW, {"lon": lon, "lat": lat}).content.decode()


def test_a_building_that_is_none_is_not_found(page):
    for number in ("x", "0", "9" * 30, "-1", "²"):
        assert page.get(NEW, {"building": number}).status_code == 404


def test_the_form_begins_with_the_words_of_consent(page, town):
    text = page.get(at(town.buildings[0])).content.decode()
    words = ConsentText.objects.last()
    assert words is not None
    assert words.text_en[:40] in text and words.text_zh[:20] in text
    assert text.index("consent_by") < text.index('name="people"') < text.index('name="purpose"')


def test_a_household_is_taken_in_with_consent_plan_and_first_visit(page, town):
    response = page.post(at(town.buildings[0]), new(days1=["1", "3"], from1="09:00", to1="11:00"))
    with by_job():
        household = Household.objects.select_related("door").get()
        standing = CarePlan.objects.get()
        first = Visit.objects.get()
    assert response["location"] == f"{LIST}{household.pk}/"
    assert (household.door.inside, household.people, household.contact) == (
        "2-501",
        2,
        "Ann, 040 123",
    )
    assert standing.windows == [{"days": [1, 3], "from": "09:00", "to": "11:00"}]
    assert (standing.consent_by, standing.recorded_by) == ("self", town.worker)
    assert standing.checklist.purpose == "alone_and_old"
    assert first.planned_for.isoweekday() in (1, 3)
    assert seen_by() == [(Looked.CHANGE, "")] * 2


def test_the_same_page_sent_twice_takes_in_one_household(page, town):
    first = page.post(at(town.buildings[0]), new())
    second = page.post(at(town.buildings[0]), new(people="3"))
    assert first["location"] == second["location"]
    with by_job():
        assert (Household.objects.get().people, CarePlan.objects.count()) == (2, 1)


#: What is wrong, and what is said of it.
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"agreed": ""}, "Without the household&#x27;s consent nothing is recorded."),
    ({"consent_by": "representative"}, "Note the name of the representative"),
    ({"consent_on": (TODAY + dt.timedelta(days=1)).isoformat()}, "Consent comes first"),
    ({"consent_text": "999999"}, "The words of the consent have changed"),
    ({"ends_on": (TODAY + dt.timedelta(days=500)).isoformat()}, "A plan runs for a year"),
    ({"purpose": ""}, "This field is required"),
    ({"people": "31"}, "less than or equal to 30"),
    ({"days1": ["1"], "from1": "11:00", "to1": "09:00"}, "Choose days, and a time that ends"),
    ({"from1": "11:00"}, "Choose days, and a time that ends"),
    ({"label": "x" * 21}, "at most 20 characters"),
    ({"starts_on": "0001-01-01"}, "A plan begins within a year of today"),
]


def test_what_cannot_be_is_said_and_nothing_is_kept(page, town):
    for wrong, said in WRONG:
        refused(page, town, wrong, said)


def refused(page: Client, town: Town, wrong: dict[str, Any], said: str) -> None:
    response = page.post(at(town.buildings[0]), new(**wrong))
    assert response.status_code == 400
    assert said in response.content.decode()
    assert "Ann, 040 123" in response.content.decode()
    with by_job():
        assert not Household.objects.exists() and not Door.objects.exists()


def test_words_that_changed_are_read_out_again(page, town):
    sent = new()
    ConsentText.objects.create(version="99", text_en="New", text_zh="新", in_use_from=TODAY)
    refused = page.post(at(town.buildings[0]), sent)
    assert b"The words of the consent have changed" in refused.content
    again = page.post(at(town.buildings[0]), new())
    assert again.status_code == 302


def test_another_s_building_takes_in_nobody(page, town):
    assert page.post(at(town.buildings[-1]), new()).status_code == 404
    with by_job():
        assert not Household.objects.exists()


# -- details ------------------------------------------------------------------------------------


def test_details_are_changed_and_can_be_emptied(page, west):
    address = f"{LIST}{west.pk}/change/"
    sent = form_of(page, address)
    assert sent["contact"] == "Ann, 040 123"
    assert page.post(address, {**sent, "people": "4", "contact": ""}).status_code == 302
    with by_job():
        found = Household.objects.get()
    assert (found.people, found.contact) == (4, "")
    assert seen_by() == [(Looked.PAGE, ""), (Looked.CHANGE, "")]


def test_who_is_later_is_told_and_sees_what_stands(page, client, town, west):
    address = f"{LIST}{west.pk}/change/"
    sent = form_of(page, address)
    other = Client()
    other.force_login(town.coordinator)
    other.post(address, {**form_of(other, address), "contact": "Bea, 040 777"})
    late = page.post(address, {**sent, "contact": "Ann, 040 999"})
    assert late.status_code == 409
    text = late.content.decode()
    assert "Somebody else changed" in text and "Bea, 040 777" in text and "Ann, 040 999" in text
    fresh = re.search(r'name="seen" value="(\w+)"', text)
    assert fresh
    again = {**sent, "contact": "Ann, 040 999", "seen": fresh[1]}
    assert page.post(address, again).status_code == 302
    with by_job():
        assert Household.objects.get().contact == "Ann, 040 999"


def test_the_same_change_sent_twice_is_one(page, west):
    address = f"{LIST}{west.pk}/change/"
    sent = {**form_of(page, address), "people": "4"}
    assert [page.post(address, sent).status_code for _ in range(2)] == [302, 302]
    assert page.post(address, {**sent, "people": "99"}).status_code == 400
    # Opened, changed once, and shown again with what was wrong.
    assert [looked for looked, _why in seen_by()] == [Looked.PAGE, Looked.CHANGE, Looked.PAGE]


# -- plans --------------------------------------------------------------------------------------


def test_a_second_plan_and_the_same_sent_twice(page, west):
    address = f"{LIST}{west.pk}/plan/"
    sent = wanted(purpose="illness", cadence="monthly")
    assert [page.post(address, sent).status_code for _ in range(2)] == [302, 302]
    with by_job():
        assert CarePlan.objects.filter(purpose="illness").count() == 1


def test_a_second_plan_for_the_same_purpose_is_refused_with_a_sentence(page, west):
    response = page.post(f"{LIST}{west.pk}/plan/", wanted(cadence="monthly"))
    assert response.status_code == 400
    assert b"Renew or withdraw that." in response.content


def test_a_plan_is_renewed_once_however_often_it_is_sent(page, town):
    with by_job():
        household = home(town.buildings[0])
        old = plan(household, town, ends_on=TODAY + dt.timedelta(days=20))
    address = f"/care/plans/{old.pk}/renew/"
    assert f'href="{address}"' in page.get(f"{LIST}{household.pk}/").content.decode()
    until = (TODAY + dt.timedelta(days=300)).isoformat()
    sent = consent(consent_how="telephone", ends_on=until)
    assert [page.post(address, sent).status_code for _ in range(2)] == [302, 302]
    with by_job():
        fresh = CarePlan.objects.exclude(pk=old.pk).get()
    assert (fresh.starts_on, fresh.consent_how) == (TODAY + dt.timedelta(days=21), "telephone")
    assert f'href="{address}"' not in page.get(f"{LIST}{household.pk}/").content.decode()


def test_a_plan_that_runs_on_is_not_renewed(page, west):
    address = f"/care/plans/{plan_of(west).pk}/renew/"
    assert f'href="{address}"' not in page.get(f"{LIST}{west.pk}/").content.decode()
    response = page.post(address, consent(ends_on=(TODAY + dt.timedelta(days=301)).isoformat()))
    assert response.status_code == 400
    assert b"This plan runs for a while yet" in response.content


def test_withdrawing_takes_two_steps_and_the_visit_is_gone_from_the_lists(page, west):
    address = f"/care/plans/{plan_of(west).pk}/withdraw/"
    assert str(west.pk) in page.get(LIST, {"state": "due"}).content.decode()
    assert b"From this moment nobody is sent there" in page.get(address).content
    assert plan_of(west).withdrawn_at is None
    assert [page.post(address).status_code for _ in range(2)] == [302, 302]
    assert str(west.pk) not in page.get(LIST, {"state": "due"}).content.decode()
    assert str(west.pk) in page.get(LIST, {"state": "none"}).content.decode()
    with by_job():
        assert not Visit.objects.exists()


def test_a_visit_is_asked_for(page, west):
    address = f"/care/plans/{plan_of(west).pk}/visit/"
    wish = TODAY + dt.timedelta(days=3)
    page.post(address, {"on": wish.isoformat()})
    with by_job():
        assert Visit.objects.get().planned_for == wish
    for odd in ("", "x", "2026-02-31", "1999-01-01", "9999-12-31"):
        text = page.post(address, {"on": odd}, follow=True).content.decode()
        assert "Choose" in text or "later than" in text
    with by_job():
        assert Visit.objects.get().planned_for == wish


# -- from outside -------------------------------------------------------------------------------


def outside(town: Town, **more: Any) -> tuple[str, dict[str, str]]:
    sent = {"entrance": "", "floor": "", "label": "909", "why": "Water comes through from there"}
    return f"/care/outside/?building={town.buildings[-1].pk}", {**sent, **more}


def test_a_look_from_outside_needs_a_reason_and_only_shows(page, town, east):
    address, sent = outside(town)
    assert b"The coordinator sees that you looked" in page.get(address).content
    assert page.post(address, {**sent, "why": "short"}).status_code == 400
    assert seen_by() == []
    opened = page.post(address, sent)
    assert opened["location"] == f"{LIST}{east.pk}/"
    text = page.get(opened["location"]).content.decode()
    assert "You look from outside your area" in text and "Ann, 040 123" in text
    assert "/change/" not in text and "/withdraw/" not in text and "/plan/" not in text
    assert seen_by() == [(Looked.PAGE, "Water comes through from there")]
    standing = plan_of(east)
    for closed in (f"{LIST}{east.pk}/change/", f"{LIST}{east.pk}/plan/"):
        assert page.get(closed).status_code == 403
        assert page.post(closed, wanted()).status_code in (403, 404)
    assert page.post(f"/care/plans/{standing.pk}/withdraw/").status_code in (403, 404)
    assert plan_of(east).withdrawn_at is None
    assert str(east.pk) not in page.get(LIST).content.decode()


def test_a_door_where_nobody_takes_part_is_said_and_noted(page, town, east):
    address, sent = outside(town, label="1")
    text = page.post(address, sent, follow=True).content.decode()
    assert "Nobody behind this door takes part" in text
    assert seen_by() == [(Looked.PAGE, "Water comes through from there")]


# -- heads of building --------------------------------------------------------------------------


def test_a_head_of_building_is_added_once_and_ended(page, client, town):
    address = f"/care/heads/new/?building={town.buildings[0].pk}"
    sent = {"kind": "elected", "name": "Hanna", "contact": "040 5", "starts_on": TODAY.isoformat()}
    assert [page.post(address, sent).status_code for _ in range(2)] == [302, 302]
    with by_job():
        head = BuildingHead.objects.get()
    assert b"Hanna" in page.get("/care/heads/").content
    other = Client()
    other.force_login(town.teammate)
    assert b"Hanna" not in other.get("/care/heads/").content
    assert other.post(f"/care/heads/{head.pk}/end/").status_code == 404
    assert other.get(address).status_code == 404
    page.post(f"/care/heads/{head.pk}/end/")
    with by_job():
        assert BuildingHead.objects.get().ends_on == TODAY


def test_a_list_of_heads_asks_the_same_of_few_and_many(page, town, queries: Queries):
    with by_job():
        for number in range(10):
            BuildingHead.objects.create(
                area=town.west,
                building=town.buildings[0],
                address="Row 1",
                kind="elected",
                name=f"Head {number}",
                starts_on=TODAY,
            )
    with queries(8):
        assert page.get("/care/heads/").content.count(b"Head ") >= 10


# -- both languages -----------------------------------------------------------------------------


def test_pages_are_there_in_chinese(page, town, west):
    checklist = Checklist.objects.get(name_en="Usual")
    assert checklist.name_zh == "常规"
    for address in (
        *ADDRESSES,
        f"{LIST}{west.pk}/",
        f"{LIST}{west.pk}/plan/",
        at(town.buildings[0]),
    ):
        text = page.get(address, headers={"accept-language": "zh-CN"}).content.decode()
        assert '<html lang="zh-Hans"' in text
        main = re.sub(r'lang="en">.*?</div>', "", text[text.index("<main") :], flags=re.DOTALL)
        said = re.sub(r"<[^>]+>", " ", main)
        english = set(re.findall(r"[A-Za-z]{4,}", said)) - NAMES
        assert english == set(), address


#: Names of the town, of a version and of languages, which nobody translates.
NAMES = {"Lantern", "West", "East", "Community", "English", "Wang", "test"}
