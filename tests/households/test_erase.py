"""A household is erased by its coordinator, and no trace of it is left anywhere."""

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
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
from api.errors import NotFound
from cases import erasure, photos
from cases.models import Case, Category, Event, Photo
from grid.models import Area
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
