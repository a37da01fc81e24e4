"""The answer to what was typed into the search: groups by kind, the best of each kind first.

Ranked by how well the text fits (`readings.rank`), then by nearness. Places are open to every
member; members are those responsible in the reader's scope, cases those the reader may see.
Households and their words are never looked through.
"""

import datetime as dt
import math
import re
from collections.abc import Iterable
from typing import Any

from django.contrib.gis.db.models import Extent
from django.contrib.gis.geos import Point
from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import QuerySet
from django.db.models.functions import Length

from accounts.models import Member
from cases.listing import visible
from cases.models import Case
from grid.models import Area, Responsibility, Segment, ServicePoint
from grid.responsibility import scope_of
from publish.search.addresses import houses, split
from publish.search.coordinates import position
from publish.search.found import Found
from publish.search.models import SearchName
from publish.search.names import AT_ONCE, read_new_names
from publish.search.readings import plain, rank
from streetlights.models import Lamp

Kind = SearchName.Kind
#: Looked at for nearness, and shown, of each kind.
CANDIDATES = 60
SHOWN = 6
#: Alike enough for a slip of the finger.
ALIKE = 0.6
#: One letter finds half of all names; a Chinese character does not.
LEAST_LATIN = 2
#: In this order the groups are shown.
ORDER = ("position", "case", "street", "building", "area", "lamp", "service_point", "member")
_CASE = re.compile(r"#?\s*(\d{1,18})")


def find(
    text: str, member: Member, on: dt.date, *, near: Point | None = None, area: str = ""
) -> list[dict[str, Any]]:
    """Groups ``{"kind", "found": [{kind, id, name, lon, lat, bounds, area, area_name, …}]}``.

    ``area`` keeps to what lies in it. Eighteen queries at most, whatever is found.
    Raises BadCoordinate for a typed position that is no place on Earth.
    """
    text = " ".join(text.split())
    if (typed := position(text)) is not None:
        lon, lat = typed
        return _groups([Found("position", None, f"{lon:.6f}, {lat:.6f}", 0, typed)], near)
    asked = plain(text)
    if len(asked) < (LEAST_LATIN if asked.isascii() else 1):
        return _groups(_cases(text, member, on, area), near)
    read_new_names(AT_ONCE)
    names = list(_named(asked, area))
    street, number = split(text)
    streets = _street_names(plain(street), area) if number else []
    found = [
        *_cases(text, member, on, area),
        *_placed(names, asked, member, on, near),
        *houses(text, streets, area),
    ]
    if not found:
        found = _placed(list(_alike(asked, area)), asked, member, on, near)
    return _groups(found, near)


def _named(asked: str, area: str) -> Iterable[SearchName]:
    """Names with a part that begins with the text, the shortest of each kind. One query."""
    rows = SearchName.objects.filter(words__contains=f" {asked}", area_code__startswith=area)
    kinds: list[QuerySet[SearchName]] = [
        rows.filter(kind=kind).order_by(Length("name"), "name", "pk")[:CANDIDATES]
        for kind in Kind.values
        if not (area and kind == Kind.MEMBER)
    ]
    return kinds[0].union(*kinds[1:], all=True)


def _street_names(asked: str, area: str) -> list[str]:
    """Names of streets that begin with the text, however typed. One query."""
    if not asked:
        return []
    rows = SearchName.objects.filter(kind=Kind.STREET, area_code__startswith=area)
    named = rows.filter(words__contains=f" {asked}").order_by(Length("name"), "name")
    return list(named.values_list("name", flat=True)[:CANDIDATES])


def _alike(asked: str, area: str) -> Iterable[SearchName]:
    """Names nearly like the text, most alike first. One query."""
    rows = SearchName.objects.filter(
        words__trigram_word_similar=asked, area_code__startswith=area
    ).annotate(alike=TrigramWordSimilarity(asked, "words"))
    return rows.filter(alike__gte=ALIKE).order_by("-alike", "pk")[: SHOWN * 2]


def _placed(
    names: list[SearchName], asked: str, member: Member, on: dt.date, near: Point | None
) -> list[Found]:
    """The names with their places; what is no longer there, or not for the reader, is left out."""
    by_kind: dict[str, dict[int, Found]] = {kind: {} for kind in Kind.values}
    for row in names:
        fit = rank(asked, row.words)
        found = Found(row.kind, row.object, row.name, fit, area=row.area_code)
        by_kind[row.kind][row.object] = found
    _place_streets(by_kind[Kind.STREET])
    areas = Area.objects.current().filter(pk__in=by_kind[Kind.AREA])
    for key, code, level, box in areas.annotate(box=Extent("geometry")).values_list(
        "pk", "code", "level", "box"
    ):
        _bounded(by_kind[Kind.AREA][key], box).more = {"code": code, "level": level}
    lamps = Lamp.objects.filter(pk__in=by_kind[Kind.LAMP])
    points = ServicePoint.objects.filter(pk__in=by_kind[Kind.SERVICE_POINT])
    for kind, rows in ((Kind.LAMP, lamps), (Kind.SERVICE_POINT, points)):
        for key, point in rows.values_list("pk", "location"):
            by_kind[kind][key].place = (point.x, point.y)
    _place_members(by_kind[Kind.MEMBER], member, on)
    return [one for of in by_kind.values() for one in of.values() if one.place]


def _bounded(found: Found, box: tuple[float, float, float, float]) -> Found:
    west, south, east, north = box
    found.bounds, found.place = box, ((west + east) / 2, (south + north) / 2)
    return found


def _place_streets(streets: dict[int, Found]) -> None:
    """By their extents; the middle of the longest segment is on the street itself. Two queries."""
    if not streets:
        return
    rows = Segment.objects.duty().filter(street__in=streets)
    for key, box in (
        rows.order_by().values("street").annotate(box=Extent("line")).values_list("street", "box")
    ):
        _bounded(streets[key], box)
    longest = rows.order_by("street", "-metres", "pk").distinct("street")
    for key, line in longest.values_list("street", "line"):
        # Not at a junction, where another street is as near.
        middle = line.interpolate_normalized(0.5)
        streets[key].place = (middle.x, middle.y)


def _place_members(members: dict[int, Found], reader: Member, on: dt.date) -> None:
    """Where they are responsible, within the reader's scope: two queries and the extents."""
    if not members:
        return
    scope = scope_of(reader, on)
    held = (
        Responsibility.objects.on(on)
        .filter(member__in=members, member__is_active=True, area__retired_on=None)
        .filter(scope.filter("area__code"))
        .exclude(area=None)
        .values("member", "area__code", "role", "member__username")
        .annotate(box=Extent("area__geometry"))
        .order_by("member", "-area__level", "area__code")
    )
    for row in held:
        found = members[row["member"]]
        if found.place is None:
            code = row["area__code"]
            _bounded(found, row["box"]).area = code
            found.more = {"code": code, "role": row["role"], "username": row["member__username"]}


def _cases(text: str, member: Member, on: dt.date, area: str) -> list[Found]:
    """The case of that number, where the reader may see it. Four queries, none without digits."""
    match = _CASE.fullmatch(text)
    if match is None:
        return []
    rows: QuerySet[Case] = visible(member, on).select_related("category")
    return [
        Found(
            "case", case.pk, f"#{case.pk} {case.category}", 0, (case.location.x, case.location.y),
            area=case.area_code, more={"state": case.state, "label": str(case.category)},
        )
        for case in rows.filter(pk=int(match[1]), area_code__startswith=area)
    ]  # fmt: skip


def _groups(found: list[Found], near: Point | None) -> list[dict[str, Any]]:
    def order(one: Found) -> tuple[int, float, str, int]:
        return one.rank, _away(one.place, near), one.name, one.id or 0

    codes = {one.area for one in found if one.area}
    names = dict(Area.objects.current().filter(code__in=codes).values_list("code", "name"))
    groups = []
    for kind in ORDER:
        best = sorted((one for one in found if one.kind == kind), key=order)[:SHOWN]
        if best:
            groups.append({"kind": kind, "found": [_shown(one, names) for one in best]})
    return groups


def _away(place: tuple[float, float] | None, near: Point | None) -> float:
    """Squared degrees of latitude: enough to say which is nearer."""
    if place is None or near is None:
        return 0.0
    east = (place[0] - near.x) * math.cos(math.radians(near.y))
    return east**2 + (place[1] - near.y) ** 2


def _shown(one: Found, names: dict[str, str]) -> dict[str, Any]:
    assert one.place is not None  # noqa: S101
    return {
        "kind": one.kind,
        "id": one.id,
        "name": one.name,
        "rank": one.rank,
        "lon": round(one.place[0], 7),
        "lat": round(one.place[1], 7),
        "bounds": one.bounds,
        "area": one.area,
        "area_name": names.get(one.area, ""),
        **one.more,
    }
