"""Every address × every role × own and other area, compared with config/role_table.py.

All is asked as the role of the web process, so that row-level security has its say.
"""

import datetime as dt
import itertools
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import URLResolver, get_resolver
from django.utils import timezone

from accounts.models import Member, Role
from cases import default_categories
from cases.models import Category
from config.role_table import ROWS, Answer, Row, Who, markdown, row_of
from grid.models import Responsibility
from handover.models import Handover, Leave, Notice
from households import defaults
from households.models import Checklist, ChecklistItem, ConsentText
from publish.models import ArchivedReport, ReportSchedule
from publish.models import Client as Program
from publish.report_archive import files
from rounds.models import Round, RoundPlan
from rounds.periods import period_of
from tests.households.homes import as_web_role
from tests.two_towns import Place, Towns, two_towns

#: Makes pytest-django set a test database up also where this file runs alone; the fixture `towns`
#: asks for it, but that is not looked at.
pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[1]
METHODS = ("get", "post", "put", "patch", "delete")
#: It tells everybody the same, and takes a second to tell.
SLOW = "api/v1/schema/"
#: What the addresses name, by route and converter; the first that is in the route counts.
NAMED: list[tuple[str, str, Callable[[Place], object]]] = [
    ("tiles/", "<str:layer>/<str:z>/<str:x>/<str:y>", lambda place: "streets/15/0/0"),
    ("api/v1/streets/", "<int:pk>", lambda place: place.street.pk),
    ("api/v1/segments/", "<int:pk>", lambda place: place.segment.pk),
    ("api/v1/patrols/", "<uuid:pk>", lambda place: place.patrol.pk),
    ("api/v1/cases/", "<int:pk>", lambda place: place.case.pk),
    ("api/v1/lamps/", "<int:pk>", lambda place: place.lamp.pk),
    ("api/v1/circuits/", "<int:pk>", lambda place: place.circuit.pk),
    ("care/households/", "<uuid:pk>", lambda place: place.home.pk),
    ("care/plans/", "<uuid:pk>", lambda place: place.plan.pk),
    ("care/visits/<uuid:pk>/follow-up/", "<uuid:pk>", lambda place: place.visit.pk),
    ("care/visits/", "<uuid:pk>", lambda place: place.planned.pk),
    ("care/import/", "<uuid:pk>", lambda place: place.upload.pk),
    ("care/heads/", "<int:pk>", lambda place: place.head.pk),
    ("api/v1/views/", "<int:pk>", lambda place: place.view.pk),
    ("views/", "<int:pk>", lambda place: place.view.pk),
    ("field/", "<slug:name>", lambda place: "any-192"),
    ("sync/conflicts/", "<uuid:pk>", lambda place: place.conflict.pk),
    ("sync/", "<uuid:pk>", lambda place: place.operation.pk),
    ("api/v1/divisions/", "<int:pk>", lambda place: place.division.pk),
    ("cells/", "<str:code>", lambda place: place.cell.code[:12]),
    ("ogc/", "<slug:collection>", lambda place: "cases"),
    ("ogc/", "<str:item>", lambda place: place.case.pk),
    ("clients/", "<int:number>", lambda place: a_client().pk),
    ("rounds/plans/", "<int:pk>", lambda place: a_round(place).plan_id),
    ("rounds/", "<int:pk>", lambda place: a_round(place).pk),
    ("responsibility/hand-over/", "<uuid:pk>", lambda place: changed(place)[1].pk),
    ("responsibility/leave/", "<uuid:pk>", lambda place: changed(place)[2].pk),
    ("responsibility/", "<int:pk>", lambda place: changed(place)[0].pk),
    ("api/v1/notices/", "<slug:about>", lambda place: "responsibility"),
    ("api/v1/notices/", "<int:pk>", lambda place: changed(place)[3].pk),
    ("reports/schedules/", "<int:pk>", lambda place: a_report(place).schedule_id),
    ("reports/", "<uuid:pk>", lambda place: a_report(place).pk),
    ("reports/", "<uuid:other>", lambda place: a_report(place).pk),
    ("reports/", "<slug:language>/<slug:format>", lambda place: "en/html"),
    ("", "<int:building>", lambda place: place.building.pk),
    ("", "<str:code>", lambda place: place.cell.code),
    ("", "<slug:code>", lambda place: "paving"),
    ("", "<int:number>", lambda place: place.case.pk),
    ("", "<str:number>", lambda place: place.case.pk),
    ("", "<uuid:number>", lambda place: UUID(int=1)),
    ("", "<uuid:key>", lambda place: place.case.follow_key),
    ("", "<uuid:photo>", lambda place: place.photo.pk),
    ("", "<photo_size:size>", lambda place: "320"),
    ("", "<str:lamp>", lambda place: place.lamp.number),
    ("", "<int:lamp>", lambda place: place.lamp.pk),
    ("", "<str:token>", lambda place: "a-token"),
    ("", "<open311:form>", lambda place: "json"),
]
#: What is asked about a place, where the address alone does not say it.
ASKED: dict[str, Callable[[Place], dict[str, Any]]] = {
    **{
        f"GET api/v1/{name}/": lambda place: {"area": place.cell.code}
        for name in ("freshness", "coverage", "series", "darkness", "plan", "history")
    },
    "GET api/v1/difference/": lambda place: {"area": place.cell.code, "vs_as_of": "2026-01-31"},
    **{
        f"GET {name}/": lambda place: {"lon": place.point.x, "lat": place.point.y}
        for name in ("api/v1/here", "api/v1/responsible", "report/around", "api/v1/cases/similar")
    },
    "GET api/v1/divisions/": lambda place: {"community": place.cell.code[:12]},
    "POST api/v1/divisions/": lambda place: {
        "community": place.cell.code[:12], "source": "today",
    },
    "GET report/search/": lambda place: {"q": "Lane"},
    "GET api/v1/divisions-of-china/": lambda place: {"q": "1101"},
    "GET api/v1/segments/": lambda place: {"inside": place.cell.code},
    "POST api/v1/cases/<int:pk>/steps/": lambda place: {"step": "note", "note": "Seen"},
    "POST api/v1/cases/": lambda place: {
        "category": "paving", "location": list(place.point.coords),
    },
    "POST care/visits/<uuid:pk>/": lambda place: {"key": str(UUID(int=8))},
    "POST api/v1/care/planned/": lambda place: {"plan": str(place.plan.pk)},
    "POST api/v1/care/visits/": lambda place: {
        "plan": str(place.plan.pk), "key": str(UUID(int=7)), "state": "nobody_home",
    },
}  # fmt: skip


def when(moment: dt.datetime) -> str:
    """As the API writes it, to the second."""
    return timezone.localtime(moment).isoformat()[:19]


#: What shows that a list or page told of the place.
MARKS: dict[str, Callable[[Place], str]] = {
    "cases/": lambda place: f"/cases/{place.case.pk}/",
    "rounds/": lambda place: f"/rounds/{a_round(place).pk}/",
    "cases/export.csv": lambda place: place.case.whereabouts,
    "api/v1/cases/": lambda place: place.case.whereabouts,
    "api/v1/cases/map/": lambda place: f"[{place.case.pk},",
    "api/v1/history/cases/": lambda place: f"[{place.case.pk},",
    "api/v1/views/": lambda place: f'"id":{place.view.pk},',
    "api/v1/patrols/": lambda place: str(place.patrol.pk),
    "api/v1/segments/": lambda place: when(place.patrol.received_at),
    "api/v1/segments/<int:pk>/": lambda place: when(place.patrol.received_at),
    "api/v1/care/due/": lambda place: str(place.home.pk),
    "api/v1/care/doors/": lambda place: f'"id":{place.building.pk},',
    "sync/": lambda place: str(place.operation.pk),
    "reports/": lambda place: f"/reports/{a_report(place).pk}/",
    "ogc/collections/<slug:collection>/items": lambda place: f'"id":{place.case.pk},',
    "care/": lambda place: f"D-{place.cell.code}",
    "care/households/": lambda place: str(place.home.pk),
    "care/access/": lambda place: f"Seen in {place.cell.code}",
    "care/access/export.csv": lambda place: f"Seen in {place.cell.code}",
}


def routes(resolver: URLResolver | Any = None, before: str = "") -> Iterator[tuple[str, Any]]:
    """Every route of the site, with its view."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, route)
        else:
            yield route, pattern.callback


def ways(view: Any) -> list[str]:
    """How a view can be asked, as far as it says so; of a plain function nothing is known."""
    if actions := getattr(view, "actions", None):
        return [method.upper() for method in actions if method in METHODS]
    known = getattr(view, "view_class", None) or getattr(view, "cls", None)
    return [method.upper() for method in METHODS if known and hasattr(known, method)]


@pytest.fixture(scope="module")
def towns(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[Towns]:
    from django.test import override_settings

    from config import settings as own

    stores: dict[str, Any] = {
        name: {
            **own.STORAGES[name],  # type: ignore[dict-item]
            "OPTIONS": {"location": tmp_path_factory.mktemp(name), "base_url": None},
        }
        for name in ("photos", "reports")
    }
    changed: dict[str, Any] = {
        "STORAGES": {**own.STORAGES, **stores},
        # Whether a second factor is there is asked before all of this.
        "SECOND_FACTOR_ROLES": [],
        "ENCRYPTION_KEYS": ["a" * 43 + "="],
    }
    with django_db_blocker.unblock(), override_settings(**changed), transaction.atomic():
        logging.disable(logging.CRITICAL)  # each closed door writes a line
        # A test that ran before may have emptied the tables of what the migrations put there.
        default_categories.plant(Category)
        defaults.plant(Checklist, ChecklistItem, ConsentText)
        yield two_towns()
        logging.disable(logging.NOTSET)
        transaction.set_rollback(True)


def changed(place: Place) -> tuple[Responsibility, Handover, Leave, Notice]:
    """What two who have nothing else to do with it hold, hand over and cover there."""
    today, now = timezone.localdate(), timezone.now()
    one, other = (
        Member.objects.get_or_create(username=f"{name}-{place.cell.code}")[0]
        for name in ("giver", "taker")
    )
    days = {"starts_on": today}
    held = {"member": one, "role": Role.WORKER, "area": place.cell}
    row = Responsibility.objects.get_or_create(**held, defaults=days)[0]
    made = {"made_by": one, "made_at": now}
    handover = Handover.objects.get_or_create(
        area=place.cell,
        giver=one,
        taker=other,
        defaults={**days, **made, "state": Handover.State.PLANNED},
    )[0]
    leave = Leave.objects.get_or_create(
        member=one, cover=other, defaults={**days, **made, "ends_on": today}
    )[0]
    fresh = {**held, "member": other}
    given = Responsibility.objects.get_or_create(**fresh, defaults={**days, "ends_on": today})[0]
    leave.given.get_or_create(source=row, given=given)
    notice = Notice.objects.get_or_create(
        member=one, kind=Notice.Kind.PLANNED, handover=handover, defaults={"made_at": now}
    )[0]
    return row, handover, leave, notice


def a_round(place: Place) -> Round:
    """A round of the cell, this week."""
    today = timezone.localdate()
    one, _new = Member.objects.get_or_create(username="planner")
    given = {"role": Role.WORKER, "items": [], "starts_on": today, "made_by": one}
    plan, _new = RoundPlan.objects.get_or_create(area=place.cell, cadence="weekly", defaults=given)
    due_on = period_of("weekly", today).end
    return Round.objects.get_or_create(
        plan=plan, defaults={"starts_on": today, "due_on": due_on, "items": []}
    )[0]


def a_client() -> Program:
    """A program with a token."""
    today = timezone.localdate()
    given = {"areas": [], "collections": [], "expires_on": today, "made_at": timezone.now()}
    return Program.objects.get_or_create(name="QGIS", digest=b"", defaults=given)[0]


def a_report(place: Place) -> ArchivedReport:
    """A report of the place that is ready, of a schedule."""
    today, now = timezone.localdate(), timezone.now()
    of: dict[str, Any] = {"area_code": place.cell.code, "languages": ["en"], "formats": ["html"]}
    schedule = ReportSchedule.objects.get_or_create(**of, every="week", since=today)[0]
    ready = {"state": ArchivedReport.State.DONE, "asked_at": now, "made_at": now}
    report, fresh = ArchivedReport.objects.get_or_create(
        **of,
        schedule=schedule,
        defaults={**ready, "start": today, "end": today, "figures": {"figures": {}}},
    )
    if fresh:
        files.write(report, "en", "html", b"<!doctype html>").save()
    return report


@pytest.fixture(scope="module")
def clients(towns: Towns) -> dict[Who, Client]:
    made = {who: Client(raise_request_exception=False) for who in Who}
    for who, member in towns.members.items():
        made[who].force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    return made


@contextmanager
def undone() -> Iterator[None]:
    """As the web process, and without a trace."""
    with transaction.atomic():
        with as_web_role():
            yield
        transaction.set_rollback(True)


def address(route: str, place: Place) -> str:
    for below, word, value in NAMED:
        if route.startswith(below):
            route = route.replace(word, str(value(place)))
    assert "<" not in route, f"say in NAMED what stands for it: {route}"
    return f"/{route}"


def ask(client: Client, method: str, route: str, place: Place) -> HttpResponse:
    """Ask, and undo whatever it did."""
    given = ASKED.get(f"{method} {route}", lambda place: {})(place)
    kept = {name: morsel.value for name, morsel in client.cookies.items()}
    with undone():
        call = getattr(client, method.lower())
        json = {} if method == "GET" or not route.startswith("api/") else {
            "content_type": "application/json"
        }  # fmt: skip
        response: HttpResponse = call(address(route, place), given, **json)
    client.cookies = SimpleCookie(kept)
    return response


def answer(response: Any, mark: str | None) -> Answer:
    """What the door did; raises for what no door should do."""
    status, to = response.status_code, response.headers.get("Location", "")
    if status == 401 or (status == 302 and to.startswith("/sign-in/")):
        return Answer.ASKS
    if status in (403, 404):
        return Answer.REFUSES if status == 403 else Answer.HIDES
    assert status < 500 and status != 405, f"answered {status}: {response.content[:500]!r}"
    if mark and status == 200 and mark not in told(response):
        return Answer.WITHOUT
    return Answer.OPENS


def told(response: HttpResponse) -> str:
    if response.streaming:
        return b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    return response.content.decode(errors="replace")


def differences(row: Row, towns: Towns, clients: dict[Who, Client]) -> list[str]:
    found = []
    for who in Who:
        before: object = None
        for place, whose, expected in zip(
            (towns.own, towns.other), ("own", "other"), row.doors[who], strict=True
        ):
            if row.route == SLOW and who != Who.NOBODY:
                continue
            mark = MARKS[row.route](place) if row.route in MARKS else None
            asked = (address(row.route, place), f"{row.method} {row.route}" in ASKED, mark)
            if asked == before:
                continue  # it names no place
            before = asked
            response = ask(clients[who], row.method, row.route, place)
            got = answer(response, mark)
            if got != expected:
                found.append(f"{who}, {whose}: the table says {expected}, it {got}")
    return found


@pytest.mark.parametrize(
    "row",
    [row for row in ROWS if "*" not in row.route],
    ids=lambda row: f"{row.method} {row.route}",
)
def test_each_door_does_what_the_table_says(
    row: Row, towns: Towns, clients: dict[Who, Client]
) -> None:
    found = differences(row, towns, clients)
    assert not found, "\n".join(found)


def test_every_address_has_its_row() -> None:
    known = {row.route for row in ROWS}
    bare = [route for route, _view in routes() if route not in known and not row_of("GET", route)]
    assert bare == [], "add a line to config/role_table.py"
    unknown_ways = [
        f"{method} {route}"
        for route, view in routes()
        for method in ways(view)
        if not route.startswith("admin/")
        and route not in IN_EVERY_WAY
        and not row_of(method, route)
    ]
    assert unknown_ways == [], "add a line to config/role_table.py"
    assert len({(row.method, row.route) for row in ROWS}) == len(ROWS)


#: Django's own views that take every method and do the same, whatever the method.
IN_EVERY_WAY = {"api/v1/", "sign-in/", "sign-out/"}


def test_no_row_is_about_an_address_that_is_gone() -> None:
    there = {route for route, _view in routes()}
    assert {row.route for row in ROWS if "*" not in row.route} <= there


def test_a_row_that_leaves_something_out_has_a_mark() -> None:
    leaving_out = {
        row.route for row in ROWS for pair in row.doors.values() if Answer.WITHOUT in pair
    }
    assert leaving_out == set(MARKS)


def admin_addresses() -> Iterator[str]:
    for route, _view in routes():
        if route.startswith("admin/"):
            if match := re.match(r"admin/\^\(\?P<app_label>([\w|]+)\)/\$", route):
                yield from (f"/admin/{label}/" for label in match[1].split("|"))
            elif route == "admin/(?P<url>.*)$":
                yield "/admin/no/such/page/"
            else:
                yield "/" + re.sub("<[^>]*>", "1", route)


def test_the_administration_is_for_administrators(towns: Towns, clients: dict[Who, Client]) -> None:
    """Every page of it sends others to its sign-in, and that refuses them or asks them.

    One check stands before all its pages: each is tried without an account, and as one of the
    roles in turn.
    """
    asked = sorted(set(admin_addresses()) - {"/admin/login/", "/admin/logout/"})
    assert len(asked) > 100
    others = [who for who in Who if who not in {Who.NOBODY, Who.ADMINISTRATOR}]
    with undone():
        for who in (Who.NOBODY, *others):
            expected = ROWS[-1].doors[who][0]
            assert answer(clients[who].get("/admin/login/"), None) == expected
        for url, other in zip(asked, itertools.cycle(others), strict=False):
            for who in (Who.NOBODY, other):
                to = clients[who].get(url).headers.get("Location", "nowhere")
                assert to.startswith("/admin/login/"), (who, url)


def test_the_administration_opens(towns: Towns, clients: dict[Who, Client]) -> None:
    lists = [url for url in admin_addresses() if re.fullmatch(r"/admin/(\w+/){0,2}", url)]
    own = {"/admin/login/", "/admin/logout/", "/admin/autocomplete/"}
    for url in sorted(set(lists) - own):
        with undone():
            assert clients[Who.ADMINISTRATOR].get(url).status_code == 200, url


def test_no_table_of_households_is_in_the_administration(clients: dict[Who, Client]) -> None:
    for url in admin_addresses():
        named = re.match(r"/admin/households/(\w*)", url)
        assert named is None or named[1] in {"", "checklist", "checklistitem", "consenttext"}, url


def test_the_page_holds_the_same_table() -> None:
    assert markdown() in (ROOT / "docs" / "roles.md").read_text(encoding="utf-8"), (
        "put the output of manage.py roles --markdown there"
    )
