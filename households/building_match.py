"""Addresses matched to the buildings of a community: exactly, else by likeness with a score.

Likeness never decides about numbers, nor about words like 东 or North that part one street from
the next: those must be the same. What is left may differ by a slip of the pen.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db.models import F
from django.db.models.functions import Lower
from django.utils.translation import gettext as _
from rapidfuzz import fuzz, process

from grid.models import Area, Building
from households import addresses
from households.addresses import Address

#: Likeness in percent (Levenshtein's indel ratio of the words) from which a building is taken,
#: and from which it is named as the nearest one.
TAKEN = 88.0
NAMED = 55.0
#: A second building as like as this is no worse than the first.
AS_LIKE = 3.0
_DECISIVE = re.compile(
    r"[东西南北中上下前后左右内外新老大小一二三四五六七八九十甲乙丙丁]"
    r"|north|south|east|west|upper|lower|inner|outer|old|new|great|little"
)
_NUMBERS = re.compile(r"[0-9]+[a-z]?(?![a-z])")
_BLOCK = re.compile(r"[0-9a-z]{1,4}栋|[甲乙丙丁东西南北]栋")


class NoBuilding(Exception):
    """No building, or none for certain: a stable code, a sentence, and the nearest with a score."""

    def __init__(self, code: str, sentence: str, nearest: str = "", score: float = 0.0) -> None:
        super().__init__(sentence)
        self.code = code
        self.nearest = nearest
        self.score = score


@dataclass(frozen=True)
class Place:
    """A building as an import needs it; ``area`` is its cell's id, or its community's."""

    pk: int
    area: int
    address: str


@dataclass(frozen=True)
class Match:
    """``score`` is 100 for the very address, else the likeness; ``inside`` what names the door."""

    place: Place
    score: float
    inside: Address


class BuildingBook:
    """The buildings of one community by every way to write their address. One query."""

    def __init__(self, community: Area) -> None:
        self.community = community
        self._above = _names_above(community)
        self._places: dict[str, set[Place]] = defaultdict(set)
        rows = Building.objects.filter(community=community)
        for place, texts in _read(rows):
            for text in texts:
                self._places[text].add(place)
        self._like: dict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
        for text in self._places:
            self._like[_numbers(text)][text] = _words(text)

    def match(self, line: str) -> Match:
        """The building of an address line; raises NoBuilding."""
        readings = _readings(line, self._above)
        for text, door in readings:
            found = self._places.get(text)
            if found and len(found) == 1:
                return Match(next(iter(found)), 100.0, door)
            if found:
                named = sorted(place.address for place in found)
                raise NoBuilding(
                    "several",
                    _("Several buildings have this address. Say which one: %s.")
                    % ", ".join(named[:5]),
                    named[0],
                    100.0,
                )
        return self._alike(readings)

    def _alike(self, readings: list[tuple[str, Address]]) -> Match:
        best: list[tuple[float, str, Address]] = []
        for text, door in readings:
            choices = self._like.get(_numbers(text), {})
            words = _words(text)
            found = process.extract(words, choices, scorer=fuzz.ratio, score_cutoff=NAMED, limit=3)
            best += [(score, known, door) for _choice, score, known in found]
        if not best:
            raise NoBuilding("no_building", _("No building here has this address."))
        best.sort(key=lambda one: -one[0])
        score, known, door = best[0]
        places = {
            place for other, text, _door in best for place in self._places[text]
            if other > score - AS_LIKE
        }  # fmt: skip
        asked = {_decisive(text) for text, _door in readings}
        if score < TAKEN or len(places) > 1 or _decisive(known) not in asked:
            place = min(self._places[known], key=lambda one: one.address)
            raise NoBuilding(
                "no_building",
                _("No building here has this address; the nearest is %s.") % place.address,
                place.address,
                round(score, 1),
            )
        return Match(next(iter(places)), round(score, 1), door)

    def elsewhere(self, lines: Iterable[str]) -> set[str]:
        """Which of these lines are the very address of a building in another community.

        One query, for all of them: streets of the lines by name.
        """
        readings = {line: _readings(line, self._above) for line in lines}
        streets = {street for line in readings for street in _streets(line)}
        if not streets:
            return set()
        rows = (
            Building.objects.exclude(community=self.community)
            .annotate(street=Lower(F("street_name")))
            .filter(street__in=streets)
        )
        known = {text for _place, texts in _read(rows[:100_000]) for text in texts}
        return {
            line for line, read in readings.items() if any(text in known for text, _door in read)
        }


def _names_above(community: Area) -> tuple[str, ...]:
    """Names of city, district, subdistrict and the community, from the top, ready to compare."""
    codes = [*community.ancestor_codes, community.code]
    found = Area.objects.filter(code__in=codes).order_by("level")
    return tuple(addresses.building_text(name) for name in found.values_list("name", flat=True))


def _read(rows: Iterable[Building]) -> Iterator[tuple[Place, set[str]]]:
    fields = ("pk", "cell", "community", "street_name", "number", "name")
    for pk, cell, community, street, number, name in rows.values_list(*fields):  # type: ignore[attr-defined]
        address = " ".join(part for part in (street, number, name) if part)
        yield Place(pk, cell or community, address), _texts(street, number, name)


def _texts(street: str, number: str, name: str) -> set[str]:
    """Every way to write a building's address; ``12;14`` and ``12-14`` are 12 and 14 too."""
    named = addresses.building_text(name)
    numbers = {number, *re.split(r"[;,/]", number), *re.split("[-–—]", number)} - {""}
    fronts = {addresses.building_text(f"{street} {one}") for one in numbers} if street else set()
    if not _BLOCK.fullmatch(named):
        return fronts | ({named} if named else set())
    estate = addresses.building_text(street)
    blocks = {f"{front}/{named}" for front in fronts}
    return blocks | fronts | ({f"{estate}{named}"} if estate else set())


def _readings(line: str, above: tuple[str, ...]) -> list[tuple[str, Address]]:
    """What the line may mean, the likelier first: with and without what stands above it."""
    parsed = addresses.parse(line)
    read = [(parsed.building, parsed), (addresses.building_text(line), Address(""))]
    shorter = [(addresses.without_above(text, above), door) for text, door in read]
    kept: dict[str, Address] = {}
    for text, door in [*read, *shorter]:
        if text:
            kept.setdefault(text, door)
    return list(kept.items())


def _streets(line: str) -> set[str]:
    """Names that the line may begin with, spaces kept, without what stands above a street."""
    start = re.split(r"[0-9]", addresses.plain(line), maxsplit=1)[0].strip(" ,.")
    return {start, addresses.without_above(start)} - {""}


def _numbers(text: str) -> tuple[str, ...]:
    return tuple(_NUMBERS.findall(text))


def _words(text: str) -> str:
    return re.sub(r"[/ -]", "", _NUMBERS.sub("", text))


def _decisive(text: str) -> tuple[str, ...]:
    return tuple(sorted(_DECISIVE.findall(_words(text))))
