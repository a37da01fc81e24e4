"""Everything of two towns into a file and back: what comes out again is the same."""

import datetime as dt
import sqlite3
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pghistory
import pytest
import shapely
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from accounts import acting
from accounts.models import Member, Role
from api.errors import BadFile, BadInput, Conflict, UnknownArea
from cases import photos
from cases.models import Case, Photo, Reminder
from config.role_table import Who
from grid.models import Area, Cadence, Responsibility, Segment
from handover.models import Cover, Handover, Leave, Notice
from households.models import AccessRecord, CareCount, Household
from patrols.models import BuildingPassed, Team
from publish.exchange import tables as exchanged
from publish.exchange.coordinates import SYSTEMS, from_blobs, to_blobs
from publish.exchange.taking_in import take_in
from publish.exchange.writing import write
from publish.models import SavedView
from rounds.models import Finding, Round, RoundNotice, RoundPlan
from tests.test_boundaries import OURS
from tests.town import Town
from tests.two_towns import Towns, two_towns

CITY, FAR = "9901", "990102"
SECRET = "correct horse battery"


@pytest.fixture
def towns(db: None, settings: Any, tmp_path: Path) -> Towns:
    settings.STORAGES = {
        **settings.STORAGES,
        "photos": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "photos")},
        },
    }
    return two_towns()


def emptied() -> None:
    """As in a new database: no row in any table of the file, and no file of a photo."""
    for pk in Photo.objects.values_list("pk", flat=True):
        for size in photos.SIZES:
            photos.store().delete(photos.name_of(pk, size))
    names = [f'"{model._meta.db_table}"' for model in exchanged.tables(households=True)]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"TRUNCATE {', '.join(names)} CASCADE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def content(path: Path) -> dict[str, list[Any]]:
    database = sqlite3.connect(path)
    asked = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    names = [row[0] for row in asked]
    found = {name: database.execute(f'SELECT * FROM "{name}"').fetchall() for name in names}
    database.close()
    return found


NOON = dt.datetime(2026, 6, 3, 12, tzinfo=dt.UTC)
DAY = NOON.date()
#: Of these the two towns have none.
WITHOUT_ROWS = {"grid_divisionstretch", "households_tombstone", "patrols_trackchunk"}


def handed_over(towns: Towns) -> None:
    """What the office keeps: a handover, a leave with its cover, notices, and a round."""
    cell = towns.own.cell
    giver, taker = towns.members[Who.WORKER], towns.members[Who.COORDINATOR]
    handover = Handover.objects.create(
        area=cell, giver=giver, taker=taker, starts_on=DAY, state=Handover.State.DONE,
        moved={"cases": {"assignee": [towns.own.case.pk]}, "kept": {}}, made_by=taker,
        made_at=NOON, done_at=NOON,
    )  # fmt: skip
    leave = Leave.objects.create(
        member=giver, cover=taker, starts_on=DAY, ends_on=DAY, made_by=taker, made_at=NOON
    )
    source, given = (
        Responsibility.objects.create(
            member=member, role=Role.WORKER, area=cell, starts_on=DAY, ends_on=DAY
        )
        for member in (giver, taker)
    )
    Cover.objects.create(leave=leave, source=source, given=given)
    Notice.objects.create(
        member=taker, kind=Notice.Kind.HANDED, handover=handover, made_at=NOON, seen_at=NOON
    )
    Notice.objects.create(member=taker, kind=Notice.Kind.LEAVE, leave=leave, made_at=NOON)
    items = [{"key": "lamps", "title": "Lamps light", "title_zh": "路灯能亮", "category": "lamp"}]
    plan = RoundPlan.objects.create(
        area=cell, cadence="weekly", role=Role.WORKER, items=items, starts_on=DAY, made_by=taker
    )
    round_ = Round.objects.create(
        plan=plan, starts_on=DAY, due_on=DAY + dt.timedelta(days=6), items=items,
        answers={"lamps": "wrong"}, patrols=[towns.own.patrol.pk], covered_share=0.5,
    )  # fmt: skip
    Finding.objects.create(
        key=uuid.uuid4(), round=round_, item="lamps", case=towns.own.case, found_by=giver,
        found_at=NOON,
    )  # fmt: skip
    RoundNotice.objects.create(
        round=round_, member=giver, kind=RoundNotice.Kind.OVERDUE, made_at=NOON
    )


def worked_on(towns: Towns) -> None:
    """What a week of use leaves behind, a row of each."""
    own = towns.own
    Reminder.objects.create(
        case=own.case, member=towns.members[Who.WORKER], kind=Reminder.Kind.DUE, due_at=NOON,
        made_at=NOON,
    )  # fmt: skip
    Cadence.objects.create(area=own.cell, kind="alley", days=3)
    Team.objects.create(name="Red Lanterns")
    BuildingPassed.objects.create(patrol=own.patrol, building=own.building, passed_at=NOON)
    own.lamp.see("dark", at=NOON)
    CareCount.objects.create(
        week=dt.date(2026, 6, 1), kind="plans", area_code=own.cell.code, low=0, high=4
    )
    with pghistory.context(user=own.patrol.member.pk):
        own.circuit.name = "C-renamed"
        own.circuit.save()


def test_every_table_travels_or_stays_for_a_reason() -> None:
    """A new model cannot be forgotten: it fails here until somebody says what becomes of it."""
    ours = {
        model._meta.label
        for app in OURS
        for model in apps.get_app_config(app).get_models(include_auto_created=True)
        if model._meta.managed and not model._meta.proxy
    }
    travel = {model._meta.label for model in exchanged.tables(households=True)}
    stay = set(exchanged.LEFT_OUT)
    assert ours - travel - stay == set()
    assert travel & stay == set()
    assert stay <= ours


def test_of_every_table_some_rows_are_there_again(towns: Towns, tmp_path: Path) -> None:
    handed_over(towns)
    worked_on(towns)
    first, again = tmp_path / "1.gpkg", tmp_path / "2.gpkg"
    given: dict[str, Any] = {
        "households": True,
        "member": towns.own.patrol.member,
        "passphrase": SECRET,
    }
    counts = write(CITY, first, **given)
    empty = {name for name, count in counts.items() if not count}
    assert empty <= WITHOUT_ROWS, ", ".join(sorted(empty - WITHOUT_ROWS))
    emptied()
    take_in(first, passphrase=SECRET)
    write(CITY, again, **given)
    before, after = content(first), content(again)
    encrypted = {
        model._meta.db_table
        for model in exchanged.tables(households=True)
        if any(column.encrypted for column in exchanged.columns(model))
    }
    told = {model._meta.db_table for model in exchanged.tables(households=True)}
    # Who looked tells of the two servers; the encrypted is written anew each time.
    for name in told - encrypted - {"households_accessrecord"}:
        assert after[name] == before[name], name
    for name in encrypted:
        assert len(after[name]) == len(before[name]), name


def test_a_district_brings_the_views_that_are_shared_in_it(towns: Towns, tmp_path: Path) -> None:
    owner = towns.other.patrol.member
    SavedView.objects.all().delete()
    for name, code in (("here", FAR), ("elsewhere", "990101"), ("my own", "")):
        SavedView.objects.create(owner=owner, name=name, hash="#at", shared_with=code)
    path = tmp_path / "far.gpkg"
    write(FAR, path)
    emptied()
    take_in(path)
    assert list(SavedView.objects.values_list("name", "owner__username")) == [
        ("here", owner.username)
    ]


def test_a_round_trip_loses_nothing(towns: Towns, tmp_path: Path) -> None:
    first, second, again = (tmp_path / f"{n}.gpkg" for n in (1, 2, 3))
    counts = write(CITY, first)
    write(CITY, second)
    assert first.read_bytes() == second.read_bytes()
    emptied()
    assert take_in(first) == counts
    write(CITY, again)
    before, after = content(first), content(again)
    assert before.keys() == after.keys()
    for name in before:
        assert after[name] == before[name], name
    for table in ("grid_segment", "cases_case", "patrols_patrol", "streetlights_circuit"):
        assert counts[table] > 1, table
    assert counts["gridwalk_photos"] == sum(
        photos.store().exists(photos.name_of(pk, size))
        for pk in Photo.objects.values_list("pk", flat=True)
        for size in photos.SIZES
    )
    # New rows get numbers of their own.
    assert Cadence.objects.create(kind="step", days=9).pk


def test_one_district_is_complete_in_itself(towns: Towns, tmp_path: Path) -> None:
    path = tmp_path / "far.gpkg"
    write(FAR, path)
    texts = repr(content(path))
    assert towns.own.street.name != towns.other.street.name
    assert towns.own.lamp.number not in texts
    emptied()
    take_in(path)
    codes = Area.objects.order_by("code").values_list("code", flat=True)
    assert list(codes) == ["9901", "990102", "990102001", "990102001001", "990102001001001"]
    assert set(Segment.objects.values_list("pk", flat=True)) == {towns.other.segment.pk}
    assert set(Case.objects.values_list("pk", flat=True)) == {towns.other.case.pk}
    assert not Responsibility.objects.exclude(area__code__startswith=FAR).exists()


def test_no_secret_is_in_the_file(towns: Towns, tmp_path: Path) -> None:
    member = towns.other.patrol.member
    member.set_password("a very long passphrase")
    member.email = "far@example.org"
    member.is_superuser = True
    member.save()
    path = tmp_path / "city.gpkg"
    write(CITY, path)
    inside = path.read_bytes()
    for secret in (member.password, member.email, str(towns.own.case.follow_key), "Ann of"):
        assert secret.encode() not in inside
    emptied()
    take_in(path)
    member = Member.objects.get(username=member.username)
    assert not member.has_usable_password()
    assert not member.is_superuser
    assert Case.objects.get(pk=towns.own.case.pk).follow_key != towns.own.case.follow_key


def test_members_are_known_by_their_user_names(towns: Towns, tmp_path: Path) -> None:
    path = tmp_path / "city.gpkg"
    write(CITY, path)
    walker, worker = towns.other.patrol.member, towns.own.patrol.member
    emptied()
    # Somebody is there under another number, and somebody else has the number of a third.
    there = Member.objects.create(pk=walker.pk + 5000, username=walker.username, name="Kept")
    Member.objects.create(pk=worker.pk, username="first", name="First")
    take_in(path)
    assert towns.other.patrol.__class__.objects.get(pk=towns.other.patrol.pk).member == there
    there.refresh_from_db()
    assert there.name == "Kept"
    moved = towns.own.patrol.__class__.objects.get(pk=towns.own.patrol.pk).member
    assert moved.username == worker.username


def test_areas_that_are_there_are_not_written_over(town: Town, tmp_path: Path) -> None:
    path = tmp_path / "town.gpkg"
    write(CITY, path)
    with pytest.raises(Conflict, match="stored here already"):
        take_in(path)


def test_an_unknown_area_leaves_no_file(town: Town, tmp_path: Path) -> None:
    with pytest.raises(UnknownArea):
        write("8888", tmp_path / "x.gpkg")
    assert not list(tmp_path.glob("x*"))


def changed(*statements: str) -> Callable[[Path], None]:
    def change(path: Path) -> None:
        database = sqlite3.connect(path)
        database.executescript(";".join(statements))
        database.close()

    return change


BROKEN: list[tuple[Callable[[Path], Any], str]] = [
    (lambda path: path.write_bytes(b"SQLite format 3\0" + bytes(200)), "no GeoPackage"),
    (lambda path: path.write_bytes(path.read_bytes()[:9000]), "broken|none of ours|no file"),
    (changed("UPDATE gridwalk_about SET value = '9' WHERE what = 'format'"), "other format"),
    (
        changed("UPDATE gridwalk_about SET value = '{}' WHERE what = 'versions'"),
        "another version",
    ),
    (changed("DROP TABLE gridwalk_about"), "no file of export_data"),
    (changed("CREATE VIEW v AS SELECT 1"), "views or triggers"),
    (changed("DELETE FROM grid_segment WHERE fid = 1"), "missing in the file"),
    (changed("ALTER TABLE grid_street ADD COLUMN more"), "not as this version"),
    (changed("UPDATE grid_segment SET community_id = 77777"), "does not fit together"),
    (changed("UPDATE grid_segment SET metres = 'long'"), "does not fit together"),
    (changed("UPDATE grid_segment SET kind = 'motorway'"), "has motorway for kind"),
    (changed("UPDATE grid_segment SET line = x'4750'"), "geometry of the file"),
    (changed("UPDATE grid_area SET level = 6"), "does not fit together"),
    (changed("UPDATE grid_responsibility SET member_id = 4711"), "a member that is not"),
]


def test_what_is_not_ours_or_hostile_changes_nothing(town: Town, tmp_path: Path) -> None:
    sound, path = tmp_path / "town.gpkg", tmp_path / "broken.gpkg"
    write(CITY, sound)
    emptied()
    for change, sentence in BROKEN:
        path.write_bytes(sound.read_bytes())
        change(path)
        with pytest.raises(BadFile, match=sentence):
            take_in(path)
        assert not Area.objects.exists()
        assert not Segment.objects.exists()
    take_in(sound)
    assert Segment.objects.exists()


def test_households_travel_under_a_passphrase(towns: Towns, tmp_path: Path) -> None:
    path = tmp_path / "homes.gpkg"
    member = towns.own.patrol.member
    with pytest.raises(BadInput, match="12 letters"):
        write(CITY, path, households=True, member=member, passphrase="short")
    with acting.as_job("exchange"):
        contacts = dict(Household.objects.values_list("pk", "contact"))
        looks = AccessRecord.objects.count()
    counts = write(CITY, path, households=True, member=member, passphrase=SECRET)
    assert counts["households_household"] == len(contacts) == 2
    assert b"Ann of" not in path.read_bytes()
    with acting.as_job("exchange"):
        assert AccessRecord.objects.count() == looks + len(contacts)
    emptied()
    with pytest.raises(BadFile, match="passphrase does not fit"):
        take_in(path, passphrase="another passphrase")
    take_in(path, passphrase=SECRET)
    with acting.as_job("exchange"):
        assert dict(Household.objects.values_list("pk", "contact")) == contacts
        # Who looked on that server is to be read in the file, and not said of this one.
        assert not AccessRecord.objects.exists()


def test_the_shifted_positions_come_back(towns: Towns, tmp_path: Path) -> None:
    """The commands, in GCJ-02."""
    path = tmp_path / "shifted.gpkg"
    line = Segment.objects.get(pk=towns.own.segment.pk).line.coords
    call_command("export_data", CITY, "--to", str(path), "--crs", "gcj02")
    systems = content(path)["gpkg_spatial_ref_sys"]
    assert any("shifted to GCJ-02" in row[5] for row in systems)
    emptied()
    call_command("import_data", str(path))
    again = Segment.objects.get(pk=towns.own.segment.pk).line.coords
    # 1e-7 degrees are a centimetre.
    assert np.abs(np.array(again) - np.array(line)).max() < 1e-7


@given(
    st.sampled_from(sorted(SYSTEMS)),
    st.lists(st.tuples(st.floats(73, 135), st.floats(18, 54)), min_size=2, max_size=6),
)
def test_positions_in_china_come_back(crs: str, places: list[tuple[float, float]]) -> None:
    line = shapely.linestrings(places)
    stored = shapely.to_wkb(shapely.set_srid(line, 4326), include_srid=True)
    (back,) = from_blobs(to_blobs([stored], SYSTEMS[crs]), SYSTEMS[crs])
    found = shapely.from_wkb(back)
    assert shapely.get_srid(found) == 4326
    assert np.abs(shapely.get_coordinates(found) - places).max() < 1e-7


def test_other_programs_read_the_layers(town: Town, tmp_path: Path) -> None:
    import pyogrio

    path = tmp_path / "town.gpkg"
    write(CITY, path, crs="cgcs2000")
    info = pyogrio.read_info(path, layer="grid_segment")
    assert info["features"] == Segment.objects.count()
    assert info["geometry_type"] == "LineString"
    assert "4490" in info["crs"]
