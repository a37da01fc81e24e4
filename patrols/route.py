"""A planned walk told turn by turn, and as a GPX route."""

from dataclasses import dataclass, replace
from xml.etree import ElementTree

import numpy as np
import shapely
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from numpy.typing import NDArray

from grid.models import Segment, StreetKind
from spatial.network import Network
from spatial.walks import Walk

_GPX = "http://www.topografix.com/GPX/1/1"


class Direction(TextChoices):
    """How to go on where a turn begins."""

    START = "start", _("Start on")
    STRAIGHT = "straight", _("Straight on into")
    LEFT = "left", _("Turn left into")
    RIGHT = "right", _("Turn right into")
    BACK = "back", _("Turn back on")


@dataclass(frozen=True)
class Turn:
    """One street of a walk: how to enter it, what it is called, and how far to follow it.

    ``at`` is the longitude and latitude where it begins, ``first`` its number in the walk's line.
    Names are empty where the map has none.
    """

    direction: Direction
    name: str
    name_zh: str
    name_en: str
    kind: str
    metres: float
    at: tuple[float, float]
    first: int

    def called(self) -> str:
        """Both names as far as they differ, or the kind of street."""
        names = dict.fromkeys(filter(None, (self.name_zh or self.name, self.name_en)))
        return " / ".join(names) or str(StreetKind(self.kind).label)

    def sentence(self) -> str:
        return f"{self.direction.label} {self.called()}, {self.metres:.0f} m"


@dataclass(frozen=True)
class Streets:
    """For each edge of a network: its kind and its street's names ("" where it has none)."""

    kind: NDArray[np.str_]
    names: list[tuple[str, str, str]]


def streets_of_segments(ids: NDArray[np.int64]) -> Streets:
    """Kinds and names of segments, in the order of ``ids`` (sorted). One query."""
    rows = list(
        Segment.objects.filter(pk__in=ids.tolist())
        .order_by("pk")
        .values_list("kind", "street__name", "street__name_zh", "street__name_en")
    )
    return Streets(
        np.array([row[0] for row in rows], dtype=np.str_),
        [(row[1] or "", row[2] or "", row[3] or "") for row in rows],
    )


def turns_of(
    walk: Walk, network: Network, streets: Streets
) -> tuple[NDArray[np.float64], list[Turn]]:
    """The walk's line (n, 2) in the network's metres, and its turns, whose ``at`` is in metres.

    A turn begins where the street changes, where the walk goes back the way it came, and where
    streets without a name bend by more than 45 degrees.
    """
    lines = [shapely.get_coordinates(line) for line in walk.lines(network)]
    points: list[NDArray[np.float64]] = []
    turns: list[Turn] = []
    count = 0
    for nth, (edge, xy) in enumerate(zip(walk.edge, lines, strict=True)):
        names, kind = streets.names[edge], str(streets.kind[edge])
        metres = float(walk.end_m[nth] - walk.start_m[nth])
        bend = _bend(lines[nth - 1], xy) if nth else 0.0
        last = turns[-1] if turns else None
        same = last is not None and (last.name, last.name_zh, last.name_en) == names
        if names == ("", "", ""):
            same = same and last is not None and last.kind == kind and abs(bend) <= 45.0
        if last is not None and same and abs(bend) <= 150.0:
            turns[-1] = replace(last, metres=last.metres + metres)
        else:
            way = _direction(bend) if nth else Direction.START
            name, name_zh, name_en = names
            at = (float(xy[0, 0]), float(xy[0, 1]))
            turns.append(Turn(way, name, name_zh, name_en, kind, metres, at, count))
        points.append(xy if not nth else xy[1:])
        count += len(xy) - 1
    return np.concatenate(points) if points else np.zeros((0, 2)), turns


def _bend(before: NDArray[np.float64], after: NDArray[np.float64]) -> float:
    """Degrees from one line's last heading to the next one's first; left is positive."""
    (ax, ay), (bx, by) = before[-1] - before[-2], after[1] - after[0]
    return float(np.degrees(np.arctan2(ax * by - ay * bx, ax * bx + ay * by)))


def _direction(bend: float) -> Direction:
    if abs(bend) <= 30.0:
        return Direction.STRAIGHT
    if abs(bend) > 150.0:
        return Direction.BACK
    return Direction.LEFT if bend > 0 else Direction.RIGHT


def gpx(name: str, line: NDArray[np.float64], turns: list[Turn]) -> bytes:
    """A GPX 1.1 file with one route (``rte``) along (n, 2) longitude, latitude.

    A route, not a track: a plan that comes back as an upload must not pass for a patrol.
    """
    ElementTree.register_namespace("", _GPX)
    root = ElementTree.Element(f"{{{_GPX}}}gpx", version="1.1", creator="Gridwalk")
    route = ElementTree.SubElement(root, f"{{{_GPX}}}rte")
    ElementTree.SubElement(route, f"{{{_GPX}}}name").text = name
    told = {turn.first: turn for turn in turns}
    for nth, (lon, lat) in enumerate(line.tolist()):
        point = ElementTree.SubElement(
            route, f"{{{_GPX}}}rtept", lat=f"{lat:.7f}", lon=f"{lon:.7f}"
        )
        if nth in told:
            ElementTree.SubElement(point, f"{{{_GPX}}}name").text = told[nth].called()
            ElementTree.SubElement(point, f"{{{_GPX}}}desc").text = told[nth].sentence()
    return ElementTree.tostring(root, encoding="utf-8", xml_declaration=True)
