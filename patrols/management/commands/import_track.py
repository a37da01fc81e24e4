"""manage.py import_track FILE… --member NAME: GPX files as patrols."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from tqdm import tqdm

from accounts.models import Member
from api.errors import GridwalkError
from patrols import gpx, ingest, match
from patrols.models import Patrol


class Command(BaseCommand):
    help = "Store GPX tracks (1.0 or 1.1, any length) as patrols and queue their matching."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
        parser.add_argument("--member", required=True, help="user name, or name if it is unique")
        parser.add_argument("--cycle", action="store_true", help="the patrol was made by cycle")
        parser.add_argument("--wait", action="store_true", help="match before returning")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, **options: Any) -> None:
        member = _member(options["member"])
        mode = Patrol.Mode.CYCLE if options["cycle"] else Patrol.Mode.FOOT
        patrols, refused = [], []
        bar = tqdm(options["files"], desc="Tracks", unit="file", disable=None)
        for file in bar:
            try:
                for fixes in gpx.tracks_of(file):
                    patrol = ingest.store(
                        member,
                        fixes,
                        now=timezone.now(),
                        source=file.name,
                        mode=mode,
                        match_later=not options["wait"],
                    ).patrol
                    if options["wait"]:
                        patrol = match.match_patrol(patrol.pk, now=timezone.now())
                    patrols.append(patrol)
            except GridwalkError as error:
                refused.append({"file": file.name, "code": error.code, "message": str(error)})
        if options["json"]:
            answer: dict[str, Any] = {"patrols": [summary(patrol) for patrol in patrols]}
            if refused:
                answer["refused"] = refused
            self.stdout.write(json.dumps(answer, ensure_ascii=False))
        else:
            for patrol in patrols:
                self.stdout.write(_line(patrol))
        for item in refused:
            self.stderr.write(f"{item['file']}: {item['message']}")
        if refused:
            others = len(options["files"]) - len(refused)
            stored = f"; the other {others} are stored" if others else ""
            raise CommandError(
                f"{len(refused)} of {len(options['files'])} files refused{stored}.", returncode=1
            )


def _member(name: str) -> Member:
    found = Member.objects.filter(username=name)[:2] or Member.objects.filter(name=name)[:2]
    if len(found) == 1:
        return found[0]
    if found:
        raise CommandError(f"Several members are called {name}; give the user name.")
    raise CommandError(f"No member is called {name}. Make one in the admin first.")


def summary(patrol: Patrol) -> dict[str, Any]:
    """The patrol as ``--json`` has it; metres are floats, ``reason`` only where it failed."""
    found = {
        "id": str(patrol.pk),
        "fixes": patrol.fixes,
        "dropped": {
            "accuracy": patrol.dropped_accuracy,
            "speed": patrol.dropped_speed,
            "time": patrol.dropped_time,
            "position": patrol.dropped_position,
        },
        "matched_metres": float(patrol.matched_metres),
        "covered_metres": float(patrol.covered_metres),
        "certain_metres": float(patrol.certain_metres),
        "doubtful_metres": float(patrol.doubtful_metres),
        "off_street_metres": float(patrol.off_street_metres),
        "state": patrol.state,
    }
    return found | ({"reason": patrol.reason} if patrol.reason else {})


def _line(patrol: Patrol) -> str:
    dropped = (
        patrol.dropped_accuracy
        + patrol.dropped_speed
        + patrol.dropped_time
        + patrol.dropped_position
    )
    start = f"{patrol.source}: {patrol.fixes} fixes, {dropped} dropped"
    if patrol.state == Patrol.State.MATCHED:
        return (
            f"{start}; {patrol.matched_metres:,.0f} m matched, "
            f"{patrol.covered_metres:,.0f} m of street covered "
            f"({patrol.doubtful_metres:,.0f} m of it in doubt), "
            f"{patrol.off_street_metres:,.0f} m off the streets"
        )
    return f"{start}; {patrol.state}{': ' + patrol.reason if patrol.reason else ''}"
