"""Addresses of OGC API under ``/ogc``, as the standards have them, and the page of its clients."""

from django.urls import path

from publish.ogc import client_pages, views

ONE = "ogc/collections/<slug:collection>"
TILES = f"{ONE}/tiles"

urlpatterns = [
    path("clients/", client_pages.clients, name="clients"),
    path("clients/<int:number>/revoke/", client_pages.revoke, name="revoke-client"),
    *(
        path(route, views.serve, {"name": name}, name=f"ogc-{name}")
        for route, name in (
            ("ogc", "landing"),
            ("ogc/", "landing"),
            ("ogc/openapi", "openapi"),
            ("ogc/conformance", "conformance"),
            ("ogc/styles/gridwalk", "style"),
            ("ogc/collections", "collections"),
            (ONE, "collections"),
            (f"{ONE}/schema", "schema"),
            (f"{ONE}/queryables", "queryables"),
            (f"{ONE}/items", "items"),
            (f"{ONE}/items/<str:item>", "item"),
            (f"{ONE}/map", "map"),
            (TILES, "tiles"),
            (f"{TILES}/<slug:scheme>", "tileset"),
            (f"{TILES}/<slug:scheme>/metadata", "tileset"),
            (f"{TILES}/<slug:scheme>/<int:z>/<int:y>/<int:x>", "tile"),
            ("ogc/TileMatrixSets", "tile-matrix-sets"),
            ("ogc/TileMatrixSets/<slug:scheme>", "tile-matrix-set"),
        )
    ),
]
