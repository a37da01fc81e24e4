"""From single dark lamps to one case for the cable that feeds them."""

import datetime as dt

import pytest
from django.contrib.gis.geos import MultiPolygon, Point, Polygon
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from api.errors import Conflict
from cases import news, outages, tasks
from cases.models import Case, Source, State
from cases.reporting import Report, take_in
from fixtures import estate, estate_map
from grid.models import Area, Building
from streetlights.models import Circuit, Lamp
from tests.cases.play import MONDAY, category, crew_of, do, point, report, to_done
from tests.conftest import Queries
from tests.streetlights.wiring import row_one
from tests.town import Town

EVENING = dt.datetime(2026, 11, 23, 11, 0, tzinfo=dt.UTC)  # a Monday, 19:00 in Shanghai


def resident_sees(lamp: Lamp, at: dt.datetime) -> Case:
    """A report by the lamp's code; whoever comes second confirms the first one's."""
    if known := Case.objects.open().filter(lamp=lamp, category__code="lamp").first():
        do(known, "confirm", None, now=at)
        return known
    seen = Report(category("lamp"), lamp.location, Source.RESIDENT, lamp=lamp)
    return take_in(seen, now=at)[0]


@pytest.fixture
def wired(db: None) -> Circuit:
    """The estate's circuit and houses, in one cell, before anybody has looked."""
    corners = estate_map.degrees([(-50.0, -50.0), (250.0, -50.0), (250.0, 400.0), (-50.0, 400.0)])
    ground = MultiPolygon(Polygon([*corners, corners[0]]), srid=4326)
    community, _cell = (
        Area.objects.create(code=code, level=len(code), name="Lantern Estate", geometry=ground)
        for code in (estate_map.CODE, f"{estate_map.CODE}001")
    )
    for number, (x, y) in estate.lamps().items():
        ((lon, lat),) = estate_map.degrees([(x + 2.0, y)])
        at = Point(lon, lat, srid=4326)
        Lamp.objects.create(community=community, number=str(number), location=at)
    for number, house in estate.buildings().items():
        outline = Polygon(estate_map.degrees(house.exterior.coords))
        Building.objects.create(
            community=community, number=str(number), footprint=MultiPolygon(outline, srid=4326)
        )
    return estate_map.wire(community)


def play(*reports: estate.Report) -> dt.datetime:
    """The evening as people live it: residents report, members look; when it ended."""
    at = EVENING
    for one in reports:
        at = EVENING + dt.timedelta(minutes=one.minutes)
        lamp = Lamp.objects.get(number=str(one.lamp))
        if one.source == "resident" and not one.lit:
            resident_sees(lamp, at)
        else:
            lamp.see("lit" if one.lit else "dark", at=at)
    return at


def test_three_reports_say_too_little_and_the_fourth_names_the_cable(wired: Circuit) -> None:
    assert outages.follow(wired.pk, now=play(*estate.REPORTS[:3])) == []
    (whole,) = outages.follow(wired.pk, now=play(estate.REPORTS[3]))
    assert whole.children.count() == 3
    assert whole.events.get().details["chance"] == pytest.approx(0.85, abs=0.01)


def test_the_first_reports_hang_under_one_case_for_the_cable(wired: Circuit) -> None:
    now = play(*estate.REPORTS[:6])
    (whole,) = outages.follow(wired.pk, now=now)
    assert (whole.category.code, whole.source) == ("lamp_section", "diagnosis")
    assert "between building 16 and building 19" in whole.description
    assert "16号楼" in whole.description
    assert whole.location.coords == pytest.approx(estate_map.degrees([(0.0, 240.0)])[0], abs=1e-6)
    singles = Case.objects.filter(category__code="lamp")
    assert {single.lamp.number for single in singles if single.lamp} == {"15", "29", "7", "23"}
    for single in singles:
        assert (single.parent, single.due_at) == (whole, whole.due_at)
        gathered = single.events.get(step="gather")
        assert (gathered.author, gathered.details["into"]) == (None, whole.pk)
    [_report, told] = news.story(singles[0])
    assert "larger fault" in str(told.told)  # type: ignore[attr-defined]
    assert whole.due_at and whole.due_at < singles[0].reported_at + dt.timedelta(days=2)


def test_again_changes_nothing_and_who_reports_later_joins(wired: Circuit) -> None:
    now = play(*estate.REPORTS[:6])
    (whole,) = outages.follow(wired.pk, now=now)
    events = whole.events.count()
    assert outages.follow(wired.pk, now=now) == [whole]
    now = play(*estate.REPORTS[6:])
    outages.follow(wired.pk, now=now)
    assert Case.objects.filter(category__code="lamp_section").count() == 1
    assert set(Case.objects.filter(category__code="lamp").values_list("parent", flat=True)) == {
        whole.pk
    }
    assert whole.children.count() == 5  # 31 came later
    assert whole.events.count() == events


def test_two_lamps_far_apart_stay_two_cases(wired: Circuit) -> None:
    for number in ("3", "20"):
        resident_sees(Lamp.objects.get(number=number), EVENING)
    for number in ("4", "8", "16", "17", "24", "32"):
        Lamp.objects.get(number=number).see("lit", at=EVENING)
    assert outages.follow(wired.pk, now=EVENING) == []
    assert not Case.objects.exclude(parent=None).exists()
    assert Case.objects.count() == 2


def test_a_dark_circuit_is_the_cabinets(town: Town) -> None:
    circuit, lamps = row_one(town)
    for lamp in lamps.values():
        lamp.see("dark", at=MONDAY)
    single = report(town, "lamp", lamp=lamps["B1"])
    (whole,) = outages.follow(circuit.pk, now=MONDAY)
    assert whole.location == circuit.cabinet.location
    single.refresh_from_db()
    assert single.parent == whole


def test_the_sample_s_outage_is_marked_as_simulated(wired: Circuit) -> None:
    for one in estate.REPORTS:
        lamp = Lamp.objects.get(number=str(one.lamp))
        lamp.see("lit" if one.lit else "dark", at=EVENING, source="sample")
    (whole,) = outages.follow(wired.pk, now=EVENING)
    assert whole.simulated


def test_a_draft_accuses_no_cable(wired: Circuit) -> None:
    Circuit.objects.update(draft=True)
    assert outages.follow(wired.pk, now=play(*estate.REPORTS)) == []
    assert outages.follow(0, now=EVENING) == []


def test_when_the_lamps_are_lit_again_a_note_says_so_once(wired: Circuit) -> None:
    (whole,) = outages.follow(wired.pk, now=play(*estate.REPORTS))
    later = EVENING + dt.timedelta(hours=3)
    for number in estate.dark():
        Lamp.objects.get(number=str(number)).see("lit", at=later)
    for _again in range(2):
        assert outages.follow(wired.pk, now=later) == []
    note = whole.events.get(step="note")
    assert "speak against" in note.note
    assert (note.author, note.details["sure"]) == (None, False)
    assert whole.children.count() == 5  # nothing is undone by itself


def test_merged_by_a_person_it_is_followed_there(wired: Circuit) -> None:
    now = play(*estate.REPORTS[:6])
    (whole,) = outages.follow(wired.pk, now=now)
    lamp = Lamp.objects.get(number="8")
    seen = resident_sees(lamp, now)
    do(seen, "recategorise", None, now=now, details={"category": category("lamp_section")})
    do(whole, "merge", None, now=now, details={"into": seen})
    resident_sees(Lamp.objects.get(number="31"), now)
    assert outages.follow(wired.pk, now=now) == [seen]
    assert seen.children.count() == 5


def test_what_was_declined_begins_anew_only_with_new_sightings(wired: Circuit) -> None:
    now = play(*estate.REPORTS[:6])
    (whole,) = outages.follow(wired.pk, now=now)
    do(whole, "decline", None, now=now, note="The power was cut on purpose.")
    assert outages.follow(wired.pk, now=now) == []
    later = now + dt.timedelta(minutes=5)
    for number in ("8", "16"):
        Lamp.objects.get(number=number).see("dark", at=later)
    (anew,) = outages.follow(wired.pk, now=later)
    assert anew.pk != whole.pk


def test_a_report_is_a_sighting_and_has_its_circuit_looked_at(town: Town) -> None:
    circuit, lamps = row_one(town)
    case = report(town, "lamp", lamp=lamps["A3"])
    assert [(one.state, one.member, one.seen_at) for one in lamps["A3"].sightings.all()] == [
        ("dark", town.worker, MONDAY)
    ]
    job = ProcrastinateJob.objects.get(task_name=tasks.outage.name)
    assert job.args == {"circuit": circuit.pk}
    tasks.outage(**job.args)  # one lamp is no outage
    assert Case.objects.count() == 1
    do(case, "confirm", town.teammate, now=MONDAY + dt.timedelta(minutes=1))
    do(case, "note", town.worker, note="Glass on the ground.")
    assert lamps["A3"].sightings.count() == 2


def test_a_lamp_looked_at_after_its_repair_was_lit(town: Town) -> None:
    lamp = Lamp.objects.get(number="L-1")
    case = resident_sees(lamp, MONDAY)
    to_done(town, case, town.worker)
    at = MONDAY + dt.timedelta(hours=1)
    do(case, "verify", town.coordinator, now=at, location=point())
    assert case.state == State.VERIFIED
    seen = lamp.sightings.first()
    lamp.refresh_from_db()
    assert [one.source for one in lamp.sightings.all()] == ["member", "resident"]
    assert seen and (seen.state, seen.member, seen.seen_at) == ("lit", town.coordinator, at)
    assert lamp.working is True


def test_parts_closed_with_their_whole_are_lit_and_tell_it(wired: Circuit, client: Client) -> None:
    now = play(*estate.REPORTS[:6])
    (whole,) = outages.follow(wired.pk, now=now)
    page = f"/report/follow/{whole.children.all()[0].follow_key}/"
    for step, more in (
        ("accept", {}),
        ("dispatch", {"details": {"crew": crew_of(name="Cable crew")}}),
        ("start", {}),
        ("finish", {}),
        ("verify", {"location": whole.location}),
        ("close", {}),
    ):
        now += dt.timedelta(minutes=1)
        do(whole, step, None, now=now, **more)
        if step == "start":
            assert "Work has begun" in client.get(page).content.decode()
    assert "Closed together with a larger fault" in client.get(page).content.decode()
    assert not Case.objects.open().exists()
    assert {Lamp.objects.get(number=number).working for number in ("7", "15", "23", "29")} == {True}


@pytest.mark.parametrize("code", ["lamp_damaged", "paving"])
def test_a_damaged_pole_says_nothing_about_its_light(town: Town, code: str) -> None:
    lamp = Lamp.objects.get(number="L-1")
    report(town, code, lamp=lamp)
    assert not lamp.sightings.exists()


def test_who_says_lit_and_dark_at_one_moment_is_asked_again(town: Town) -> None:
    lamp = Lamp.objects.get(number="L-1")
    lamp.see("lit", at=MONDAY, member=town.worker)
    with pytest.raises(Conflict):
        report(town, "lamp", lamp=lamp)
    assert not Case.objects.exists()


def test_a_job_that_finds_nothing_new_asks_little(wired: Circuit, queries: Queries) -> None:
    now = play(*estate.REPORTS[:6])
    outages.follow(wired.pk, now=now)
    # circuit; sections, sightings, buildings; sections of the suspects, lamps behind the fault;
    # its case, twice; what might hang under it; open cases of the circuit, what each was told
    with queries(11):
        outages.follow(wired.pk, now=now)
