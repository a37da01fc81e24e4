"""Finding a house: by its street and number, or by its name."""

import re
from functools import reduce
from operator import or_

from django.contrib.gis.db.models.functions import Centroid
from django.db.models import Q

from grid.models import Building
from grid.models.places import BUILDING_ADDRESS
from publish.search.found import Found

#: Looked at; streets of different names whose houses are looked for.
MOST_HOUSES = 60
MOST_STREETS = 6
#: A shorter text stands in too many addresses.
LEAST = 3
#: A number at the end of the text: 12, 12a, 12号.
NUMBERED = re.compile(r"(?P<street>.*\D)[\s,，]*?(?P<number>\d+\s?[a-zA-Z]?)\s*号?", re.DOTALL)


def split(text: str) -> tuple[str, str]:
    """Street and number of a typed address; the number is empty where there is none."""
    match = NUMBERED.fullmatch(text)
    return (match["street"].strip(" ,，"), match["number"]) if match else (text, "")


def houses(text: str, streets: list[str], area: str) -> list[Found]:
    """Houses of that number in the ``streets`` (names as found by the street's part of the text),
    else those whose address or name has the text. One query, by the index on addresses."""
    _street, number = split(text)
    wanted = _with(text.lower()) if _letters(text) >= LEAST else []
    if number:
        names = list(dict.fromkeys(streets))[:MOST_STREETS]
        wanted += [Q(words__contains=f"{name.lower()} {number.lower()}") for name in names]
    if not wanted:
        return []
    rows = Building.objects.annotate(words=BUILDING_ADDRESS).filter(reduce(or_, wanted))
    if area:
        rows = rows.filter(community__code__startswith=area)
    found = rows.annotate(middle=Centroid("footprint")).values_list(
        "pk", "street_name", "number", "name", "middle", "community__code"
    )[:MOST_HOUSES]
    return [
        Found(
            "building", key, " ".join(filter(None, (street, at, name))),
            _fit(text, number, at, name), middle.coords, area=code,
        )
        for key, street, at, name, middle, code in found
    ]  # fmt: skip


def _with(text: str) -> list[Q]:
    """Addresses with the text; one too short for trigrams only where a word begins with it, which
    the index finds where "anywhere" would read every building."""
    if re.search(r"\w{3}", text):
        return [Q(words__contains=text)]
    return [Q(words__startswith=text), Q(words__contains=f" {text}")]


def _fit(text: str, number: str, at: str, name: str) -> int:
    if (number and at.lower() == number.lower()) or name.lower() == text.lower():
        return 0
    return 1 if number and at.lower().startswith(number.lower()) else 2


def _letters(text: str) -> int:
    """How much a trigram index can do with it: a Chinese character says as much as two letters."""
    return sum(1 if one.isascii() else 2 for one in text if one.isalnum())
