"""Who looked at households: auditors, coordinators and everybody see what is theirs to see.

400 +---------|---------+   the worker holds the west, the teammate the east, the coordinator both
    |  west   |  east   |   the auditor audits the district, and cares for nobody
    |   ⌂     |     ⌂   |
  0 +---------|---------+
"""

import csv
import datetime as dt
import io
import re

import pytest
from django.test import Client
from django.utils import timezone
from python_calamine import CalamineWorkbook

from accounts import acting
from accounts.models import Member, Role
from grid.models import Area, Responsibility
from households import access
from households.models import AccessRecord, Household, Looked
from tests.conftest import Queries
from tests.households.homes import as_web_role, by_job, home
from tests.town import Town, box

PAGE = "/care/access/"
NOW = timezone.now()
DAY = dt.timedelta(days=1)


@pytest.fixture
def auditor(town: Town) -> Member:
    member = Member.objects.create(username="auditor", name="Au Ditor")
    since = dt.date(2020, 1, 1)
    Responsibility.objects.create(
        member=member, role=Role.AUDITOR, area=town.district, starts_on=since
    )
    return member


@pytest.fixture
def west(town: Town) -> Household:
    with by_job():
        return home(town.buildings[0], "W-101")


@pytest.fixture
def east(town: Town) -> Household:
    with by_job():
        return home(town.buildings[8], "E-909")


def looked(member: Member, household: Household, why: str, *, at: dt.datetime = NOW) -> None:
    with by_job():
        access.record(member, [household], Looked.PAGE, now=at, why=why)


def from_outside(member: Member, household: Household, why: str, *, ago: dt.timedelta) -> None:
    with by_job():
        AccessRecord.objects.create(
            member=member,
            household=household.pk,
            area=household.area,
            area_code=household.area.code,
            at=NOW - ago,
            looked=Looked.PAGE,
            why=why,
            outside=True,
        )


@pytest.fixture
def looks(town: Town, west: Household, east: Household) -> None:
    looked(town.worker, west, "why-west")
    looked(town.teammate, east, "why-east")


def reasons(client: Client, member: Member, asked: str = "") -> list[str]:
    """The reasons in the table, in its order."""
    client.force_login(member)
    with as_web_role():
        response = client.get(PAGE + asked)
    assert response.status_code == 200
    return re.findall(r'<td class="why">(.*?)</td>', response.content.decode())


# -- who sees which -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("who", "sees"),
    [
        ("worker", ["why-west"]),
        ("teammate", ["why-east"]),
        ("coordinator", ["why-east", "why-west"]),
        ("leader", []),
        ("outsider", []),
        ("administrator", []),
    ],
)
def test_everybody_sees_their_own_and_a_coordinator_the_communitys(client, town, looks, who, sees):
    assert sorted(reasons(client, getattr(town, who))) == sees


def test_an_auditor_sees_every_look_and_no_home(client, town, looks, auditor, west, east):
    assert sorted(reasons(client, auditor)) == ["why-east", "why-west"]
    text = client.get(PAGE).content.decode()
    for home_ in (west, east):
        assert str(home_.pk)[:8] in text
        assert str(home_.pk) not in text
        assert home_.door.label not in text and home_.door.address not in text


def test_an_auditor_of_another_district_sees_nothing(client, town, looks):
    elsewhere = Area.objects.create(
        code="990102", level=6, name="Elsewhere", geometry=box(400, 0, 500, 100)
    )
    member = Member.objects.create(username="far-auditor", name="Far")
    Responsibility.objects.create(
        member=member, role=Role.AUDITOR, area=elsewhere, starts_on=dt.date(2020, 1, 1)
    )
    assert reasons(client, member) == []


def test_who_cares_for_the_home_finds_its_door(client, town, looks, west):
    reasons(client, town.worker)
    text = client.get(PAGE).content.decode()
    assert f'href="/care/households/{west.pk}/"' in text and "W-101" in text


def test_nobody_sees_it_without_signing_in(client, db):
    for address in (PAGE, f"{PAGE}export.csv", f"{PAGE}export.xlsx"):
        assert client.get(address)["Location"].startswith("/sign-in/")


def test_the_page_itself_leaves_no_record(client, town, looks):
    with by_job():
        before = AccessRecord.objects.count()
    reasons(client, town.coordinator)
    with by_job():
        assert AccessRecord.objects.count() == before


# -- from outside -------------------------------------------------------------------------------


def test_looks_from_outside_stand_on_top_of_the_coordinators_page(client, town, west, east):
    from_outside(town.worker, east, "A tap was left open", ago=2 * DAY)
    from_outside(town.worker, east, "Long forgotten", ago=40 * DAY)
    for number in range(60):
        looked(town.worker, west, f"later {number}", at=NOW - number * dt.timedelta(minutes=1))
    client.force_login(town.coordinator)
    text = client.get(PAGE).content.decode()
    top = text[text.index("looks-on-top") : text.index('<form class="filters"')]
    assert "A tap was left open" in top and "E-909" in top
    assert "Long forgotten" not in top
    assert reasons(client, town.coordinator, "?outside=true") == [
        "A tap was left open",
        "Long forgotten",
    ]
    assert "looks-on-top" not in client.get(f"{PAGE}?outside=true").content.decode()


def test_others_have_no_such_part(client, town, auditor, west, east):
    from_outside(town.worker, east, "A tap was left open", ago=DAY)
    for member in (town.worker, town.teammate, auditor):
        client.force_login(member)
        assert "looks-on-top" not in client.get(PAGE).content.decode()


def test_a_door_where_nobody_takes_part_is_told_as_such(client, town):
    client.force_login(town.worker)
    address = f"/care/outside/?building={town.buildings[8].pk}"
    sent = {"entrance": "", "floor": "", "label": "7", "why": "Water comes through the floor."}
    assert client.post(address, sent).status_code == 302
    client.force_login(town.coordinator)
    assert "nobody takes part there" in client.get(PAGE).content.decode()


# -- filters and pages --------------------------------------------------------------------------


def test_days_are_local_and_whole(client, town, west):
    zone = timezone.get_default_timezone()
    for day, hour, why in ((1, 0, "first minute"), (2, 23, "last hour"), (3, 0, "day after")):
        looked(town.worker, west, why, at=dt.datetime(2026, 3, day, hour, 1, tzinfo=zone))
    asked = "?since=2026-03-01&until=2026-03-02"
    assert reasons(client, town.worker, asked) == ["last hour", "first minute"]


def test_by_name(client, town, looks):
    assert reasons(client, town.coordinator, f"?member={town.teammate.name[:4]}") == ["why-east"]
    assert reasons(client, town.coordinator, "?member=%25") == []


@pytest.mark.parametrize("asked", ["since=soon", "page=0", "page=1e9", "outside=maybe"])
def test_what_cannot_be_read_is_said_and_not_used(client, town, looks, asked):
    assert reasons(client, town.worker, f"?{asked}") == ["why-west"]
    assert "One of the filters is not valid" in client.get(f"{PAGE}?{asked}").content.decode()


def test_pages_hold_each_record_once(client, town, west):
    for number in range(51):
        looked(town.worker, west, f"n{number:02}", at=NOW - number * dt.timedelta(minutes=1))
    first, second = reasons(client, town.worker), reasons(client, town.worker, "?page=2")
    assert [*first, *second] == [f"n{number:02}" for number in range(51)]
    assert len(first) == 50


def test_empty_says_so(client, town):
    client.force_login(town.worker)
    assert "Nobody has looked at a household yet." in client.get(PAGE).content.decode()
    assert "No record fits" in client.get(f"{PAGE}?outside=true").content.decode()


def test_few_queries(client, town, west, east, queries: Queries):
    """Session, member, eyes, responsibilities, areas, from outside, rows, homes, eyes closed."""
    for number in range(60):
        looked(town.worker, west, f"{number}")
        from_outside(town.worker, east, f"{number}", ago=DAY)
    client.force_login(town.coordinator)
    with queries(9):
        client.get(PAGE)


# -- files --------------------------------------------------------------------------------------


def test_csv_and_xlsx_hold_the_same_and_no_door(client, town, looks, west):
    looked(town.worker, west, "=HYPERLINK(1)")
    client.force_login(town.coordinator)
    text = client.get(f"{PAGE}export.csv?member={town.worker.name}").content.decode("utf-8-sig")
    head, *rows = csv.reader(io.StringIO(text))
    assert head[:4] == ["When", "Who", "What", "Why"]
    assert sorted(row[3] for row in rows) == ["'=HYPERLINK(1)", "why-west"]
    assert {row[-1] for row in rows} == {str(west.pk)[:8]}
    assert "W-101" not in text and west.door.address not in text
    book = client.get(f"{PAGE}export.xlsx?member={town.worker.name}").content
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert sorted(row[3] for row in sheet[1:]) == ["=HYPERLINK(1)", "why-west"]


def test_a_file_holds_no_more_than_the_page(client, town, looks, auditor):
    for member, sees in ((town.worker, 1), (town.leader, 0), (auditor, 2)):
        client.force_login(member)
        with as_web_role():
            text = client.get(f"{PAGE}export.csv").content.decode("utf-8-sig")
        assert len(list(csv.reader(io.StringIO(text)))) - 1 == sees


def test_too_many_are_asked_for_in_parts(client, town, looks, monkeypatch):
    monkeypatch.setattr("households.access_pages.MOST_EXPORTED", 1)
    client.force_login(town.coordinator)
    response = client.get(f"{PAGE}export.csv")
    assert response.status_code == 400
    assert "Choose a shorter time" in response.content.decode()


def test_a_reason_of_the_systems_own_is_translated(client, town, west):
    with acting.as_member(town.worker):
        why = "given to the household"
        access.record(town.worker, [west], Looked.SHEET, now=NOW, why=why)
    client.force_login(town.worker)
    text = client.get(PAGE, headers={"accept-language": "zh-hans"}).content.decode()
    assert "交给住户" in text
