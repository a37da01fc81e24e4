"""``/api/v1/care/``: what a tablet gets and sends, for those who may and for nobody else."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from accounts.models import Member
from households.models import AccessRecord, CarePlan, Visit
from households.plans import withdraw
from tests.households.care import DAY, NOW, TODAY, answers, begin
from tests.households.homes import as_web_role, by_job, home
from tests.town import Town

DUE, VISITS, PLANNED = "/api/v1/care/due/", "/api/v1/care/visits/", "/api/v1/care/planned/"
#: What a list says of a visit: no contact, no purpose, no number of people.
SAID = {
    "visit", "plan", "household", "checklist", "area_code", "address", "inside", "planned_for",
    "windows", "when", "metres", "location",
}  # fmt: skip


@pytest.fixture
def plan(town: Town) -> CarePlan:
    """Weekly visits in the west, the first of them two days late."""
    with by_job():
        begun = begin(home(town.buildings[0], people=2), town.worker)
        Visit.objects.update(planned_for=TODAY - 2 * DAY)
    return begun


def ask(client: Client, member: Member, address: str, sent: Any = None) -> Any:
    client.force_login(member)
    with as_web_role():
        if sent is None:
            return client.get(address)
        return client.post(address, json.dumps(sent), content_type="application/json")


def made(plan: CarePlan, **more: Any) -> dict[str, Any]:
    with by_job():
        given = answers(plan)
    sent = {"key": str(uuid.uuid4()), "plan": str(plan.pk), "state": "done", "answers": given}
    return sent | more


def test_the_list_says_what_a_visit_needs_and_no_more(
    client: Client, town: Town, plan: CarePlan
) -> None:
    found = ask(client, town.worker, f"{DUE}?lon=24.94&lat=60.17").json()
    assert found["complete"] is True
    (due,) = found["visits"]
    assert set(due) == SAID
    assert (due["plan"], due["when"]) == (str(plan.pk), "overdue")
    assert due["metres"] == found["metres"] > 0
    assert due["location"] == pytest.approx([24.94, 60.17], abs=0.01)
    assert "Ann" not in json.dumps(found)
    # A list is no look at one household.
    with by_job():
        assert AccessRecord.objects.count() == 1


@pytest.mark.parametrize("who", ["leader", "administrator", "outsider"])
@pytest.mark.parametrize("address", [DUE, VISITS, PLANNED])
def test_who_cares_for_no_household_gets_none(
    client: Client, town: Town, plan: CarePlan, who: str, address: str
) -> None:
    sent = None if address == DUE else made(plan)
    assert ask(client, getattr(town, who), address, sent).status_code == 403
    client.logout()
    assert client.get(address).status_code in (401, 403)


def test_who_works_elsewhere_does_not_learn_that_there_is_a_plan(
    client: Client, town: Town, plan: CarePlan
) -> None:
    assert ask(client, town.teammate, DUE).json()["visits"] == []
    unknown = made(plan) | {"plan": str(uuid.uuid4())}
    for address in (VISITS, PLANNED):
        theirs = ask(client, town.teammate, address, made(plan))
        nobodys = ask(client, town.teammate, address, unknown)
        assert theirs.status_code == nobodys.status_code == 404
        assert theirs.json() == nobodys.json()


def test_a_visit_is_taken_in_once(client: Client, town: Town, plan: CarePlan) -> None:
    sent = made(plan)
    first = ask(client, town.worker, VISITS, sent)
    again = ask(client, town.worker, VISITS, sent)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["id"] == sent["key"]
    other = ask(client, town.worker, VISITS, {**sent, "state": "declined", "answers": {}})
    assert other.status_code == 409
    with by_job():
        assert Visit.objects.get(state="planned").planned_for > TODAY
        assert Visit.objects.count() == 2


def test_a_refusal_names_its_field_and_changes_nothing(
    client: Client, town: Town, plan: CarePlan
) -> None:
    sent = made(plan, answers={"heating": "fine"})
    refused = ask(client, town.worker, VISITS, sent)
    assert refused.status_code == 400
    assert list(refused.json()["error"]["fields"]) == ["answers"]
    assert ask(client, town.worker, VISITS, {"plan": "x"}).status_code == 400
    assert ask(client, town.worker, f"{DUE}?lon=24").json()["error"]["code"] == "bad_coordinate"
    with by_job():
        assert Visit.objects.count() == 1


def test_a_visit_is_added_on_the_way(client: Client, town: Town, plan: CarePlan) -> None:
    put = ask(client, town.worker, PLANNED, {"plan": str(plan.pk)})
    assert (put.status_code, put.json()["planned_for"]) == (200, TODAY.isoformat())
    assert ask(client, town.worker, DUE).json()["visits"][0]["when"] == "today"
    late = {"plan": str(plan.pk), "on": (TODAY + 30 * DAY).isoformat()}
    assert ask(client, town.worker, PLANNED, late).status_code == 400


def test_a_household_that_withdrew_is_gone_from_the_next_list(
    client: Client, town: Town, plan: CarePlan
) -> None:
    with by_job():
        withdraw(plan, member=town.worker, now=NOW - 10 * DAY)
    assert ask(client, town.worker, DUE).json()["visits"] == []
    assert ask(client, town.worker, VISITS, made(plan)).status_code == 409
    assert ask(client, town.worker, PLANNED, {"plan": str(plan.pk)}).status_code == 409


def test_the_list_reaches_a_month_ahead_and_no_further(
    client: Client, town: Town, plan: CarePlan
) -> None:
    with by_job():
        Visit.objects.update(planned_for=TODAY + 40 * DAY)
    far = (TODAY + 90 * DAY).isoformat()
    assert ask(client, town.worker, f"{DUE}?until={far}").json()["visits"] == []


def test_checklists_are_read_in_the_readers_language(
    client: Client, town: Town, plan: CarePlan
) -> None:
    client.force_login(town.worker)
    english = client.get("/api/v1/care/checklists/").json()
    chinese = client.get("/api/v1/care/checklists/", headers={"Accept-Language": "zh-hans"}).json()
    assert english[0]["name"] == "Usual visit"
    assert chinese[0]["name"] == "日常走访"
    asked = {question["key"]: question for question in english[0]["questions"]}
    assert asked["light"]["answers"] == ["fine", "attention"]
    assert asked["fall"]["answers"] == ["yes", "no"]
