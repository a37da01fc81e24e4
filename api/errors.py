"""Every error a program can meet, each with a stable code, and its HTTP status.

The one JSON shape is ``{"error": {"code": str, "message": str, "fields": {name: [str]}}}``;
``fields`` is there only where single fields are at fault.
"""

import logging
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import DataError, OperationalError
from django.http import Http404, HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from rest_framework import exceptions, status
from rest_framework.response import Response
from rest_framework.views import exception_handler

log = logging.getLogger("gridwalk.api")


class GridwalkError(Exception):
    """A fault that a person can act on; ``str(error)`` is the sentence that says what to do."""

    code = "error"
    http_status = status.HTTP_400_BAD_REQUEST


class BadInput(GridwalkError):
    code = "bad_input"


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


class UnknownArea(GridwalkError):
    code = "unknown_area"
    http_status = status.HTTP_404_NOT_FOUND


class NotAllowed(GridwalkError):
    code = "not_allowed"
    http_status = status.HTTP_403_FORBIDDEN


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


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's EXCEPTION_HANDLER: every known fault in the one shape, others as 500."""
    if isinstance(error, GridwalkError):
        # Roll back what the view did before it refused.
        exception_handler(exceptions.ParseError(), context)
        return Response(body(error.code, error), status=error.http_status)
    if isinstance(error, Http404):
        error = exceptions.NotFound(_("There is nothing at this address."))
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    elif isinstance(error, DataError):
        log.warning("data refused by the database", exc_info=error)
        error = exceptions.ValidationError(_("A value is outside what can be stored."))
    elif isinstance(error, OperationalError):
        log.error("database unavailable", exc_info=error)
        message = _("The database does not answer. Nothing was changed; try again in a minute.")
        return Response(body("unavailable", message), status=status.HTTP_503_SERVICE_UNAVAILABLE)
    response = exception_handler(error, context)
    if response is None:
        return None
    code = next((code for kind, code in CODES.items() if isinstance(error, kind)), "error")
    fields = response.data if isinstance(error, exceptions.ValidationError) else None
    if isinstance(fields, list):
        return Response(body(code, " ".join(map(str, fields))), response.status_code)
    message = _("Some values are not valid.") if fields else getattr(error, "detail", error)
    headers = {key: response[key] for key in ("WWW-Authenticate", "Retry-After") if key in response}
    return Response(body(code, message, fields), response.status_code, headers=headers)


def plain(request: HttpRequest, error: GridwalkError) -> JsonResponse:
    """The same shape from a view outside REST framework."""
    return JsonResponse(body(error.code, error), status=error.http_status)


