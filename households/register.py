"""The register of doors, and of the households behind them that take part."""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from django.db import transaction
from django.db.models import CharField, Exists, Model, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Member
from api.errors import BadInput, NotAllowed
from grid.models import Building
from grid.models.places import BUILDING_ADDRESS
from grid.responsibility import homes_of
from households import addresses
from households.access import areas_of, record
from households.models import CarePlan, Door, Household, Looked

#: Answers of one search.
MOST_FOUND = 50
#: So many buildings and homes are weighed for one; words that fit more say too little.
MOST_BUILDINGS = 2_000
MOST_HOMES = 5_000
MOST_PEOPLE = 30
#: Letters of a household's, or a head of building's, name and telephone number together.
MOST_CONTACT = 200
#: What is written beside a number and names nothing.
_WORDS_OF_NUMBERS = {"号", "栋", "单元", "室", "号楼"}
_WORD = re.compile(r"[0-9]+[a-z]?(?![a-z])|[^\W0-9_]+")


def address_of(building: Building) -> str:
    """Street, number and name of the building; where the map knows none, its number there."""
    return building.address or _("Building %s") % building.pk


def find_door(building: Building, entrance: str, floor: str, label: str) -> Door | None:
    """The door, however entrance, floor and label are written; None where none is known."""
    inside = _inside(entrance, floor, label)
    return Door.objects.filter(building=building, **inside).select_related("area").first()


def ensure_door(building: Building, entrance: str, floor: str, label: str) -> Door:
    """The door, made where it was not known. Raises BadInput where a part is too long."""
    inside = _inside(entrance, floor, label)
    door, _made = Door.objects.get_or_create(
        building=building,
        **inside,
        defaults={"area": building.cell or building.community, "address": address_of(building)},
    )
    return door


def _inside(entrance: str, floor: str, label: str) -> dict[str, str]:
    inside = {
        "entrance": addresses.part(entrance),
        "floor": addresses.part(floor),
        "label": addresses.part(label),
    }
    for name, text in inside.items():
        if len(text) > _most(Door, name):
            too_long = _("“%s…” is too long for an entrance, a floor or a door.") % text[:20]
            raise BadInput(too_long, fields={name: [too_long]})
    return inside


def _most(model: type[Model], field: str) -> int:
    found = model._meta.get_field(field)
    return found.max_length or 0 if isinstance(found, CharField) else 0


@transaction.atomic
def take_in(
    door: Door,
    *,
    people: int | None,
    contact: str,
    language: str,
    since: dt.date,
    member: Member,
    now: dt.datetime,
    simulated: bool = False,
) -> Household:
    """The household behind the door takes part from that day; it gets visits only by a plan.

    One that takes part already gets what is given here: an empty value leaves what is there, and
    ``since`` stays. Only a change leaves a record. Raises BadInput, NotAllowed.
    """
    if not homes_of(member, timezone.localdate(now)).covers(door.area.code):
        raise NotAllowed(_("This door lies in no cell or community that you are responsible for."))
    _check(people, contact, language, since, timezone.localdate(now))
    given = {"people": people, "contact": contact, "language": language}
    household, made = Household.objects.select_related("area").get_or_create(
        door=door, defaults={"area": door.area, "since": since, "simulated": simulated, **given}
    )
    changed = [] if made else note(household, given)
    if changed:
        household.save(update_fields=changed)
    if made or changed:
        record(member, [household], Looked.CHANGE, now=now)
    return household


def note(household: Household, given: Mapping[str, object]) -> list[str]:
    """Set what is given and differs; the names of what did. Saves nothing."""
    changed = [
        name
        for name, value in given.items()
        if value not in (None, "") and getattr(household, name) != value
    ]
    for name in changed:
        setattr(household, name, given[name])
    return changed


def _check(people: int | None, contact: str, language: str, since: dt.date, today: dt.date) -> None:
    if people is not None and not 1 <= people <= MOST_PEOPLE:
        wrong = _("The number of people lies between 1 and %d, or stays empty.") % MOST_PEOPLE
        raise BadInput(wrong, fields={"people": [wrong]})
    if len(contact) > MOST_CONTACT:
        wrong = _("A contact has %d letters at most.") % MOST_CONTACT
        raise BadInput(wrong, fields={"contact": [wrong]})
    if len(language) > _most(Household, "language"):
        wrong = _("Name the language in ten letters at most.")
        raise BadInput(wrong, fields={"language": [wrong]})
    if since > today:
        wrong = _("A household takes part from today at the latest.")
        raise BadInput(wrong, fields={"since": [wrong]})


def search(
    member: Member, words: str, now: dt.datetime, *, areas: list[int] | None = None
) -> list[Household]:
    """Homes in the member's areas whose address has all of these words, the best first.

    Call with the member's eyes; ``areas`` where they are known already, or fewer are asked
    about. Households come with door and area, without their contact, at
    most ``MOST_FOUND``. Buildings are public and found by the index on parts of their address;
    the homes then by their building, because no index serves words on a guarded table.
    """
    asked = _words(words)
    areas = areas_of(member, now) if areas is None else areas
    if not asked or not areas:
        return []
    homes = Household.objects.filter(area__in=areas)
    by_building = homes.filter(door__building__in=_buildings(asked, areas))
    off_the_map = homes.filter(door__building=None)
    found = [*_weighed(by_building, asked), *_weighed(off_the_map, asked)]
    best = [pk for _rank, pk in sorted(found, key=lambda one: one[0])[:MOST_FOUND]]
    whole = homes.select_related("door", "area").defer(
        "contact", "area__geometry", "area__tile_geometry"
    )
    by_key = whole.in_bulk(best)
    return [by_key[pk] for pk in best if pk in by_key]


def _words(text: str) -> list[str]:
    """Words and numbers apart: 幸福路12号501室 is 幸福路, 12, 501."""
    found = _WORD.findall(addresses.plain(text[:200]))
    return [word for word in found if word not in _WORDS_OF_NUMBERS][:10]


def find_buildings(words: str, areas: list[int]) -> Sequence[Building]:
    """Buildings of these areas whose address has all of the words, the best first, to choose from.

    With their cell and without shapes, at most ``MOST_FOUND``. One query.
    """
    asked = _words(words)
    if not asked:
        return []
    found = standing(areas).annotate(text=BUILDING_ADDRESS).select_related("cell")
    for word in asked:
        found = found.filter(text__contains=word)
    found = found.only("street_name", "number", "name", "cell__name", "cell__code")

    def rank(building: Building) -> tuple:
        there = _words(building.address)
        return sum(word not in there for word in asked), _numbered(building.address), building.pk

    return sorted(found[:MOST_BUILDINGS], key=rank)[:MOST_FOUND]


def standing(areas: list[int]) -> QuerySet[Building]:
    """Buildings of these areas; one in no cell is of its community."""
    return Building.objects.filter(Q(cell__in=areas) | Q(cell=None, community__in=areas))


def _buildings(asked: list[str], areas: list[int]) -> list[int]:
    """Ids of buildings that have the longer words, else the first; numbers may be of a door."""
    named = [word for word in asked if len(word) > 1 and not word[0].isdigit()] or asked[:1]
    found = standing(areas).annotate(text=BUILDING_ADDRESS)
    for word in named:
        found = found.filter(text__contains=word)
    return list(found.values_list("pk", flat=True)[:MOST_BUILDINGS])


def _weighed(homes: QuerySet[Household], asked: list[str]) -> Iterable[tuple[tuple, object]]:
    """Homes that have every word, each as (rank, id): whole words and low numbers first."""
    parts = ("door__address", "door__entrance", "door__floor", "door__label")
    # A street has few addresses and few ways to number a door: each is taken apart once.
    words, numbered = cache(_words), cache(_numbered)
    for pk, address, *inside in homes.values_list("pk", *parts)[:MOST_HOMES]:
        there = [*words(address), *(part.lower() for part in inside if part)]
        if all(any(_begins(one, word) for one in there) for word in asked):
            missing = sum(word not in there for word in asked)
            yield (missing, numbered(address), *map(numbered, inside)), pk


def _begins(there: str, asked: str) -> bool:
    """A number by its beginning, so that one finds while typing; a word by any part of it."""
    return there.startswith(asked) if asked[0].isdigit() else asked in there


def _numbered(text: str) -> list[tuple[int, str]]:
    """For sorting: 2 before 12."""
    return [(int(one), "") if one.isdecimal() else (0, one) for one in re.findall(r"\d+|\D+", text)]


def without_plan(member: Member, now: dt.datetime) -> QuerySet[Household]:
    """Homes in the member's areas with no care plan in force or to come: no visits to them."""
    today = timezone.localdate(now)
    standing = CarePlan.objects.filter(
        household=OuterRef("pk"), withdrawn_at=None, ends_on__gte=today
    )
    return (
        Household.objects.filter(~Exists(standing), area__in=areas_of(member, now))
        .select_related("door")
        .defer("contact")
        .order_by("door__address", "door__entrance", "door__label")
    )
