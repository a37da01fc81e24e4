"""The one error shape, and every code: programs rely on both."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import DataError, IntegrityError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.models import Member
from api.errors import BadInput, all_codes, body

CODES = {
    "bad_coordinate",
    "bad_cursor",
    "bad_file",
    "bad_geometry",
    "bad_input",
    "bad_json",
    "bad_photo",
    "bad_tile",
    "bad_track",
    "conflict",
    "csrf_failed",
    "edit_refused",
    "error",
    "forbidden_columns",
    "handover_not_possible",
    "illegal_step",
    "method_not_allowed",
    "no_reader",
    "no_room",
    "photo_broken",
    "wrong_offset",
    "app_too_old",
    "busy",
    "no_tracks_here",
    "not_acceptable",
    "not_your_device",
    "unknown_kind",
    "not_allowed",
    "not_found",
    "outside_area",
    "second_factor_needed",
    "server_error",
    "sign_in_required",
    "split_not_ready",
    "stale_draft",
    "too_large",
    "too_many",
    "too_many_requests",
    "unavailable",
    "unknown_area",
    "unsupported_media_type",
    "wrong_encryption_key",
}
DOCS = Path(__file__).resolve().parents[2] / "docs" / "api.md"


def test_every_code_is_listed_here() -> None:
    importlib.import_module("config.urls")
    assert all_codes() == CODES


def test_every_code_is_explained_in_the_docs() -> None:
    text = DOCS.read_text(encoding="utf-8")
    assert [code for code in sorted(CODES) if f"`{code}`" not in text] == []


def test_the_shape() -> None:
    assert body("bad_input", "Say which.", {"lon": ["Missing."]}) == {
        "error": {"code": "bad_input", "message": "Say which.", "fields": {"lon": ["Missing."]}}
    }
    assert body("bad_input", "Say which.") == {
        "error": {"code": "bad_input", "message": "Say which."}
    }


FAULTS: dict[str, tuple[Exception, int, str]] = {
    "crash": (RuntimeError("secret detail"), 500, "server_error"),
    "denied": (PermissionDenied("secret detail"), 403, "not_allowed"),
    "suspicious": (SuspiciousOperation("secret detail"), 400, "bad_input"),
    "data": (DataError("secret detail"), 400, "bad_input"),
    "integrity": (IntegrityError("secret detail"), 409, "conflict"),
    "gone": (OperationalError("secret detail"), 503, "unavailable"),
    "ours": (BadInput(), 400, "bad_input"),
}


class Faulty(APIView):
    permission_classes: list[Any] = []

    def get(self, request: Request, fault: str) -> Response:
        raise FAULTS[fault][0]


class Nested(APIView):
    permission_classes: list[Any] = []

    def get(self, request: Request) -> Response:
        raise ValidationError({"walks": [{}, {"lon": ["Too far."]}], "name": ["Missing."]})


class Writing(APIView):
    permission_classes: list[Any] = []

    def get(self, request: Request) -> Response:
        assert Member.objects.filter(username="worker").update(name="Changed")
        raise BadInput()


def plain_crash(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("secret detail")


def database_down(request: HttpRequest) -> HttpResponse:
    raise OperationalError("secret detail")


urlpatterns = [
    path("api/v1/down/", database_down),
    path("api/v1/faulty/<str:fault>/", Faulty.as_view()),
    path("api/v1/nested/", Nested.as_view()),
    path("api/v1/writing/", Writing.as_view()),
    path("api/v1/plain/", plain_crash),
    path("plain/", plain_crash),
    path("", include("config.urls")),
]
handler400 = "api.handlers.bad_request"
handler403 = "api.handlers.not_allowed"
handler404 = "api.handlers.not_found"
handler500 = "api.handlers.server_error"


@pytest.fixture
def faulty(db: None, settings: Any) -> Client:
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


def refused(response: Any, status: int, code: str) -> dict[str, Any]:
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/json"
    content: dict[str, Any] = response.json()
    assert list(content) == ["error"]
    assert set(content["error"]) <= {"code", "message", "fields"}
    assert content["error"]["code"] == code
    assert content["error"]["message"]
    assert b"secret detail" not in response.content
    return content["error"]


@pytest.mark.parametrize("fault", FAULTS)
def test_any_fault_in_a_resource_has_the_shape(faulty: Client, fault: str) -> None:
    _error, status, code = FAULTS[fault]
    refused(faulty.get(f"/api/v1/faulty/{fault}/"), status, code)


def test_faults_inside_lists_are_named_by_path(faulty: Client) -> None:
    error = refused(faulty.get("/api/v1/nested/"), 400, "bad_input")
    assert error["fields"] == {"walks.1.lon": ["Too far."], "name": ["Missing."]}


def test_a_crash_outside_rest_framework_has_the_shape(faulty: Client) -> None:
    refused(faulty.get("/api/v1/plain/"), 500, "server_error")


def test_a_database_that_is_gone_before_the_view_began(faulty: Client) -> None:
    response = faulty.get("/api/v1/down/")
    refused(response, 503, "unavailable")
    assert response["Retry-After"] == "60"


def test_pages_keep_their_pages(faulty: Client) -> None:
    response = faulty.get("/plain/")
    assert response.status_code == 500
    assert response["Content-Type"].startswith("text/html")


@pytest.mark.parametrize("address", ["/api/", "/api/v1/nothing/", "/api/v2/areas/", "/api/%00"])
def test_an_address_that_is_none(client: Client, db: None, address: str) -> None:
    refused(client.get(address), 404, "not_found")


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
def test_a_method_that_is_none(client: Client, town: Any, method: str) -> None:
    client.force_login(town.administrator)
    send: Callable[[str], Any] = getattr(client, method)
    response = send("/api/v1/areas/")
    refused(response, 405, "method_not_allowed")
    assert response["Allow"] == "GET, HEAD, OPTIONS"


def test_an_answer_in_a_form_we_do_not_speak(client: Client, town: Any) -> None:
    client.force_login(town.worker)
    response = client.get("/api/v1/areas/", headers={"Accept": "application/xml"})
    refused(response, 406, "not_acceptable")


def test_a_nul_in_a_question(client: Client, db: None) -> None:
    refused(client.get("/api/v1/streets/?search=%00"), 400, "bad_input")


def test_a_host_that_is_not_ours(client: Client, db: None) -> None:
    refused(client.get("/api/v1/areas/", headers={"Host": "evil.example"}), 400, "bad_input")


def test_a_refusal_undoes_what_the_request_did(faulty: Client, town: Any) -> None:
    refused(faulty.get("/api/v1/writing/"), 400, "bad_input")
    assert Member.objects.get(username="worker").name == "Wang Wei"
