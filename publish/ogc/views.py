"""Addresses under ``/ogc/``: who asks is looked at first, then pygeoapi answers as the reader."""

from typing import Any

from django.db import OperationalError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.gzip import gzip_page

from api.errors import BadInput, GridwalkError, TooLarge, plain
from publish.ogc.clients import caller_of
from publish.ogc.description import WORLD, bounds_of, configuration
from publish.ogc.reader import as_reader
from publish.ogc.style import style

#: A filter sent as a body is no longer than this, in bytes.
LONGEST_FILTER = 64 * 1024
#: Where the library tells of the bounds, or draws within them.
NEEDS_BOUNDS = {"collections", "map", "tileset", "tiles"}
FORMATS = {"", "json", "mvt", "png", "tilejson"}


# A member's own session reads and nothing else, so a page of another site gains nothing by POST.
# The use of a token is noted by a statement of its own, which no other request waits for.
@csrf_exempt
@transaction.non_atomic_requests
@gzip_page
def serve(request: HttpRequest, name: str, **parts: Any) -> HttpResponse:
    """One resource of OGC API by its name in `publish.ogc.mount`, or ``style``."""
    now = timezone.now()
    try:
        if refused := _refused(request, name):
            return refused
        caller = caller_of(request, now)
        address = request.build_absolute_uri("/ogc")
        if name == "style":
            response: HttpResponse = JsonResponse(style(caller, address))
        else:
            bounds = bounds_of(caller) if name in NEEDS_BOUNDS else WORLD
            told = configuration(caller, address, now, bounds)
            response = _answer(request, told, name, *parts.values())
    except GridwalkError as error:
        response = plain(request, error)
    response["Cache-Control"] = "private, no-cache"
    patch_vary_headers(response, ["Authorization", "Cookie", "Accept-Language"])
    return response


def _refused(request: HttpRequest, name: str) -> HttpResponse | None:
    """Raises BadInput and TooLarge."""
    methods = ["GET", "HEAD", "POST"] if name == "items" else ["GET", "HEAD"]
    if request.method not in methods:
        return HttpResponseNotAllowed(methods)
    if request.GET.get("f", "") not in FORMATS:
        raise BadInput(_("This format is not offered: leave f out, or ask for f=json."))
    if len(request.body) > LONGEST_FILTER:
        raise TooLarge(_("A filter takes 64 kB at most."))
    return None


def _answer(request: HttpRequest, told: dict[str, Any], name: str, *parts: Any) -> HttpResponse:
    """Raises BadInput where the database takes too long, and NoReader."""
    from publish.ogc import mount

    try:
        with as_reader():
            return mount.answer(request, told, name, *parts)
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", "") == "57014":  # the statement's time was up
            raise BadInput(
                _("This takes too long: ask for a smaller bbox or fewer things at once.")
            ) from error
        raise
