"""Every error a program can meet, each with a stable code, and its HTTP status.

The one JSON shape is ``{"error": {"code": str, "message": str, "fields": {name: [str]}}}``;
``fields`` is there only where single fields are at fault. A field inside a list or an object is
named by its path, like ``fixes.3.lon``.
"""

from typing import Any, ClassVar

from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, status

#: A refusal names so many fields at most: a track with 10,000 bad fixes needs no 10,000 sentences.
MOST_FIELDS = 20


class GridwalkError(Exception):
    """A fault that a person can act on; ``str(error)`` is the sentence that says what to do."""

    code = "error"
    http_status: int = status.HTTP_400_BAD_REQUEST
    sentence = gettext_lazy("This did not work.")
    headers: ClassVar[dict[str, str]] = {}

    def __init__(self, message: object = None, *, fields: dict[str, list[str]] | None = None):
        super().__init__(self.sentence if message is None else message)
        self.fields = fields


class BadInput(GridwalkError):
    code = "bad_input"
    sentence = gettext_lazy("Some values are not valid.")


class BadCoordinate(GridwalkError):
    code = "bad_coordinate"


class BadGeometry(GridwalkError):
    code = "bad_geometry"


class BadJSON(GridwalkError):
    code = "bad_json"


class BadTile(GridwalkError):
    code = "bad_tile"


class BadTrack(GridwalkError):
    code = "bad_track"


class BadFile(GridwalkError):
    code = "bad_file"


class TooMany(GridwalkError):
    code = "too_many"


class TooLarge(GridwalkError):
    code = "too_large"
    http_status = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    sentence = gettext_lazy("This is too large to take in at once; send it in parts.")


class UnknownArea(GridwalkError):
    code = "unknown_area"
    http_status = status.HTTP_404_NOT_FOUND


class NotFound(GridwalkError):
    code = "not_found"
    http_status = status.HTTP_404_NOT_FOUND
    sentence = gettext_lazy("There is nothing at this address.")


class NotAllowed(GridwalkError):
    code = "not_allowed"
    http_status = status.HTTP_403_FORBIDDEN
    sentence = gettext_lazy("You may not do this.")


class CsrfFailed(GridwalkError):
    code = "csrf_failed"
    http_status = status.HTTP_403_FORBIDDEN
    sentence = gettext_lazy(
        "The page is out of date, so nothing was changed. Reload it and try again."
    )


class Conflict(GridwalkError):
    code = "conflict"
    http_status = status.HTTP_409_CONFLICT


class ServerFault(GridwalkError):
    code = "server_error"
    http_status = status.HTTP_500_INTERNAL_SERVER_ERROR
    sentence = gettext_lazy(
        "Something went wrong here, and nothing was changed. Please tell an administrator."
    )


class Unavailable(GridwalkError):
    code = "unavailable"
    headers: ClassVar[dict[str, str]] = {"Retry-After": "60"}
    http_status = status.HTTP_503_SERVICE_UNAVAILABLE
    sentence = gettext_lazy(
        "The database does not answer. Nothing was changed; try again in a minute."
    )


#: REST framework's own errors under our codes.
CODES: dict[type[Exception], str] = {
    exceptions.ParseError: "bad_json",
    exceptions.ValidationError: "bad_input",
    exceptions.NotAuthenticated: "sign_in_required",
    exceptions.AuthenticationFailed: "sign_in_required",
    exceptions.PermissionDenied: "not_allowed",
    exceptions.NotFound: "not_found",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
    exceptions.NotAcceptable: "not_acceptable",
    exceptions.Throttled: "too_many_requests",
}


def body(code: str, message: object, fields: Any = None) -> dict[str, Any]:
    """The one shape of an error."""
    error: dict[str, Any] = {"code": code, "message": str(message)}
    if fields:
        error["fields"] = fields
    return {"error": error}


def plain(request: HttpRequest, error: GridwalkError) -> JsonResponse:
    """The same shape from a view outside REST framework."""
    return JsonResponse(
        body(error.code, error, error.fields), status=error.http_status, headers=error.headers
    )


def all_codes() -> set[str]:
    """Every code a program can meet; docs/api.md lists them."""
    found, kinds = set(CODES.values()), [GridwalkError]
    while kinds:
        kind = kinds.pop()
        found.add(kind.code)
        kinds += kind.__subclasses__()
    return found
