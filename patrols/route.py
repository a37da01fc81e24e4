"""Planned walks as a GPX file of routes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from xml.etree import ElementTree

if TYPE_CHECKING:
    from patrols.plan import PlannedWalk

_GPX = "http://www.topografix.com/GPX/1/1"


def gpx(name: str, walks: "Sequence[PlannedWalk]") -> bytes:
    """A GPX 1.1 file with one route (``rte``) for each walk; each turn names its point.

    Routes, not tracks: a plan that comes back as an upload must not pass for a patrol.
    """
    ElementTree.register_namespace("", _GPX)
    root = ElementTree.Element(f"{{{_GPX}}}gpx", version="1.1", creator="Gridwalk")
    for number, walk in enumerate(walks, start=1):
        route = ElementTree.SubElement(root, f"{{{_GPX}}}rte")
        title = name if len(walks) == 1 else f"{name} {number}/{len(walks)}"
        ElementTree.SubElement(route, f"{{{_GPX}}}name").text = title
        told = {turn.first: turn for turn in walk.turns}
        for nth, (lon, lat) in enumerate(walk.line.tolist()):
            point = ElementTree.SubElement(
                route, f"{{{_GPX}}}rtept", lat=f"{lat:.7f}", lon=f"{lon:.7f}"
            )
            if nth in told:
                ElementTree.SubElement(point, f"{{{_GPX}}}name").text = told[nth].called()
                ElementTree.SubElement(point, f"{{{_GPX}}}desc").text = told[nth].sentence()
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
