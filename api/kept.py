"""Answers that the browser may keep: sent again only when something changed."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse, HttpResponseNotModified
from django.http.response import HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

JSON = "application/json"


def unless_kept(
    request: Request, mark: str, answer: Callable[[], dict[str, Any] | bytes]
) -> HttpResponseBase:
    """The answer, computed only then, or 304 where the browser holds the one of this mark.

    Bytes are JSON that is written already.
    """
    etag = f'"{mark}"'
    response: HttpResponseBase
    if etag in request.headers.get("If-None-Match", ""):
        response = HttpResponseNotModified()
    else:
        found = answer()
        written = isinstance(found, bytes)
        response = HttpResponse(found, content_type=JSON) if written else Response(found)
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    return response
