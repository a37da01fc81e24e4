"""What the browser holds is sent again when something changed, and only then computed."""

from collections.abc import Callable

import pytest
from django.contrib.gis.geos import LineString, Point
from django.test import Client
from django.utils import timezone

from grid.models import Cadence, CellStretch, Segment, Street, StreetKind
from streetlights.models import Lamp
from tests.cases.play import do, report
from tests.town import Town, place, walk

pytestmark = pytest.mark.django_db

FIRST = ((50, 50), (150, 50))
PATHS = [
    "/api/v1/freshness/?area={}", "/api/v1/series/?area={}", "/api/v1/darkness/?area={}"
]  # fmt: skip


@pytest.fixture(params=PATHS, ids=["freshness", "series", "darkness"])
def ask(request: pytest.FixtureRequest, town: Town) -> Callable[[str], tuple[int, str]]:
    """Asks about the community with the mark of an earlier answer: the status and the new mark."""
    client = Client()
    client.force_login(town.coordinator)
    url = request.param.format(town.community.code)

    def asked(mark: str = "") -> tuple[int, str]:
        response = client.get(url, headers={"If-None-Match": mark})
        return response.status_code, response["ETag"]

    return asked


Ask = Callable[..., tuple[int, str]]


def test_nothing_changed(town: Town, ask: Ask) -> None:
    walk(town, town.worker, FIRST, 0, 500, days_ago=1)
    _status, mark = ask()
    assert ask(mark) == (304, mark)


def test_walks_come_and_go(town: Town, ask: Ask) -> None:
    old = walk(town, town.worker, FIRST, 0, 500, days_ago=2)
    _status, mark = ask()
    walk(town, town.worker, FIRST, 0, 500, days_ago=2)
    status, more = ask(mark)
    assert (status, more != mark) == (200, True)
    old.delete()
    status, fewer = ask(more)
    # As many walks as at first, but not the same.
    assert (status, fewer != mark) == (200, True)


def test_walks_out_of_the_window_do_not_count(town: Town, ask: Ask) -> None:
    _status, mark = ask()
    walk(town, town.worker, FIRST, 0, 500, days_ago=90)
    assert ask(mark)[0] == 304


def test_the_streets_change(town: Town, ask: Ask) -> None:
    marks = [ask()[1]]

    def changed() -> bool:
        status, mark = ask(marks[-1])
        marks.append(mark)
        return status == 200

    segment = town.segments[FIRST]
    segment.cadence_days = 2
    segment.save()
    assert changed()
    Cadence.objects.create(area=None, kind=StreetKind.ALLEY, days=3)
    assert changed()
    segment.metres -= 1
    segment.save()
    assert changed()
    CellStretch.objects.filter(segment=segment).update(end_dm=400)
    assert changed()
    assert not changed()


def test_an_answer_that_is_kept_is_not_computed(
    town: Town, django_assert_max_num_queries: Callable
) -> None:
    walk(town, town.worker, FIRST, 0, 500, days_ago=1)
    client = Client()
    client.force_login(town.coordinator)
    for path in PATHS:
        url = path.format(town.community.code)
        mark = client.get(url)["ETag"]
        # savepoint, release, session, member, responsibilities, then:
        with django_assert_max_num_queries(5 + 7):
            # area, segments, stretches in cells, cadences, number of walks; cases, light
            assert client.get(url, headers={"If-None-Match": mark}).status_code == 304


def test_light_and_what_happened_in_the_dark(town: Town) -> None:
    client = Client()
    client.force_login(town.coordinator)
    url = PATHS[2].format(town.community.code)
    marks = [client.get(url)["ETag"]]

    def changed() -> bool:
        response = client.get(url, headers={"If-None-Match": marks[-1]})
        marks.append(response["ETag"])
        return response.status_code == 200

    lamp = Lamp.objects.get()
    lamp.working = False
    lamp.save()
    assert changed()
    lamp.reach = 40
    lamp.save()
    assert changed()
    lamp.location = Point(*place(120, 53), srid=4326)
    lamp.save()
    assert changed()
    Street.objects.filter(name="Row 1").update(name="Lantern Row")
    assert changed()
    line = town.segments[FIRST].line
    Segment.objects.filter(pk=town.segments[FIRST].pk).update(
        line=LineString(*[(lon, lat + 1e-5) for lon, lat in line.coords], srid=4326)
    )
    assert changed()
    case = report(town, "noise", now=timezone.now())
    assert changed()
    do(case, "decline", town.worker, note="Quiet")
    assert changed()
    report(town, "paving", now=timezone.now())
    assert not changed()
