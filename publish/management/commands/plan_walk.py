"""manage.py plan_walk CELL …: the walk that closes most of what is overdue there."""

import json
import math
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from api.errors import GridwalkError
from patrols.plan import MOST_WORKERS, Plan, plan_walks
from patrols.plan_json import totals_json, walk_json
from patrols.route import gpx
from publish.plan_weights import ALL_WEIGHTS


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


def _workers(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= MOST_WORKERS):
        raise ArgumentTypeError(f"{text} is not a number of workers from 1 to {MOST_WORKERS}")
    return int(text)


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
        parser.add_argument(
            "--workers", type=_workers, default=1, metavar="N",
            help="so many walks that share what is open fairly, each of --minutes at most",
        )  # fmt: skip
        parser.add_argument("--gpx", type=Path, metavar="FILE", help="write the routes there")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        try:
            found = plan_walks(
                options["areas"],
                now=timezone.now(),
                minutes=options["minutes"],
                start=options["start"],
                back=options["back"],
                workers=options["workers"],
                weights=ALL_WEIGHTS,
            )
        except GridwalkError as error:
            raise CommandError(str(error)) from error
        codes = " ".join(area.code for area in found.areas)
        if options["gpx"]:
            try:
                options["gpx"].write_bytes(gpx(codes, found.walks))
            except OSError as error:
                raise CommandError(f"{options['gpx']} cannot be written: {error}") from error
        if options["json"]:
            self.stdout.write(json.dumps(as_json(found), ensure_ascii=False))
        else:
            self.stdout.write(_told(codes, found))


def as_json(found: Plan) -> dict[str, Any]:
    """The object that ``--json`` prints.

    Of one walk the object tells itself; of several, each item of ``walks``.
    """
    if len(found.walks) == 1:
        return {**walk_json(found.walks[0]), **totals_json(found)}
    return {
        **totals_json(found),
        "spread_minutes": found.spread_minutes,
        "walks": [walk_json(walk) for walk in found.walks],
    }


def _told(codes: str, found: Plan) -> str:
    minutes = max(walk.minutes for walk in found.walks)
    metres = sum(walk.metres for walk in found.walks)
    lines = [
        f"{codes}: {minutes:.0f} minutes, {metres:,.0f} m on foot, "
        f"closes {found.closes_metres:,.0f} of {found.open_metres:,.0f} m overdue"
    ]
    if found.unreachable_metres:
        lines.append(f"  no way leads to {found.unreachable_metres:,.0f} m of it")
    for number, walk in enumerate(found.walks, start=1):
        if len(found.walks) > 1:
            lines.append(
                f"Walk {number} of {len(found.walks)}: {walk.minutes:.0f} minutes, "
                f"{walk.metres:,.0f} m, closes {walk.closes_metres:,.0f} m"
            )
        lines += [f"  {turn.sentence()}" for turn in walk.turns]
    return "\n".join(lines)
