"""External base maps: the BASE_MAPS setting, checked at start."""

import json
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register

CRS = ("wgs84", "gcj02")
KNOWN = {"name", "url", "attribution", "crs", "subdomains", "maxZoom", "minZoom", "tms"}
HINT = (
    'Like [{"name": "OpenStreetMap", "url": "https://tile.example.org/{z}/{x}/{y}.png", '
    '"attribution": "© …", "crs": "wgs84"}]; see docs/settings.md.'
)


def base_maps() -> list[dict[str, Any]]:
    """The configured base maps; a broken setting counts as none (the check says so at start)."""
    found, faults = _read(settings.BASE_MAPS)
    return [] if faults else found


def _read(text: str) -> tuple[list[dict[str, Any]], list[str]]:
    """The base maps and what is wrong with them."""
    try:
        found = json.loads(text or "[]")
    except ValueError as error:
        return [], [f"BASE_MAPS is not JSON: {error}."]
    if not isinstance(found, list) or not all(isinstance(item, dict) for item in found):
        return [], ["BASE_MAPS must be a list of objects."]
    return found, [fault for nth, item in enumerate(found, 1) for fault in _faults(nth, item)]


def _faults(nth: int, item: dict[str, Any]) -> list[str]:
    faults = []
    if unknown := set(item) - KNOWN:
        faults.append(f"BASE_MAPS {nth}: unknown key {', '.join(sorted(unknown))}.")
    for key in ("name", "url", "attribution"):
        if not isinstance(item.get(key), str) or not item[key]:
            faults.append(f"BASE_MAPS {nth}: {key} is missing.")
    if item.get("crs", "wgs84") not in CRS:
        faults.append(f"BASE_MAPS {nth}: crs must be one of {', '.join(CRS)}.")
    url = str(item.get("url", ""))
    if url and urlsplit(url).scheme not in {"http", "https"}:
        faults.append(f"BASE_MAPS {nth}: url must begin with https:// or http://.")
    if url and not ("{z}" in url and "{x}" in url and ("{y}" in url or "{-y}" in url)):
        faults.append(f"BASE_MAPS {nth}: url needs {{z}}, {{x}} and {{y}}.")
    return faults


def _hosts(item: dict[str, Any]) -> set[str]:
    host = urlsplit(item["url"]).netloc
    if "{s}" not in host:
        return {host}
    return {host.replace("{s}", each) for each in item.get("subdomains", "abc")}


def _allowed(host: str) -> bool:
    """Whether BASE_MAP_HOSTS, which goes into the content security policy, names the host."""
    for source in settings.BASE_MAP_HOSTS:
        named = source.split("://")[-1].rstrip("/")
        if named == host or (named.startswith("*.") and host.endswith(named[1:])):
            return True
    return False


@register()
def check_base_maps(app_configs: object, **options: object) -> list[CheckMessage]:
    """BASE_MAPS can be read, and the browser will be allowed to fetch from its hosts."""
    found, faults = _read(settings.BASE_MAPS)
    if faults:
        return [Error(fault, hint=HINT, id="gridwalk.E010") for fault in faults]
    missing = sorted({host for item in found for host in _hosts(item)})
    return [
        Warning(
            f"The browser will refuse pictures from {host}, a host of BASE_MAPS.",
            hint=f"Add {host} to BASE_MAP_HOSTS.",
            id="gridwalk.W010",
        )
        for host in missing
        if not _allowed(host)
    ]
