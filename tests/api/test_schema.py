"""The OpenAPI schema is complete, and nothing it allows or forbids makes the server fail."""

import secrets
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.town import Town

COMMUNITY = "990101001001"
EXAMPLES = 12
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
quick = hypothesis_settings(
    max_examples=EXAMPLES,
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_the_schema_is_valid_and_without_warnings() -> None:
    call_command("spectacular", "--fail-on-warn", "--validate", stdout=StringIO())


def test_anybody_may_read_the_schema_and_its_page(client: Client, db: None) -> None:
    assert client.get("/api/v1/schema/").status_code == 200
    assert client.get("/api/v1/docs/").status_code == 200
    assert client.get("/api/v1/").headers["Location"] == "/api/v1/docs/"


@pytest.fixture
def one_connection() -> Iterator[None]:
    """Keep the test's transaction open between requests, as Django's own test client does."""
    request_started.disconnect(close_old_connections)
    request_finished.disconnect(close_old_connections)
    yield
    request_started.connect(close_old_connections)
    request_finished.connect(close_old_connections)


@pytest.fixture
def signed_in(client: Client, town: Town) -> dict[str, str]:
    """Headers of the coordinator's browser."""
    client.force_login(town.coordinator)
    token = secrets.token_hex(16)
    cookies = f"sessionid={client.cookies['sessionid'].value}; csrftoken={token}"
    return {"Cookie": cookies, "X-CSRFToken": token, "Host": "localhost"}


@pytest.mark.usefixtures("one_connection")
@pytest.mark.parametrize("mode", list(GenerationMode))
def test_no_input_makes_the_server_fail(signed_in: dict[str, str], mode: GenerationMode) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", get_wsgi_application())
    asked = 0
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]

        @quick
        @given(operation.as_strategy(generation_mode=mode))
        def ask(case: Case) -> None:
            nonlocal asked
            asked += 1
            case.validate_response(case.call(headers=signed_in), checks=CHECKS)

        ask()
    assert asked > EXAMPLES * 10


NASTY = ["", "0", "-1", "1e308", "NaN", "%00", "%F0%9F%8F%AE", "' OR 1=1 --", "[]", "9" * 5000]


@pytest.mark.parametrize("value", NASTY)
def test_nasty_values_in_every_parameter(client: Client, town: Town, value: str) -> None:
    client.force_login(town.coordinator)
    schema: dict[str, Any] = client.get("/api/v1/schema/?format=json").json()
    for address, operations in schema["paths"].items():
        if "get" not in operations or "{" in address:
            continue
        for parameter in operations["get"].get("parameters", []):
            response = client.get(f"{address}?{parameter['name']}={value}")
            assert response.status_code < 500, (address, parameter["name"])


def test_a_code_that_is_known_is_answered(client: Client, town: Town) -> None:
    """The two tests above would pass on a server that refuses everything."""
    client.force_login(town.coordinator)
    for name in (
        "areas/?inside",
        "streets/?area",
        "segments/?area",
        "patrols/?area",
        "lamps/?area",
    ):
        assert client.get(f"/api/v1/{name}={COMMUNITY}").status_code == 200


@pytest.mark.parametrize("day", ["0001-01-01", "1969-12-31", "2200-01-01", "9999-12-31"])
def test_days_out_of_the_calendar(client: Client, town: Town, day: str) -> None:
    client.force_login(town.coordinator)
    for asked in ("coverage/?days=366&as_of", "freshness/?days=366&as_of", "patrols/?since"):
        response = client.get(f"/api/v1/{asked}={day}&area={COMMUNITY}")
        assert response.status_code == 400
