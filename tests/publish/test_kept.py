"""What the browser holds is sent again when something changed, and only then computed."""

from collections.abc import Callable

import pytest
from django.test import Client

from grid.models import Cadence, CellStretch, StreetKind
from tests.town import Town, walk

pytestmark = pytest.mark.django_db

FIRST = ((50, 50), (150, 50))
PATHS = ["/api/v1/freshness/?area={}", "/api/v1/series/?area={}"]


@pytest.fixture(params=PATHS, ids=["freshness", "series"])
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
        with django_assert_max_num_queries(5 + 5):
            # area, segments, stretches in cells, cadences, number of walks
            assert client.get(url, headers={"If-None-Match": mark}).status_code == 304
