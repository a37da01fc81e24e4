"""Take in lamps, cabinets and circuits from a file's rows; what is unsound is told row by row."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
from django.contrib.gis.geos import Point
from django.db import transaction
from django.utils.translation import gettext as _

from api.errors import UnknownArea
from grid.locks import lock_community
from grid.metres import shapes
from grid.models import Area, Level
from grid.osm.merge import Counts
from grid.placing import place_in_cells
from spatial.cells.pieces import holders
from streetlights.import_circuits import store_circuits
from streetlights.light_rows import Flaw, LightRow, LightRows
from streetlights.models import Cabinet, Lamp

#: Degrees (a decimetre) that a position may differ and be the same.
_SAME = 1e-6


@dataclass
class LightImport:
    """What was added, changed and left as it was, by kind; and what was not taken in."""

    lamps: Counts = field(default_factory=Counts)
    cabinets: Counts = field(default_factory=Counts)
    circuits: Counts = field(default_factory=Counts)
    sections: Counts = field(default_factory=Counts)
    flaws: list[Flaw] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        rows = sorted(self.flaws, key=lambda flaw: flaw.row)
        return {
            "lamps": self.lamps.as_dict(),
            "cabinets": self.cabinets.as_dict(),
            "circuits": self.circuits.as_dict(),
            "sections": self.sections.as_dict(),
            "refused": [asdict(flaw) for flaw in rows],
        }


def import_lights(
    given: LightRows, *, community: str | None = None, dry_run: bool = False
) -> LightImport:
    """Store the rows, each in the community it lies in, or all in the one of this code.

    A lamp or cabinet is known again by its number in its community, a lamp without one by its
    position, a cable section by the lamp it feeds; the same file twice changes nothing. What the
    file does not mention stays. A circuit is taken in whole, or not at all: one that would be no
    tree is refused with its rows. All or nothing otherwise only for faults of the database.
    """
    result = LightImport(flaws=list(given.flaws))
    areas = _areas(community)
    placed = _by_community(given.rows, areas, community, result.flaws)
    with transaction.atomic():
        for area in sorted(placed, key=lambda one: one.code):
            lock_community(area.code)
            _store(area, placed[area], result)
            if Area.objects.cells().inside(area.code).exists():
                place_in_cells(area)
        if dry_run:
            transaction.set_rollback(True)
    return result


def _areas(code: str | None) -> list[Area]:
    found = Area.objects.current().filter(level=Level.COMMUNITY).order_by("code")
    if code is None:
        return list(found)
    areas = list(found.filter(code=code))
    if not areas:
        raise UnknownArea(_("There is no community with the code %s.") % code)
    return areas


def _by_community(
    rows: list[LightRow], areas: list[Area], code: str | None, flaws: list[Flaw]
) -> dict[Area, list[LightRow]]:
    """Rows by community; those that lie in none become flaws."""
    placed: dict[Area, list[LightRow]] = defaultdict(list)
    drawn = [row for row in rows if row.what != "section"]
    outlines = shapes(area.geometry for area in areas)
    at = np.array([row.shape.coords[0][:2] for row in drawn if row.shape]).reshape(-1, 2)
    held = holders(outlines, at)
    turned = holders(outlines, at[:, ::-1])
    numbered: dict[str, Area] = {}
    for row, inside, swapped in zip(drawn, held.tolist(), turned.tolist(), strict=True):
        if inside < 0:
            sentence = _("It lies in no community, or not in the one given.")
            if swapped >= 0:
                sentence += " " + _("Longitude and latitude seem to be swapped.")
            flaws.append(Flaw(row.row, "outside", sentence))
            continue
        placed[areas[inside]].append(row)
        numbered.setdefault(row.texts.get("number", ""), areas[inside])
    for row in rows:
        if row.what == "section":
            area = numbered.get(row.texts.get("to", "")) or _of_stored_lamp(row, areas)
            if area is None:
                sentence = _("There is no lamp %s, here or in the file.") % row.texts.get("to", "")
                flaws.append(Flaw(row.row, "unknown_lamp", sentence))
            else:
                placed[area].append(row)
    return placed


def _of_stored_lamp(row: LightRow, areas: list[Area]) -> Area | None:
    """The only community of these that has a lamp of the number which the section feeds."""
    number = row.texts.get("to", "")
    if not number:
        return None
    found = Lamp.objects.filter(number=number, community__in=areas)
    codes = set(found.order_by().values_list("community", flat=True).distinct()[:2])
    return next((area for area in areas if area.pk in codes), None) if len(codes) == 1 else None


def _store(area: Area, rows: list[LightRow], result: LightImport) -> None:
    once = _once(rows, result.flaws)
    _merge(Cabinet, area, [row for row in once if row.what == "cabinet"], result.cabinets)
    _merge(Lamp, area, [row for row in once if row.what == "lamp"], result.lamps)
    found, flaws = store_circuits(area, once)
    for name, counts in found.items():
        total = getattr(result, name)
        for key, count in counts.as_dict().items():
            setattr(total, key, getattr(total, key) + count)
    result.flaws += flaws


def _once(rows: list[LightRow], flaws: list[Flaw]) -> list[LightRow]:
    """Each lamp and cabinet once; a number that comes again, and a cabinet without, are flaws."""
    kept: list[LightRow] = []
    seen: dict[tuple[str, str], int] = {}
    for row in rows:
        number = row.texts.get("number", "")
        if row.what == "cabinet" and not number:
            flaws.append(Flaw(row.row, "no_number", _("A cabinet needs a number.")))
        elif row.what != "section" and number and (row.what, number) in seen:
            sentence = _("Its number, %(number)s, is that of row %(row)s already.")
            told = {"number": number, "row": seen[row.what, number]}
            flaws.append(Flaw(row.row, "number_twice", sentence % told))
        else:
            seen[row.what, number] = row.row
            kept.append(row)
    return kept


def _merge(model: type[Any], area: Area, rows: list[LightRow], counts: Counts) -> None:
    """Add what is new, change what differs; a column that the file leaves empty changes nothing."""
    if not rows:
        return
    stored: dict[str, list[Any]] = defaultdict(list)
    for place in model._default_manager.filter(community=area).order_by("pk"):
        stored[place.number].append(place)
    unnumbered = {_key(place.location.coords): place for place in stored.pop("", [])}
    new, changed, columns = [], [], set()
    for row in rows:
        assert row.shape is not None  # noqa: S101
        xy = row.shape.coords[0][:2]
        number = row.texts.get("number", "")
        known = _nearest(stored[number], xy) if number else unnumbered.get(_key(xy))
        if known is None:
            place = model(community=area, number=number, location=_point(row))
            _differing(place, row)
            new.append(place)
            if not number:
                unnumbered[_key(xy)] = place
        elif differing := _differing(known, row):
            changed.append(known)
            columns |= differing
        else:
            counts.unchanged += 1
    model._default_manager.bulk_create(new, batch_size=2000)
    if changed:
        model._default_manager.bulk_update(changed, sorted(columns), batch_size=500)
    counts.added += len(new)
    counts.updated += len(changed)


def _differing(place: Lamp | Cabinet, row: LightRow) -> set[str]:
    """Set the row's values on the place; the names of those that were others."""
    assert row.shape is not None  # noqa: S101
    given: dict[str, Any] = {"name": row.texts.get("name")}
    if isinstance(place, Lamp):
        given |= {"kind": row.texts.get("kind"), **row.metres}
        given.pop("metres", None)
    differing = set()
    for name, value in given.items():
        if value is not None and getattr(place, name) != value:
            setattr(place, name, value)
            differing.add(name)
    xy = row.shape.coords[0][:2]
    if np.abs(np.subtract(place.location.coords, xy)).max() > _SAME:
        place.location = _point(row)
        differing.add("location")
    return differing


def _point(row: LightRow) -> Point:
    assert row.shape is not None  # noqa: S101
    x, y = row.shape.coords[0][:2]
    return Point(x, y, srid=4326)


def _key(xy: Iterable[float]) -> tuple[int, ...]:
    """A position as whole steps of a decimetre or so."""
    return tuple(round(one / _SAME) for one in xy)


def _nearest(places: list[Any], xy: tuple[float, ...]) -> Any:
    """Of places with one number the nearest: OpenStreetMap may have it twice."""
    return min(
        places, key=lambda place: np.hypot(*np.subtract(place.location.coords, xy)), default=None
    )
