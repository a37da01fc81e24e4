"""OpenStreetMap files drawn in metres around a corner of the world."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np

from spatial.projection import LocalProjection

HERE = LocalProjection(116.35, 40.0)
Tags = Mapping[str, str]
Position = tuple[float, float] | str


def lonlat(x: float, y: float) -> tuple[float, float]:
    """Metres east and north of HERE as degrees, to OpenStreetMap's seven digits."""
    lon, lat = np.round(HERE.inverse([[x, y]])[0], 7)
    return float(lon), float(lat)


def osm(
    nodes: Mapping[int, tuple[float, float]],
    ways: Mapping[int, tuple[Sequence[int], Tags]] = {},
    relations: Mapping[int, tuple[Sequence[tuple[int, str]], Tags]] = {},
    tagged: Mapping[int, Tags] = {},
) -> str:
    """An .osm file's text: nodes {id: (x, y) in metres}, ways {id: (node ids, tags)},
    multipolygons {id: ([(way id, role)], tags)}, and the tags of nodes."""
    text = ["<?xml version='1.0' encoding='UTF-8'?>", '<osm version="0.6">']
    for ref, (x, y) in nodes.items():
        lon, lat = lonlat(x, y)
        text.append(f'<node id="{ref}" lat="{lat:.7f}" lon="{lon:.7f}">')
        text += [*_tags(tagged.get(ref, {})), "</node>"]
    for ref, (refs, tags) in ways.items():
        text.append(f'<way id="{ref}">')
        text += [*(f'<nd ref="{node}"/>' for node in refs), *_tags(tags), "</way>"]
    for ref, (members, tags) in relations.items():
        text.append(f'<relation id="{ref}">')
        text += [f'<member type="way" ref="{way}" role="{role}"/>' for way, role in members]
        text += [*_tags({"type": "multipolygon", **tags}), "</relation>"]
    return "\n".join([*text, "</osm>"])


def _tags(tags: Tags) -> list[str]:
    return [f"<tag k={quoteattr(key)} v={quoteattr(value)}/>" for key, value in tags.items()]


def write(folder: Path, text: str, name: str = "town.osm") -> Path:
    """The text as a file in the folder."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path
