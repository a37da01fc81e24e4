"""Open311 GeoReport v2 under ``/open311/v2/``: what programs of others read and report.

After http://wiki.open311.org/GeoReport_v2/. Anybody may read the cases of categories that are
shown to anybody: place, state and times, never what somebody wrote. A program with a key may
report, and reads back the words of its own reports. Positions are WGS 84.
"""

import datetime as dt
import hashlib
from typing import Any

from django.contrib.gis.geos import Point
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, validate_email
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import is_naive
from django.utils.translation import gettext as _

from api.input import lon_lat
from cases.models import Case, Category, OpenKey, Source, State
from cases.reporting import Report, take_in
from publish.open311_answers import Open311View, Refused, Rows, json_answer, xml_answer

#: The standard's own limits.
MOST_REQUESTS = 1000
MOST_DAYS = 90
CLOSED = (State.DONE, State.VERIFIED, State.CLOSED, State.DECLINED, State.MERGED)
TEXT_LIMITS = {"description": 2000, "address_string": 200}


class Discovery(Open311View):
    """Where the service is and what it speaks."""

    root, item = "discovery", "discovery"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = kwargs["form"]
        here = request.build_absolute_uri(reverse("open311-discovery", args=[form]))
        endpoint = here[: here.rindex("/")]
        told: dict[str, Any] = {
            "changeset": "2026-11-22T00:00:00Z",
            "contact": "",
            "key_service": _("Ask the administrator of this server for a key."),
            "endpoints": [
                {
                    "specification": "http://wiki.open311.org/GeoReport_v2",
                    "url": endpoint,
                    "changeset": "2026-11-22T00:00:00Z",
                    "type": "production",
                    "formats": ["text/xml", "application/json"],
                }
            ],
        }
        return json_answer(told) if form == "json" else xml_answer([told], "discovery", "")


def _offered() -> QuerySet[Category]:
    return Category.objects.filter(active=True, residents=True, parent__isnull=False)


class Services(Open311View):
    """What can be reported."""

    root, item = "services", "service"

    def rows(self, request: HttpRequest, **kwargs: Any) -> Rows:
        return [
            {
                "service_code": leaf.code,
                "service_name": str(leaf),
                "description": str(leaf),
                "metadata": False,
                "type": "realtime",
                "keywords": "",
                "group": str(leaf.parent),
            }
            for leaf in _offered()
            .select_related("parent")
            .order_by("parent__position", "position", "code")
        ]


class Service(Open311View):
    """The definition of a service; ours ask for nothing more than the standard's own fields."""

    root, item = "service_definition", ""

    def rows(self, request: HttpRequest, **kwargs: Any) -> Rows:
        return [{"service_code": _service(kwargs["code"]).code, "attributes": []}]


def _service(code: str) -> Category:
    found = _offered().filter(code=code).first()
    if found is None:
        raise Refused(404, _("There is no service with this code: see the list of services."))
    return found


class Requests(Open311View):
    """Cases as service requests, newest first; POST makes one."""

    root, item = "service_requests", "request"

    def rows(self, request: HttpRequest, **kwargs: Any) -> Rows:
        asked = request.GET
        key = _key(asked.get("api_key", "")) if asked.get("api_key") else None
        cases = _readable(key)
        if ids := asked.get("service_request_id"):
            # As the standard has it, ids override all else that was asked.
            cases, asked = cases.filter(pk__in=_numbers(ids)), QueryDict()
        else:
            cases = _between(cases, asked.get("start_date"), asked.get("end_date"))
        if codes := asked.get("service_code"):
            cases = cases.filter(category__code__in=codes.split(",")[:MOST_REQUESTS])
        if status := asked.get("status"):
            cases = _with_status(cases, status)
        return [_row(case, key) for case in cases.order_by("-reported_at", "-pk")[:MOST_REQUESTS]]

    def report(self, request: HttpRequest) -> Rows:
        sent = request.POST
        key = _key(sent.get("api_key", ""))
        category = _asked_service(sent.get("service_code", ""))
        if not (sent.get("lat") and sent.get("long")):
            raise Refused(400, _("lat and long are needed; addresses are not looked up."))
        location = Point(*lon_lat(sent["long"], sent["lat"]), srid=4326)
        for name, limit in TEXT_LIMITS.items():
            if len(sent.get(name, "")) > limit:
                raise Refused(400, _("%(name)s takes %(limit)s letters at most.")
                              % {"name": name, "limit": limit})  # fmt: skip
        email = _checked_email(sent["email"]) if sent.get("email") else ""
        now = timezone.now()
        case, _new = take_in(
            Report(
                category=category,
                location=location,
                source=Source.OPEN311,
                whereabouts=sent.get("address_string", ""),
                description=sent.get("description", ""),
                open_key=key,
                email=email,
                language=request.LANGUAGE_CODE,
            ),
            now=now,
        )
        return [
            {
                "service_request_id": str(case.pk),
                "service_notice": "",
                "account_id": "",
            }
        ]


class Request(Open311View):
    """One case."""

    root, item = "service_requests", "request"

    def rows(self, request: HttpRequest, **kwargs: Any) -> Rows:
        key = _key(request.GET["api_key"]) if request.GET.get("api_key") else None
        case = _readable(key).filter(pk__in=_numbers(kwargs["number"])).first()
        if case is None:
            raise Refused(404, _("There is no request with this id that you may see."))
        return [_row(case, key)]


class Token(Open311View):
    """Tokens are not used: every report has its id at once."""

    root, item = "service_requests", "request"

    def rows(self, request: HttpRequest, **kwargs: Any) -> Rows:
        raise Refused(404, _("This server gives ids at once, and no tokens."))


def _key(text: str) -> OpenKey:
    digest = hashlib.sha256(text.encode()).digest()
    found = OpenKey.objects.filter(digest=digest, active=True).first()
    if found is None:
        raise Refused(403, _("This needs an api_key that is in force."))
    return found


def _asked_service(code: str) -> Category:
    if not code:
        raise Refused(400, _("service_code is needed: see the list of services."))
    found = _offered().filter(code=code).first()
    if found is None:
        raise Refused(400, _("There is no service with this code: see the list of services."))
    return found


def _readable(key: OpenKey | None) -> QuerySet[Case]:
    shown = Q(category__published=True, parent=None, simulated=False)
    if key is not None:
        shown |= Q(open_key=key)
    return Case.objects.filter(shown).select_related("category", "crew")


def _numbers(text: str) -> list[int]:
    words = [word.strip() for word in text.split(",")[:MOST_REQUESTS]]
    return [int(word) for word in words if word.isascii() and word.isdigit() and len(word) < 19]


def _instant(text: str, name: str) -> dt.datetime:
    try:
        found = dt.datetime.fromisoformat(text.replace("Z", "+00:00").replace(" ", "+"))
    except ValueError:
        raise Refused(400, _("%s must be a time like 2026-11-22T09:00:00Z.") % name) from None
    if not 1970 <= found.year <= 2199:
        raise Refused(400, _("The day must lie between 1970 and 2199."))
    return timezone.make_aware(found) if is_naive(found) else found


def _between(cases: QuerySet[Case], start: str | None, end: str | None) -> QuerySet[Case]:
    last = _instant(end, "end_date") if end else timezone.now()
    first = _instant(start, "start_date") if start else last - dt.timedelta(days=MOST_DAYS)
    if not dt.timedelta(0) <= last - first <= dt.timedelta(days=MOST_DAYS):
        raise Refused(400, _("Ask for %s days at most, the earlier one first.") % MOST_DAYS)
    return cases.filter(reported_at__gte=first, reported_at__lte=last)


def _with_status(cases: QuerySet[Case], text: str) -> QuerySet[Case]:
    words = set(text.split(","))
    if not words <= {"open", "closed"}:
        raise Refused(400, _("status is open or closed."))
    if words == {"open"}:
        return cases.exclude(state__in=CLOSED)
    return cases.filter(state__in=CLOSED) if words == {"closed"} else cases


def _checked_email(text: str) -> str:
    try:
        validate_email(text)
        MaxLengthValidator(254)(text)
    except ValidationError:
        raise Refused(400, _("This is not an e-mail address.")) from None
    return text


def _row(case: Case, key: OpenKey | None) -> dict[str, Any]:
    """A case as the standard has it; words only for whose they are."""
    own = key is not None and case.open_key_id == key.pk
    return {
        "service_request_id": str(case.pk),
        "status": "closed" if case.state in CLOSED else "open",
        "status_notes": str(case.get_state_display()),
        "service_name": str(case.category),
        "service_code": case.category.code,
        "description": case.description if own else "",
        "agency_responsible": str(case.crew) if case.crew else "",
        "service_notice": "",
        "requested_datetime": _told(case.reported_at),
        "updated_datetime": _told(case.closed_at or case.done_at or case.reported_at),
        "expected_datetime": _told(case.due_at) if case.due_at else None,
        "address": case.whereabouts if own else "",
        "address_id": "",
        "zipcode": "",
        "lat": round(case.location.y, 7),
        "long": round(case.location.x, 7),
        "media_url": "",
    }


def _told(moment: dt.datetime) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds")
