"""manage.py coverage AREA: what was walked, per cell and in total."""

import datetime as dt
import json
from argparse import ArgumentParser, ArgumentTypeError
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from api.errors import GridwalkError
from patrols.coverage import AreaCoverage, CellCoverage, Lengths, coverage, window
from patrols.series import DayCoverage, series


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text} is not a day like 2026-11-22") from error


def _count(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= 3660:
        raise ArgumentTypeError(f"{text} is not a number of days from 1 to 3660")
    return int(text)


class Command(BaseCommand):
    help = (
        "What was walked in an area, what is overdue there, and who walked, per cell and in total."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("area", help="the code of an area of any level")
        parser.add_argument("--days", type=_count, help="the days up to today")
        parser.add_argument("--from", type=_day, dest="start", metavar="DAY")
        parser.add_argument("--to", type=_day, dest="end", metavar="DAY")
        parser.add_argument("--segments", action="store_true", help="also every segment")
        parser.add_argument(
            "--each-day",
            type=_count,
            metavar="DAYS",
            help="also, for each day, what was walked in so many days up to it",
        )
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        now = timezone.now()
        start, end = _window(options, timezone.localdate(now))
        try:
            found = coverage(
                options["area"], start=start, end=end, now=now, segments=options["segments"]
            )
            each = options["each_day"]
            daily = (
                series(options["area"], start=start, end=end, days=each, now=now) if each else []
            )
        except GridwalkError as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            answer = as_json(found, segments=options["segments"])
            if each:
                answer["each_day"] = [_of_day(row) for row in daily]
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            self.stdout.write("\n".join([_table(found), *map(_line, daily)]))


def _window(options: dict[str, Any], today: dt.date) -> tuple[dt.date, dt.date]:
    if options["days"] and not (options["start"] or options["end"]):
        return window(days=options["days"], today=today)
    if options["days"] or not (options["start"] and options["end"]):
        raise CommandError("Give --days N, or --from DAY and --to DAY.")
    if options["end"] < options["start"]:
        raise CommandError("--to lies before --from.")
    return options["start"], options["end"]


def _lengths(of: Lengths) -> dict[str, float]:
    return {"metres": of.metres, "covered_metres": of.covered_metres}


def as_json(found: AreaCoverage, *, segments: bool = False) -> dict[str, Any]:
    """The object that ``--json`` prints and ``/api/v1/coverage/`` answers."""
    answer: dict[str, Any] = {
        "area": found.area,
        "from": found.start.isoformat(),
        "to": found.end.isoformat(),
        **_lengths(found),
        "coverage": found.coverage,
        "overdue_metres": found.overdue_metres,
        "patrols": found.patrols,
        "members": found.members,
        "buildings_passed": found.buildings_passed,
        "kinds": {kind: _lengths(lengths) for kind, lengths in found.kinds.items()},
        "cells": [_cell(cell) for cell in found.cells],
    }
    if segments:
        answer["segments"] = [
            {
                "id": segment.id,
                "osm_way": segment.osm_way,
                "name": segment.name,
                "kind": segment.kind,
                **_lengths(segment),
                "last_walked": segment.last_walked.isoformat() if segment.last_walked else None,
            }
            for segment in found.segments
        ]
    return answer


def _cell(cell: CellCoverage) -> dict[str, Any]:
    return {
        "code": cell.code,
        "name": cell.name,
        "member": cell.member,
        **_lengths(cell),
        "coverage": cell.coverage,
        "overdue_metres": cell.overdue_metres,
        "patrols": cell.patrols,
        "buildings_passed": cell.buildings_passed,
    }


def _of_day(row: DayCoverage) -> dict[str, Any]:
    return {"day": row.day.isoformat(), **_lengths(row), "coverage": row.coverage}


def _line(row: DayCoverage) -> str:
    return f"{row.day!s:<16} {row.metres:>10,.0f} {row.covered_metres:>10,.0f} {_share(row)}"


def _table(found: AreaCoverage) -> str:
    head = (
        f"{'cell':<16} {'metres':>10} {'covered':>10} {'share':>7} "
        f"{'overdue':>10} {'patrols':>8}  member"
    )
    lines = [f"{found.area}, {found.start} to {found.end}", head]
    for row in found.cells:
        lines.append(
            f"{row.code:<16} {row.metres:>10,.0f} {row.covered_metres:>10,.0f} "
            f"{_share(row)} {row.overdue_metres:>10,.0f} {row.patrols:>8}  {row.member or '-'}"
        )
    lines.append(
        f"{'total':<16} {found.metres:>10,.0f} {found.covered_metres:>10,.0f} "
        f"{_share(found)} {found.overdue_metres:>10,.0f} {found.patrols:>8}  "
        f"{found.members} members, {found.buildings_passed} buildings passed"
    )
    for kind, of in sorted(found.kinds.items()):
        lines.append(f"  {kind:<14} {of.metres:>10,.0f} {of.covered_metres:>10,.0f} {_share(of)}")
    return "\n".join(lines)


def _share(of: Lengths) -> str:
    return "      -" if of.coverage is None else f"{of.coverage:>7.1%}"
