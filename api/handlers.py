"""Every fault in the one error shape under /api/; pages stay Django's."""

import logging
import sys
from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DataError, IntegrityError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views import csrf, defaults
from rest_framework import exceptions
from rest_framework.response import Response
from rest_framework.views import exception_handler, set_rollback

from api.errors import (
    CODES,
    MOST_FIELDS,
    BadInput,
    Conflict,
    CsrfFailed,
    GridwalkError,
    NotAllowed,
    NotFound,
    ServerFault,
    TooLarge,
    Unavailable,
    body,
    plain,
)

log = logging.getLogger("gridwalk.api")


def _short(sentence: str) -> str:
    """REST framework repeats what was sent, however long it is."""
    return sentence if len(sentence) <= 300 else f"{sentence[:200]} … {sentence[-80:]}"


def _by_path(detail: Any, path: str = "") -> dict[str, list[str]]:
    """REST framework's nested faults as a flat mapping from path to sentences."""
    if isinstance(detail, dict):
        inner = [(str(name), part) for name, part in detail.items()]
    elif isinstance(detail, list) and any(isinstance(part, dict | list) for part in detail):
        inner = [(str(index), part) for index, part in enumerate(detail) if part]
    else:
        sentences = detail if isinstance(detail, list) else [detail]
        return {path: [_short(str(sentence)) for sentence in sentences]}
    found: dict[str, list[str]] = {}
    for name, part in inner:
        found.update(_by_path(part, f"{path}.{name}" if path else name))
    return found


def _known(error: Exception) -> Exception:
    """The error in our words, where Django or PostgreSQL raised it in theirs."""
    match error:
        case Http404():
            return NotFound()
        case PermissionDenied():
            return NotAllowed()
        case RequestDataTooBig():
            return TooLarge()
        case SuspiciousOperation():
            return BadInput(_("This request cannot be read."))
        case DataError():
            log.warning("data refused by the database", exc_info=error)
            return BadInput(_("A value is outside what can be stored."))
        case IntegrityError():
            log.warning("row refused by the database", exc_info=error)
            return Conflict(_("Somebody else changed this at the same moment. Look again."))
        case OperationalError():
            log.error("database unavailable", exc_info=error)
            return Unavailable()
    return error


def described(error: Exception) -> tuple[str, str, dict[str, list[str]] | None]:
    """Code, sentence and faults by path of an error of ours, of REST framework or the database."""
    error = _known(error)
    if isinstance(error, GridwalkError):
        return error.code, str(error), error.fields
    code = next((code for kind, code in CODES.items() if isinstance(error, kind)), "error")
    if not isinstance(error, exceptions.ValidationError):
        return code, str(getattr(error, "detail", error)), None
    fields = dict(list(_by_path(error.detail).items())[:MOST_FIELDS])
    loose = fields.pop("", None)
    return code, " ".join(loose) if loose else str(BadInput.sentence), fields


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """REST framework's EXCEPTION_HANDLER: every known fault in the one shape, others as 500."""
    error = _known(error)
    if isinstance(error, GridwalkError):
        set_rollback()
        return Response(
            body(error.code, error, error.fields), status=error.http_status, headers=error.headers
        )
    response = exception_handler(error, context)
    if response is None:
        return None
    code, message, fields = described(error)
    headers = {key: response[key] for key in ("WWW-Authenticate", "Retry-After") if key in response}
    return Response(body(code, message, fields), response.status_code, headers=headers)


def _is_program(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")


def told(request: HttpRequest, error: GridwalkError) -> HttpResponse:
    """An error of ours that a page did not expect: its sentence, as a page or for a program."""
    if _is_program(request):
        return plain(request, error)
    return render(request, "fault.html", {"sentence": str(error)}, status=error.http_status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler400: hosts, forms and uploads that Django itself refuses."""
    if _is_program(request):
        return plain(request, BadInput(_("This request cannot be read.")))
    return defaults.bad_request(request, exception)


def not_allowed(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler403."""
    if _is_program(request):
        return plain(request, NotAllowed())
    return defaults.permission_denied(request, exception)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """handler404."""
    if _is_program(request):
        return plain(request, NotFound())
    return defaults.page_not_found(request, exception)


def server_error(request: HttpRequest, *args: Any) -> HttpResponse:
    """handler500; the cause is in the log, with the traceback."""
    if _is_program(request):
        # The transaction of a request begins before REST framework could see that it cannot.
        down = isinstance(sys.exc_info()[1], OperationalError)
        return plain(request, Unavailable() if down else ServerFault())
    return defaults.server_error(request)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW."""
    if _is_program(request):
        return plain(request, CsrfFailed())
    return csrf.csrf_failure(request, reason=reason)
