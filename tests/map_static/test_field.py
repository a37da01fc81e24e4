"""The tablet's shell: what is kept, how much it weighs, and that it tells nothing of anybody."""

import gzip
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from PIL import Image

from map_static import field_files
from map_static.field_words import field_words
from tests.town import Town

JS = Path(__file__).parents[2] / "map_static/static/map_static/js"
#: Without the packages of cells; what a tablet loads before it can be used.
FIRST_LOAD = 300_000


def _kept(client: Client) -> dict[str, Any]:
    source = client.get("/field/sw.js").content.decode()
    found = re.match(r"self\.KEPT = (.*);\n", source)
    assert found
    kept: dict[str, Any] = json.loads(found[1])
    return kept


@pytest.mark.django_db
def test_first_load_is_small(client: Client) -> None:
    page = client.get("/field/").content
    sizes = {name: len(gzip.compress(field_files.content(name), 6)) for name in field_files.names()}
    sizes["page"] = len(gzip.compress(page, 6))
    sizes["worker"] = len(gzip.compress(client.get("/field/sw.js").content, 6))
    assert sum(sizes.values()) <= FIRST_LOAD, sorted(sizes.items(), key=lambda item: -item[1])[:10]


@pytest.mark.django_db
def test_every_module_that_the_page_runs_is_kept(client: Client) -> None:
    kept = {address for address, _digest in _kept(client)["files"]}
    for path in (JS / "field").rglob("*.js"):
        name = path.relative_to(JS).as_posix()
        if name != "field/service_worker.js":
            assert f"/static/map_static/js/{name}" in kept
    page = client.get("/field/").content.decode()
    linked = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', page))
    assert linked
    assert linked <= kept
    imports = json.loads(re.search(r'type="importmap"[^>]*>(.*?)</script>', page)[1])  # type: ignore[index]
    assert set(imports["imports"].values()) <= kept
    # Every bare name that a module imports is one the page knows.
    for name in field_files.names():
        if name.endswith(".js") and name.startswith("map_static/"):
            source = field_files.content(name).decode()
            bare = set(re.findall(r'^import .*? from "([^./][^"]*)";', source, re.MULTILINE))
            assert bare <= set(imports["imports"]), name


@pytest.mark.django_db
def test_what_is_kept_is_what_is_served(client: Client) -> None:
    kept = _kept(client)
    for address, digest in kept["files"]:
        assert re.fullmatch(r"[0-9a-f]{64}", digest)
        assert address.startswith("/static/")
    for address in (kept["page"], *kept["others"]):
        assert client.get(address).status_code == 200, address
    assert kept["version"] in client.get("/field/").content.decode()


def test_another_file_is_another_version(monkeypatch: pytest.MonkeyPatch) -> None:
    before = field_files.version("words")
    assert before != field_files.version("other words")
    files = [*field_files.files()[:-1], ("/static/x.js", "0" * 64)]
    monkeypatch.setattr(field_files, "files", lambda: files)
    assert field_files.version("words") != before


@pytest.mark.django_db
def test_the_page_is_the_same_for_everybody(client: Client, town: Town) -> None:
    def bare(page: bytes) -> str:
        return re.sub(r'nonce="[^"]*"', "", page.decode())

    stranger = bare(client.get("/field/").content)
    client.force_login(town.worker)
    client.cookies["gridwalk_theme"] = "night"
    mine = client.get("/field/", headers={"accept-language": "zh-CN"})
    assert bare(mine.content) == stranger
    assert town.worker.name not in stranger
    assert "csrf" not in stranger


@pytest.mark.django_db
def test_the_browser_may_install_it(client: Client) -> None:
    response = client.get("/field/manifest.webmanifest")
    assert response["Content-Type"] == "application/manifest+json"
    told = response.json()
    assert told["start_url"] == told["scope"] == "/field/"
    assert told["display"] == "standalone"
    assert {(icon["sizes"], icon["purpose"]) for icon in told["icons"]} == {
        (size, purpose) for size in ("192x192", "512x512") for purpose in ("any", "maskable")
    }
    for icon in told["icons"]:
        picture = Image.open(io.BytesIO(client.get(icon["src"]).content))
        assert f"{picture.width}x{picture.height}" == icon["sizes"]
        corner = picture.convert("RGBA").getpixel((0, 0))
        assert isinstance(corner, tuple)
        # The rim of a maskable one is cut by the system, so it has to be filled.
        assert (corner[3] == 255) == (icon["purpose"] == "maskable")
    assert client.get("/field/icon-any-1.png").status_code == 404
    policy = client.get("/field/")["Content-Security-Policy"]
    assert "manifest-src 'self'" in policy
    assert "worker-src 'self'" in policy


@pytest.mark.django_db
def test_the_worker_is_asked_for_anew_each_time(client: Client) -> None:
    response = client.get("/field/sw.js")
    assert response["Content-Type"].startswith("text/javascript")
    assert response["Cache-Control"] == "no-cache"


@pytest.mark.django_db
def test_who_is_signed_in(client: Client, town: Town) -> None:
    nobody = client.get("/field/session.json")
    assert nobody.json()["member"] is None
    assert "no-store" in nobody["Cache-Control"]
    client.force_login(town.worker)
    told = client.get("/field/session.json").json()
    assert told["member"] == {"id": town.worker.pk, "name": str(town.worker)}
    assert set(told) == {"protocol", "member", "token", "version"}
    assert settings.CSRF_COOKIE_NAME in client.cookies


def test_both_languages_have_the_same_words() -> None:
    found = field_words()
    english, chinese = found["en"], found["zh-hans"]
    assert set(english) == set(chinese)
    assert all(english.values())
    assert english["field.sign_out"] != chinese["field.sign_out"]


def test_every_word_that_the_shell_asks_for_is_there() -> None:
    """Of the tablet's modules: each key that stands in full in one, plural or not."""
    known = field_words()["en"]
    asked = {
        (path.name, key)
        for path in (JS / "field").rglob("*.js")
        for key in re.findall(r'\bwords\(\s*"(field\.[\w.]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(asked) > 40
    missing = sorted(
        f"{name}: {key}" for name, key in asked if key not in known and f"{key}_other" not in known
    )
    assert missing == []


@pytest.mark.django_db
def test_the_map_leads_there_who_goes_out_with_a_tablet(client: Client, town: Town) -> None:
    client.force_login(town.worker)
    assert 'href="/field/"' in client.get("/").content.decode()
    client.force_login(town.administrator)
    assert 'href="/field/"' not in client.get("/").content.decode()
