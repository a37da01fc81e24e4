"""What no page and no resource can use, refused at the door."""

import logging
from collections.abc import Callable

from django.core.exceptions import SuspiciousOperation
from django.db import DataError
from django.http import HttpRequest, HttpResponse

from api.errors import GridwalkError
from api.handlers import bad_request, told

log = logging.getLogger("gridwalk.api")


class RefuseUnstorable:
    """400 for a NUL character in an address, and for values that PostgreSQL refuses.

    And the sentence of an error of ours where a page has nothing to add to it.

    PostgreSQL stores no NUL; what Django's own pages do not check would end as a 500.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        asked = request.META.get("QUERY_STRING", "")
        if "%00" in asked or "\x00" in asked:
            return bad_request(request, SuspiciousOperation("NUL in the address"))
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, GridwalkError):
            log.warning("%s on %s", exception.code, request.path, exc_info=exception)
            return told(request, exception)
        if not isinstance(exception, DataError):
            return None
        log.warning("data refused by the database", exc_info=exception)
        return bad_request(request, exception)
