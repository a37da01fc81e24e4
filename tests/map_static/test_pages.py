"""Pages outside the map: what a person reads when something is not there."""

import pytest
from django.test import Client, RequestFactory
from django.views import csrf, defaults

from tests.town import Town

pytestmark = pytest.mark.django_db


def test_a_wrong_address_leads_back_to_the_map(client: Client) -> None:
    response = client.get("/no/such/page")
    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()
    assert 'href="/"' in response.content.decode()


def test_pages_of_faults_need_no_database_and_no_request_context() -> None:
    request = RequestFactory().get("/")
    assert "Something went wrong here" in defaults.server_error(request).content.decode()
    for answer in (
        defaults.permission_denied(request, Exception()),
        defaults.bad_request(request, Exception()),
        csrf.csrf_failure(request),
    ):
        assert "Gridwalk" in answer.content.decode()


def test_the_page_carries_no_inline_script_without_its_nonce(client: Client, town: Town) -> None:
    client.force_login(town.worker)
    response = client.get("/")
    policy = response["Content-Security-Policy"]
    nonce = policy.split("'nonce-")[1].split("'")[0]
    page = response.content.decode()
    assert f'<script type="importmap" nonce="{nonce}">' in page
    assert "unsafe-inline" not in policy
    assert "unsafe-eval" not in policy


def test_the_look_is_in_the_first_paint_and_nothing_else_gets_in(client: Client) -> None:
    client.cookies["gridwalk_theme"] = "night"
    assert 'data-theme="night"' in client.get("/sign-in/").content.decode()
    client.cookies["gridwalk_theme"] = '"><script>'
    assert "data-theme" not in client.get("/sign-in/").content.decode()


def test_a_language_leads_back_only_to_this_site(client: Client) -> None:
    for back, expected in (
        ("/#17/60/24&days=7", "/#17/60/24&days=7"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("", "/"),
    ):
        response = client.post("/language/", {"language": "zh-hans", "next": back})
        assert response["Location"] == expected
        assert response.cookies["gridwalk_language"].value == "zh-hans"


def test_an_unknown_language_changes_nothing(client: Client, town: Town) -> None:
    client.force_login(town.worker)
    response = client.post("/language/", {"language": "xx", "next": "/"})
    assert "gridwalk_language" not in response.cookies
    town.worker.refresh_from_db()
    assert town.worker.language == ""
    assert client.get("/language/").status_code == 405
