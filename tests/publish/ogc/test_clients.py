"""Tokens of programs: made once, kept as a digest, narrow, counted, and out of force at once."""

import datetime as dt
import re
from typing import Any

from django.test import Client as Browser
from django.utils import timezone

from accounts.models import Member
from publish.models import Client
from publish.ogc.clients import digest_of
from tests.publish.ogc.programs import items, program, token
from tests.town import Town

CELLS = "/ogc/collections/cells/items"


def signed_in(member: Member) -> Browser:
    browser = Browser()
    browser.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def asked(**more: Any) -> dict[str, Any]:
    last = timezone.localdate() + dt.timedelta(days=100)
    given: dict[str, Any] = {"name": "QGIS", "areas": "9901", "collections": ["cells", "lamps"]}
    return {**given, "expires_on": last.isoformat(), **more}


def test_without_a_token_nothing_is_told(town: Town) -> None:
    for word in ("", "Bearer ", "Basic eDp5"):
        headers = {"Authorization": word} if word else {}
        for address in ("/ogc", CELLS, "/ogc/styles/gridwalk", "/ogc/collections/nothing"):
            response = Browser().get(address, headers=headers)
            assert response.status_code == 401
            assert response["WWW-Authenticate"].startswith("Bearer")
            assert response.json()["error"]["code"] == "sign_in_required"
    assert Browser().get(f"{CELLS}?token=x").status_code == 401


def test_a_wrong_token_is_refused_whoever_is_signed_in(town: Town) -> None:
    browser = signed_in(town.administrator)
    assert browser.get(CELLS).status_code == 200
    assert browser.get(CELLS, headers={"Authorization": "Bearer wrong"}).status_code == 401


def test_a_token_in_the_address_goes_along_with_its_links(town: Town) -> None:
    secret = token(town)
    first = Browser().get(f"{CELLS}?token={secret}&limit=1").json()
    (following,) = (one["href"] for one in first["links"] if one["rel"] == "next")
    assert Browser().get(following).json()["numberReturned"] == 1
    told = Browser().get(
        "/ogc/collections/cells/tiles/WebMercatorQuad/metadata", {"token": secret, "f": "tilejson"}
    )
    assert told.json()["tiles"][0].endswith(f"&token={secret}")
    # Sent as a header, it is written into no address.
    assert (
        secret
        not in Browser(headers={"Authorization": f"Bearer {secret}"})
        .get(CELLS, {"limit": 1})
        .content.decode()
    )


def test_only_the_digest_is_kept(town: Town) -> None:
    secret = token(town)
    client = Client.objects.get()
    assert bytes(client.digest) == digest_of(secret)
    assert len(secret) > 40
    row = Client.objects.values_list().get()
    assert secret not in repr(row)


def test_it_reads_the_collections_it_was_given(town: Town) -> None:
    narrow = program(town, collections=["lamps"])
    named = narrow.get("/ogc/collections").json()["collections"]
    assert [one["id"] for one in named] == ["lamps"]
    assert items(narrow, "lamps")["numberMatched"] > 0
    for part in ("", "/items", "/map", "/schema", "/queryables", "/tiles",
                 "/tiles/WebMercatorQuad/14/4664/9472"):  # fmt: skip
        assert narrow.get(f"/ogc/collections/cases{part}").status_code in (400, 404), part
    assert list(narrow.get("/ogc/styles/gridwalk").json()["sources"]) == ["lamps"]


def test_it_ends_with_its_last_day_and_when_it_is_revoked(town: Town) -> None:
    assert program(town, days=0).get(CELLS).status_code == 200
    assert program(town, days=-1).get(CELLS).status_code == 401
    client = program(town)
    found = Client.objects.latest("pk")
    found.revoke(timezone.now())
    assert client.get(CELLS).status_code == 401
    at = found.revoked_at
    found.revoke(timezone.now())
    assert found.revoked_at == at


def test_its_use_is_noted_and_counted_by_the_minute(town: Town, settings: Any) -> None:
    settings.OGC_REQUESTS_PER_MINUTE = 2
    client = program(town)
    moment = timezone.now()
    codes = {client.get("/ogc").status_code for _ in range(2)}
    refused = client.get("/ogc")
    # The minute may have ended in between, which the row tells.
    found = Client.objects.get()
    assert codes == {200}
    assert found.last_used_at is not None and found.last_used_at >= moment
    if found.counted == 3:
        assert (refused.status_code, refused["Retry-After"]) == (429, "60")
        assert refused.json()["error"]["code"] == "too_many_requests"
    Client.objects.update(counted=99, counted_from=moment - dt.timedelta(minutes=2))
    assert client.get("/ogc").status_code == 200


# --- The page -----------------------------------------------------------------------------------


def test_an_administrator_makes_a_token_that_is_shown_once(town: Town) -> None:
    browser = signed_in(town.administrator)
    page = browser.post("/clients/", asked()).content.decode()
    (secret,) = re.findall(r'<code id="token">(gridwalk_[\w-]+)</code>', page)
    client = Browser(headers={"Authorization": f"Bearer {secret}"})
    assert items(client, "cells")["numberMatched"] == 2
    again = browser.get("/clients/")
    assert secret not in again.content.decode()
    assert "no-store" in again["Cache-Control"]
    made = Client.objects.get()
    assert (made.made_by, made.areas, made.collections) == (
        town.administrator,
        ["9901"],
        ["cells", "lamps"],
    )
    made.last_used_at = dt.datetime(2026, 6, 3, 12, tzinfo=dt.UTC)
    made.save()
    row = browser.get("/clients/").content.decode().split("<tbody>")[1].split("</tbody>")[0]
    assert town.administrator.name in row
    assert "2026-06-03" in row
    browser.post(f"/clients/{made.pk}/revoke/")
    assert client.get(CELLS).status_code == 401
    assert "Revoked" in browser.get("/clients/").content.decode()


def test_the_page_is_for_administrators(town: Town) -> None:
    for member in (town.worker, town.coordinator, town.leader, town.outsider):
        browser = signed_in(member)
        assert browser.get("/clients/").status_code == 403
        assert browser.post("/clients/", asked()).status_code == 403
    assert not Client.objects.exists()


def test_a_form_with_a_mistake_makes_nothing(town: Town) -> None:
    browser = signed_in(town.administrator)
    far = timezone.localdate() + dt.timedelta(days=5000)
    past = timezone.localdate() - dt.timedelta(days=1)
    mistakes: list[dict[str, Any]] = [
        {"name": ""},
        *({"areas": areas} for areas in ("1234", "x", " ", "9901 12")),
        *({"collections": names} for names in (["households"], [])),
        *({"expires_on": day} for day in (far.isoformat(), past.isoformat(), "soon")),
    ]
    for mistake in mistakes:
        page = browser.post("/clients/", asked(**mistake))
        assert page.status_code == 200
        assert "errorlist" in page.content.decode(), mistake
    assert not Client.objects.exists()
