"""A household is erased by its coordinator, and no trace of it is left anywhere."""

import base64
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone
from PIL import Image
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts import acting
from accounts.encryption import decrypt
from accounts.models import Member
from api.errors import NotFound
from cases import erasure, photos
from cases.models import Case, Category, Event, Photo
from grid.models import Area, Responsibility
from households import import_households, uploads
from households import tasks as household_tasks
from households.models import (
    AccessRecord,
    CarePlan,
    Household,
    HouseholdImport,
    Looked,
    Tombstone,
    Visit,
)
from publish import tasks as publish_tasks
from tests.cases.play import do, report
from tests.households.care import answers, begin, visit
from tests.households.homes import as_web_role, by_job, home
from tests.town import Town, box

LABEL, CONTACT, NAME, SAID = "D-7731", "Ann Needle 040 7731", "Bo Needle", "Mrs Needle opens"
TOKEN = re.compile(r"gAAAAA[\w=-]{20,}")


@pytest.fixture(autouse=True)
def photo_folder(tmp_path: Path, settings: Any) -> Path:
    settings.STORAGES = {
        **settings.STORAGES,
        "photos": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": tmp_path},
        },
    }
    return tmp_path


@pytest.fixture
def west(town: Town) -> Household:
    with by_job():
        return home(town.buildings[0], LABEL, contact=CONTACT, people=3, language="Finnish")


@pytest.fixture
def lived_in(town: Town, west: Household, client: Client) -> Household:
    """A home with all that may hang on one, made through the doors that members use."""
    with acting.as_member(town.worker):
        plan = begin(west, town.worker)
        made = visit(plan, town.worker, answers=answers(plan, repair="yes", food="attention"))
        CarePlan.objects.filter(pk=plan.pk).update(consent_name=NAME)
    client.force_login(town.worker)
    client.post(f"/care/visits/{made.pk}/follow-up/", {"category": "facility_other"})
    case = Case.objects.get()
    do(case, "accept", town.worker, note=SAID, photos=[photo_of(town)], now=timezone.now())
    client.post(f"/care/plans/{plan.pk}/withdraw/")
    with by_job():
        HouseholdImport.objects.create(
            area=town.community,
            member=town.coordinator,
            kind="homes",
            name="homes.csv",
            language="en",
            at=timezone.now(),
            state=HouseholdImport.State.DONE,
            told=f"[{CONTACT}]",
        )
    return west


def photo_of(town: Town) -> Photo:
    image = io.BytesIO()
    Image.new("RGB", (8, 6)).save(image, "JPEG")
    file = SimpleUploadedFile("a.jpg", image.getvalue())
    return photos.keep(file, town.worker, now=timezone.now())


def everything() -> str:
    """Every row of every table as a job sees it, with what is encrypted in the clear as well."""
    with acting.as_job("erasure"), connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        rows = []
        for (table,) in cursor.fetchall():
            name = connection.ops.quote_name(table)
            cursor.execute(f"SELECT t::text FROM {name} t")
            rows += [f"{table} {row}" for (row,) in cursor.fetchall()]
    text = "\n".join(rows)
    return text + "".join(f"\n{decrypt(token)}" for token in TOKEN.findall(text))


def lines(text: str, needle: object) -> set[str]:
    """Names of the tables that hold it."""
    return {line.split(" ")[0] for line in text.splitlines() if str(needle) in line}


def work() -> Iterator[str]:
    """Do the jobs that wait, as their worker does; gives their names."""
    known: dict[str, Callable[..., None]] = {
        "publish.forget_cases": publish_tasks.forget_cases,
        "households.forget_rest": household_tasks.forget_rest,
    }
    for job in ProcrastinateJob.objects.filter(task_name__in=known).order_by("pk"):
        known[job.task_name](**job.args)
        yield job.task_name


def erase(client: Client, household: Household, **more: str) -> Any:
    sent = {"reason": "asked", "sure": "yes", **more}
    return client.post(f"/care/households/{household.pk}/erase/", sent)


# -- nothing is left ----------------------------------------------------------------------------


def test_nothing_is_left_in_any_table_nor_on_disk(
    client, town, lived_in, photo_folder, django_capture_on_commit_callbacks
):
    with by_job():
        plan = CarePlan.objects.get(household=lived_in)
        visits = list(Visit.objects.filter(household=lived_in).values_list("pk", flat=True))
        numbers = set(
            Visit.objects.filter(household=lived_in).values_list("case_number", flat=True)
        )
    before = everything()
    door = str(lived_in.door)
    for needle in (LABEL, CONTACT, NAME, SAID, plan.pk, *visits, "attention"):
        assert lines(before, needle), needle
    assert [*photo_folder.rglob("*.jpg")]

    client.force_login(town.coordinator)
    with django_capture_on_commit_callbacks(execute=True):
        response = erase(client, lived_in)
        assert response.status_code == 302, response.content.decode()
        assert sorted(work()) == ["households.forget_rest", "publish.forget_cases"]

    after = everything()
    for needle in (LABEL, CONTACT, NAME, SAID, door, plan.pk, *visits):
        assert not lines(after, needle), needle
    assert not lines(after, "attention") - {"households_checklistitem", "django_migrations"}
    assert lines(after, lived_in.pk) == {
        "households_tombstone",
        "households_accessrecord",
        "procrastinate_jobs",
    }
    assert not [*photo_folder.rglob("*.jpg")]
    number = next(number for number in numbers if number)
    case = Case.objects.get(pk=number)
    # The case about the building goes on.
    assert (case.state, case.events.count()) == ("accepted", 2)


def test_what_a_tablet_sends_later_does_not_bring_it_back(client, town, lived_in):
    with by_job():
        plan = CarePlan.objects.get(household=lived_in)
    client.force_login(town.coordinator)
    erase(client, lived_in)
    with acting.as_member(town.worker):
        with pytest.raises(NotFound), transaction.atomic():
            visit(plan, town.worker)
        assert not Household.objects.exists()
        stone = Tombstone.objects.get()
    assert (stone.household, stone.area, stone.erased_on) == (
        lived_in.pk,
        town.west,
        timezone.localdate(),
    )


def test_history_from_a_cell_that_was_redrawn_goes_too(client, town, lived_in):
    """Its community's coordinator sees no row of the community that the building once lay in."""
    elsewhere = Area.objects.create(
        code="990101001002", level=12, name="Elsewhere", geometry=box(400, 0, 500, 100)
    )
    with by_job(), connection.cursor() as cursor:
        cursor.execute("UPDATE households_householdevent SET area_id = %s", [elsewhere.pk])
        cursor.execute("UPDATE households_careplanevent SET area_id = %s", [elsewhere.pk])
    client.force_login(town.coordinator)
    with as_web_role():
        assert erase(client, lived_in).status_code == 302
    assert lines(everything(), "Finnish") == {"households_householdevent"}
    list(work())
    assert not lines(everything(), "Finnish")


def test_what_was_not_erased_is_not_forgotten(town, lived_in):
    before = everything()
    household_tasks.forget_rest(household=str(lived_in.pk))
    assert everything() == before


# -- files on their way -------------------------------------------------------------------------

ROW = f"地址,门牌\n幸福路1号,{LABEL}\n"


@pytest.fixture
def at_home(town: Town, west: Household) -> Household:
    building = town.buildings[0]
    building.street_name, building.number = "幸福路", "1号"
    building.save()
    return west


def file_of(town: Town, text: str = ROW, state: str = "waiting", **more: Any) -> HouseholdImport:
    """A file that a colleague of the coordinator sent."""
    sent = {
        "kind": "homes",
        "mapping": {"address": "地址", "label": "门牌"},
        "area": town.community,
        "content": base64.b64encode(text.encode()).decode(),
        **more,
    }
    colleague = Member.objects.get_or_create(username="colleague", name="Colleague")[0]
    Responsibility.objects.get_or_create(
        member=colleague, role="coordinator", area=town.community, starts_on=timezone.localdate()
    )
    with by_job():
        return HouseholdImport.objects.create(
            member=colleague,
            name="homes.csv",
            language="en",
            at=timezone.now(),
            state=state,
            **sent,
        )


@pytest.mark.parametrize("state", ["asked", "waiting", "running"])
def test_a_file_sent_before_does_not_bring_it_back(client, town, at_home, state):
    sent = file_of(town, state=state)
    client.force_login(town.coordinator)
    with as_web_role():
        assert erase(client, at_home).status_code == 302
    list(work())
    uploads.take_in(str(sent.pk), now=timezone.now())
    with by_job():
        assert not Household.objects.exists()
        sent.refresh_from_db()
    assert (sent.state, sent.content) == ("failed", "")
    client.force_login(sent.member)
    said = client.get(f"/care/import/{sent.pk}/").content.decode()
    assert "A household was erased since; send a new file without it." in said
    client.cookies["gridwalk_language"] = "zh-hans"
    assert "请去掉该住户后重新提交文件" in client.get(f"/care/import/{sent.pk}/").content.decode()


@pytest.mark.parametrize("done", [0, 1])
def test_an_import_under_way_stops_before_its_next_rows(client, town, at_home, monkeypatch, done):
    """Also one that was interrupted and checks again what it had done."""
    monkeypatch.setattr("households.import_households.CHUNK", 1)
    sent = file_of(town, f"地址,门牌\n幸福路1号,A-1\n幸福路1号,{LABEL}\n", "running", done=done)
    client.force_login(town.coordinator)

    def between() -> Any:
        """The erasure comes between the first row and the next."""
        with by_job():
            begun = Household.objects.filter(door__label="A-1").exists()
            there = Household.objects.filter(pk=at_home.pk).exists()
        if begun and there:
            erase(client, at_home)
        return transaction.atomic()

    monkeypatch.setattr(import_households, "transaction", SimpleNamespace(atomic=between))
    uploads.take_in(str(sent.pk), now=timezone.now())
    with by_job():
        assert [one.door.label for one in Household.objects.select_related("door")] == ["A-1"]
        sent.refresh_from_db()
    assert (sent.state, sent.content, sent.told) == ("failed", "", "")


def test_files_of_heads_of_other_communities_and_sent_afterwards_go_on(client, town, at_home):
    elsewhere = Area.objects.create(
        code="990101001002", level=12, name="Elsewhere", geometry=box(400, 0, 500, 100)
    )
    spared = [file_of(town, kind="heads"), file_of(town, area=elsewhere)]
    client.force_login(town.coordinator)
    erase(client, at_home)
    spared.append(file_of(town))
    list(work())
    with by_job():
        kept = HouseholdImport.objects.filter(pk__in=[one.pk for one in spared], state="waiting")
        assert kept.count() == 3


def test_who_does_not_coordinate_stops_no_file(town, at_home):
    sent = file_of(town)
    for member in (town.worker, town.leader, town.outsider, town.administrator):
        with as_web_role(), acting.as_member(member), connection.cursor() as cursor:
            cursor.execute("SELECT households_stop_imports(%s, 'x')", [town.community.code])
    with by_job():
        sent.refresh_from_db()
    assert sent.state == "waiting"


# -- who may, and how ---------------------------------------------------------------------------


def test_it_takes_two_steps(client, town, lived_in):
    client.force_login(town.coordinator)
    address = f"/care/households/{lived_in.pk}/erase/"
    first = client.get(address).content.decode()
    assert "1 visit goes with its answers" in first and 'name="sure"' not in first
    assert client.post(address, {"sure": "yes"}).status_code == 400
    second = client.post(address, {"reason": "gone"}).content.decode()
    assert 'name="sure"' in second and "The household no longer lives here" in second
    with by_job():
        assert Household.objects.count() == 1
    client.post(address, {"reason": "gone", "sure": "yes"})
    with by_job():
        assert not Household.objects.exists()
        record = AccessRecord.objects.get(looked=Looked.ERASURE)
    assert (record.member, record.household, record.why) == (
        town.coordinator,
        lived_in.pk,
        "The household no longer lives here",
    )


@pytest.mark.parametrize(
    ("who", "status"), [("worker", 403), ("teammate", 404), ("leader", 404), ("administrator", 404)]
)
def test_only_the_coordinator_erases(client, town, west, who, status):
    client.force_login(getattr(town, who))
    address = f"/care/households/{west.pk}/erase/"
    assert client.get(address).status_code == status
    assert erase(client, west).status_code == status
    with by_job():
        assert Household.objects.filter(pk=west.pk).exists()


# -- cases forget -------------------------------------------------------------------------------


def test_the_web_process_takes_no_word_out_of_a_case(town, lived_in):
    number = Case.objects.get(events__note=SAID).pk
    with as_web_role():
        for how in ("erasure", "retention"):
            refused = pytest.raises(DatabaseError, match="append-only")
            with refused, transaction.atomic(), acting.as_job(how):
                Event.objects.filter(case=number).update(note="")
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            erasure.forget([number])
    assert Event.objects.filter(note=SAID).exists()


def test_the_job_takes_out_words_and_nothing_else(town, lived_in):
    event = Event.objects.get(note=SAID)
    with acting.as_job("erasure"):
        Event.objects.filter(pk=event.pk).update(note="Other words", state="closed", number=99)
        Photo.objects.filter(event=event).delete()
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            Event.objects.filter(pk=event.pk).delete()
    after = Event.objects.get(pk=event.pk)
    assert (after.note, after.state, after.number) == ("", event.state, event.number)


def test_other_cases_and_twice(town, lived_in):
    other = report(town, now=timezone.now())
    do(other, "accept", town.worker, note="Of another", now=timezone.now())
    number = Case.objects.get(events__note=SAID).pk
    assert erasure.forget([number]) == 1
    assert erasure.forget([number]) == 1
    assert Event.objects.filter(note="Of another").exists()


def test_parts_that_a_case_was_split_into_forget_too(town, lived_in):
    case = Case.objects.get(events__note=SAID)
    leaf = Category.objects.get(code="facility_other")
    parts = [{"category": leaf, "description": f"{SAID} at {n}"} for n in range(2)]
    do(case, "split", town.coordinator, details={"parts": parts}, now=timezone.now())
    assert erasure.forget([case.pk]) == 3
    assert not lines(everything(), SAID)
