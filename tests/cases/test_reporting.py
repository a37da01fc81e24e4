"""From a report to a case: whose it is, when it is due, and what is refused."""

import datetime as dt
import uuid

import pytest
from django.contrib.gis.geos import Point

from api.errors import BadInput
from cases.dispatch import OutsideArea
from cases.models import Case, Event, Source
from cases.similar import similar
from grid.models import Responsibility
from streetlights.models import Lamp
from tests.cases.play import MONDAY, category, do, point, report
from tests.town import Town, small_town


@pytest.fixture
def town(db) -> Town:
    return small_town()


def test_the_cell_gives_the_responsible_and_the_category_the_time(town):
    case = report(town, "manhole", location=point(300, 60))
    assert (case.area_code, case.placed, case.responsible) == (town.east.code, True, town.teammate)
    assert case.due_at == MONDAY + dt.timedelta(hours=5)  # four hours of work and lunch
    assert [(event.step, event.state) for event in case.events.all()] == [("report", "reported")]


def test_on_the_border_the_coordinator_decides_visibly(town):
    case = report(town, location=point(200, 60))
    assert (case.area_code, case.placed) == (town.community.code, False)
    assert case.responsible == town.coordinator


def test_just_outside_the_nearest_community_decides(town):
    case = report(town, location=point(-100, 60))
    assert (case.area_code, case.placed) == (town.community.code, False)


@pytest.mark.parametrize("place", [point(-700, 60), point(60, 1200), Point(0, 0, srid=4326)])
def test_far_outside_is_refused(town, place):
    with pytest.raises(OutsideArea):
        report(town, location=place)
    assert not Case.objects.exists()


def test_where_no_worker_is_the_coordinator_answers_and_where_nobody_is_nobody(town):
    Responsibility.objects.filter(member=town.worker).delete()
    assert report(town).responsible == town.coordinator
    Responsibility.objects.all().delete()
    assert report(town).responsible is None


def test_the_same_report_again_is_one_case(town):
    key = uuid.uuid4()
    first, again = report(town, key=key), report(town, key=key)
    assert first.pk == again.pk
    assert (Case.objects.count(), Event.objects.count()) == (1, 1)


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("at", {"at": MONDAY + dt.timedelta(hours=1)}),
        ("at", {"at": MONDAY - dt.timedelta(days=40)}),
        ("category", {"code": "facilities"}),
        ("category", {"code": "night_incident", "source": Source.RESIDENT, "reporter": None}),
    ],
)
def test_what_cannot_be_is_refused_by_name(town, field, more):
    with pytest.raises(BadInput) as refused:
        report(town, **more)
    assert set(refused.value.fields or {}) == {field}
    assert not Case.objects.exists()


def test_a_report_from_an_outbox_keeps_its_time(town):
    seen = MONDAY - dt.timedelta(days=3)  # a Friday
    assert report(town, at=seen).reported_at == seen


def test_similar_are_open_near_and_of_the_kind(town):
    #   x = 100 . . 120 . . . 140      the new report lies at 100
    near, far = report(town), report(town, location=point(140, 60))
    report(town, "bin")
    declined = report(town)
    do(declined, "decline", town.coordinator, note="No such hole")
    beside = report(town, location=point(120, 60))
    assert list(similar(category(), point())) == [near, beside]
    assert far not in similar(category(), point())


def test_the_same_lamp_is_similar_however_far(town):
    lamp = Lamp.objects.get()
    case = report(town, "lamp", lamp=lamp, location=point(350, 350))
    assert list(similar(category("lamp"), point(), lamp)) == [case]
    assert list(similar(category("lamp"), point())) == []


def test_a_resident_is_shown_only_what_anybody_may_know(town):
    lamp = Lamp.objects.get()
    report(town, "mediation")
    report(town, "night_incident", lamp=lamp)
    known = report(town, "lamp", lamp=lamp)
    assert list(similar(category("mediation"), point(), public=True)) == []
    assert list(similar(category("lamp"), point(), lamp, public=True)) == [known]
