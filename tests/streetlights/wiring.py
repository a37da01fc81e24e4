"""A circuit drawn in the small town (tests/town.py), for tests of streetlights."""

from django.contrib.gis.geos import Point

from streetlights.models import Cabinet, CableSection, Circuit, Lamp
from tests.town import Town, place

#: Metres from the corner of the town.
Spots = dict[str, tuple[int, int]]


def lamp(town: Town, number: str, x: int, y: int) -> Lamp:
    return Lamp.objects.create(
        community=town.community,
        cell=town.west if x < 200 else town.east,
        number=number,
        location=Point(*place(x, y), srid=4326),
    )


def circuit(town: Town, name: str, cabinet: tuple[int, int], *feeds: tuple[str | None, str],
            spots: Spots) -> tuple[Circuit, dict[str, Lamp]]:  # fmt: skip
    """A circuit of lamps at their spots; each feed is (lamp before or None, lamp)."""
    box = Cabinet.objects.create(
        community=town.community, number=f"{name}-0", location=Point(*place(*cabinet), srid=4326)
    )
    made = Circuit.objects.create(community=town.community, cabinet=box, name=name)
    lamps = {number: lamp(town, number, *spot) for number, spot in spots.items()}
    for before, fed in feeds:
        CableSection.objects.create(
            circuit=made, from_lamp=lamps[before] if before else None, to_lamp=lamps[fed]
        )
    return made, lamps


def row_one(town: Town) -> tuple[Circuit, dict[str, Lamp]]:
    """Along Row 1::

    cabinet (40, 53) - A1 (60, 53) - A2 (110, 53) - A3 (160, 53)
                                           |
                                     B1 (110, 100)
    """
    return circuit(
        town, "Row 1", (40, 53), (None, "A1"), ("A1", "A2"), ("A2", "A3"), ("A2", "B1"),
        spots={"A1": (60, 53), "A2": (110, 53), "A3": (160, 53), "B1": (110, 100)},
    )  # fmt: skip
