"""pygeoapi behind our permissions: one request in, one answer out.

Importing this module imports pygeoapi (a second, and tens of megabytes), so only a request for
an address under ``/ogc/`` does it.
"""

import json
import threading
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from pygeoapi import api as core
from pygeoapi.api import API, APIRequest, itemtypes, maps, tiles
from pygeoapi.openapi import get_oas
from pygeoapi.provider.base import ProviderGenericError

FUNCTIONS: dict[str, Callable[..., Any]] = {
    "landing": core.landing_page,
    "openapi": core.openapi_,
    "conformance": core.conformance,
    "collections": core.describe_collections,
    "schema": core.get_collection_schema,
    "queryables": itemtypes.get_collection_queryables,
    "items": itemtypes.get_collection_items,
    "item": itemtypes.get_collection_item,
    "map": maps.get_collection_map,
    "tiles": tiles.get_collection_tiles,
    "tileset": tiles.get_collection_tiles_metadata,
    "tile": tiles.get_collection_tiles_data,
    "tile-matrix-sets": tiles.tilematrixsets,
    "tile-matrix-set": tiles.tilematrixset,
}
#: Not offered: its pages load scripts of other hosts, and JSON-LD names a schema of one.
NOT_OFFERED = ("text/html", "application/ld+json")
#: What the landing page links to and is not here.
NOT_HERE = ("/processes", "/jobs")
#: Standards that pygeoapi names for every feature collection, and parts of ours do not keep.
NOT_KEPT = ("/conf/html", "/conf/create-replace-delete")
_conformance = threading.Lock()


#: Where no format is asked for; all else is JSON, also to a browser.
USUAL = {"map": "png", "tile": "mvt"}


def _request(request: HttpRequest, name: str, locales: Any) -> APIRequest:
    """What pygeoapi knows of the request; what a browser would like best is not asked."""

    class Request(APIRequest):
        def _get_format(self, headers: Any) -> str:
            return (self._args.get("f") or "").strip() or USUAL.get(name, "json")

    return Request.from_django(request, locales)


def answer(
    request: HttpRequest, configuration: dict[str, Any], name: str, *parts: Any
) -> HttpResponse:
    """What the library says; raises whatever the database does."""
    api = API(configuration, _openapi(configuration) if name == "openapi" else {})
    asked = _request(request, name, api.locales)
    try:
        if name == "conformance":
            headers, status, content = _conforms(api, asked)
        else:
            headers, status, content = FUNCTIONS[name](api, asked, *parts)
    except ProviderGenericError as error:  # some functions of the library let it through
        headers, status, content = api.get_exception(
            error.http_status_code, {}, "json", error.ogc_exception_code, error.message
        )
    kind = headers.get("Content-Type", "application/json")
    if isinstance(content, str) and "json" in kind:
        content = _only_ours(content)
    response = HttpResponse(content, status=int(status), content_type=kind)
    for header in ("Content-Crs", "Content-Language"):
        if header in headers:
            response[header] = headers[header]
    return response


def _openapi(configuration: dict[str, Any]) -> dict[str, Any]:
    """The library's document, and how to show the token."""
    document: dict[str, Any] = get_oas(configuration)
    document["components"]["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"token": []}]
    return document


def _conforms(api: API, asked: APIRequest) -> tuple[dict[str, str], int, str]:
    """pygeoapi 0.21 adds to a list of its module each time; it gets its list back."""
    with _conformance:
        before = list(core.CONFORMANCE_CLASSES)
        try:
            headers, status, content = core.conformance(api, asked)
        finally:
            core.CONFORMANCE_CLASSES[:] = before
    told = json.loads(content)
    told["conformsTo"] = [one for one in told["conformsTo"] if not one.endswith(NOT_KEPT)]
    return headers, status, json.dumps(told)


def _only_ours(content: str) -> str:
    """Without links to formats and addresses that are not offered."""
    if '"links"' not in content:
        return content
    told = json.loads(content)
    lists = (told.get(name, []) for name in ("collections", "tilesets", "tileMatrixSets"))
    parts = [told, *(part for parts in lists for part in parts)]
    for part in parts:
        part["links"] = [link for link in part.get("links", []) if _is_ours(link)]
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def _is_ours(link: dict[str, Any]) -> bool:
    return link.get("type") not in NOT_OFFERED and not link["href"].endswith(NOT_HERE)
