"""manage.py plan_walk CELL …: the walk that closes most of what is overdue there."""

import json
import math
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from api.errors import GridwalkError
from patrols.plan import PlannedWalk, plan_walk
from patrols.route import gpx


def _minutes(text: str) -> float:
    try:
        minutes = float(text)
    except ValueError:
        minutes = math.nan
    if not 1 <= minutes <= 720:
        raise ArgumentTypeError(f"{text} is not a number of minutes from 1 to 720")
    return minutes


def _position(text: str) -> tuple[float, float]:
    try:
        lon, lat = (float(part) for part in text.split(","))
    except ValueError:
        lon = lat = math.nan
    if not (-180 <= lon <= 180 and -90 <= lat <= 90):
        raise ArgumentTypeError(f"{text} is not a position like 24.95,60.17 (longitude,latitude)")
    return lon, lat


class Command(BaseCommand):
    help = "Plan a walk over what is overdue in one or more areas: all of it, or what time allows."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("areas", nargs="+", metavar="CELL", help="codes of cells or areas")
        parser.add_argument("--minutes", type=_minutes, help="how long the walk may take")
        parser.add_argument(
            "--from", type=_position, dest="start", metavar="LON,LAT",
            help="where to start; else wherever is best",
        )  # fmt: skip
        parser.add_argument("--back", action="store_true", help="come back to the start")
        parser.add_argument("--gpx", type=Path, metavar="FILE", help="write the route there")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        try:
            found = plan_walk(
                options["areas"],
                now=timezone.now(),
                minutes=options["minutes"],
                start=options["start"],
                back=options["back"],
            )
        except GridwalkError as error:
            raise CommandError(str(error)) from error
        if options["gpx"]:
            try:
                options["gpx"].write_bytes(gpx(" ".join(found.areas), found.line, found.turns))
            except OSError as error:
                raise CommandError(f"{options['gpx']} cannot be written: {error}") from error
        if options["json"]:
            self.stdout.write(json.dumps(as_json(found), ensure_ascii=False))
        else:
            self.stdout.write(_told(found))


def as_json(found: PlannedWalk) -> dict[str, Any]:
    """The object that ``--json`` prints; ``route`` is a GeoJSON LineString, null without a walk."""
    line = [[round(lon, 7), round(lat, 7)] for lon, lat in found.line.tolist()]
    return {
        "areas": found.areas,
        "minutes": found.minutes,
        "metres": found.metres,
        "open_metres": found.open_metres,
        "closes_metres": found.closes_metres,
        "open_worth": found.open_worth,
        "closes_worth": found.closes_worth,
        "unreachable_metres": found.unreachable_metres,
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
            }
            for turn in found.turns
        ],
    }


def _told(found: PlannedWalk) -> str:
    lines = [
        f"{' '.join(found.areas)}: {found.minutes:.0f} minutes, {found.metres:,.0f} m on foot, "
        f"closes {found.closes_metres:,.0f} of {found.open_metres:,.0f} m overdue"
    ]
    if found.unreachable_metres:
        lines.append(f"  no way leads to {found.unreachable_metres:,.0f} m of it")
    return "\n".join([*lines, *(f"  {turn.sentence()}" for turn in found.turns)])
