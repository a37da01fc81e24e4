"""A style in the format of MapLibre for the vector tiles, in the colours of the map page."""

from typing import Any
from urllib.parse import urlencode

from map_static.views import colours
from publish.ogc.clients import Caller
from publish.ogc.collections import COLLECTIONS

SCHEME = "WebMercatorQuad"


def style(caller: Caller, address: str) -> dict[str, Any]:
    """Version 8 of the style specification; each source is a TileJSON under ``address``."""
    asked = urlencode({"f": "tilejson", **({"token": caller.token} if caller.token else {})})
    names = [name for name in COLLECTIONS if name in caller.collections]
    return {
        "version": 8,
        "name": "Gridwalk",
        "sources": {
            name: {
                "type": "vector",
                "url": f"{address}/collections/{name}/tiles/{SCHEME}/metadata?{asked}",
            }
            for name in names
        },
        "layers": [
            {"id": "land", "type": "background", "paint": {"background-color": _look()["land"]}},
            *(
                {"source": name, "source-layer": name, **layer}
                for name in names
                for layer in _layers(name)
            ),
        ],
    }


def _look() -> dict[str, Any]:
    light: dict[str, Any] = colours()["looks"]["light"]
    return light


def _layers(name: str) -> list[dict[str, Any]]:
    return {
        "cells": _cells,
        "streets": _streets,
        "lamps": _lamps,
        "cases": _cases,
        "service-points": _service_points,
    }[name]()


def _cells() -> list[dict[str, Any]]:
    line = {"line-color": _look()["cellLine"], "line-width": 1.5}
    return [{"id": "cells", "type": "line", "paint": line}]


def _streets() -> list[dict[str, Any]]:
    """What was never walked is a dash, not a colour."""
    by_class = [part for pair in _look()["freshness"].items() for part in pair]
    paint = {
        "line-color": ["match", ["get", "freshness"], *by_class, _look()["freshness"]["never"]],
        "line-width": ["interpolate", ["linear"], ["zoom"], 12, 1, 18, 7],
    }
    is_never = ["==", ["get", "freshness"], "never"]
    return [
        {"id": "streets", "type": "line", "filter": ["!", is_never], "paint": paint},
        {
            "id": "streets-never",
            "type": "line",
            "filter": is_never,
            "paint": {**paint, "line-dasharray": [2, 1.5]},
        },
    ]


def _dots(name: str, face: Any, edge: str, radius: float) -> list[dict[str, Any]]:
    paint = {
        "circle-color": face,
        "circle-stroke-color": edge,
        "circle-stroke-width": 1,
        "circle-radius": radius,
    }
    return [{"id": name, "type": "circle", "paint": paint}]


def _lamps() -> list[dict[str, Any]]:
    look = _look()
    working = ["get", "working"]
    face = ["case", ["==", working, True], look["lamp"], ["==", working, False], look["lampDark"],
            look["lampUnknown"]]  # fmt: skip
    return _dots("lamps", face, look["lampLine"], 3)


def _cases() -> list[dict[str, Any]]:
    look = _look()
    ended = ["closed", "declined", "merged"]
    face = ["match", ["get", "state"], ended, look["plainLine"], look["caseSoon"]]
    return _dots("cases", face, look["caseLine"], 5)


def _service_points() -> list[dict[str, Any]]:
    return _dots("service-points", _look()["point"], _look()["halo"], 4)
