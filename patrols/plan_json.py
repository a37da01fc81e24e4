"""Planned walks as JSON, for the command and the API."""

from typing import Any

from patrols.plan import Plan, PlannedWalk


def totals_json(plan: Plan) -> dict[str, Any]:
    """What the walks of a plan close together."""
    return {
        "areas": [area.code for area in plan.areas],
        "open_metres": plan.open_metres,
        "closes_metres": plan.closes_metres,
        "open_worth": plan.open_worth,
        "closes_worth": plan.closes_worth,
        "unreachable_metres": plan.unreachable_metres,
    }


def walk_json(walk: PlannedWalk) -> dict[str, Any]:
    """One walk; ``route`` is a GeoJSON LineString (EPSG:4326), null where there is no walk.

    ``first`` is the number of the route's position where a turn begins, ``sentence`` the turn in
    the language of the moment.
    """
    line = [[round(lon, 7), round(lat, 7)] for lon, lat in walk.line.tolist()]
    return {
        "minutes": walk.minutes,
        "metres": walk.metres,
        "closes_metres": walk.closes_metres,
        "closes_worth": walk.closes_worth,
        "route": {"type": "LineString", "coordinates": line} if line else None,
        "turns": [
            {
                "direction": turn.direction.value,
                "name": turn.name,
                "name_zh": turn.name_zh,
                "name_en": turn.name_en,
                "kind": turn.kind,
                "metres": round(turn.metres, 1),
                "at": [round(degrees, 7) for degrees in turn.at],
                "first": turn.first,
                "sentence": turn.sentence(),
            }
            for turn in walk.turns
        ],
    }
