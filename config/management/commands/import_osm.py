"""Load streets, buildings, lamps and service points from an OpenStreetMap file."""

import json
import re
import sys
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path
from typing import Any

import shapely
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils.translation import gettext as _
from tqdm import tqdm

from grid.locks import lock_community
from grid.models import Area, Level
from grid.osm import extent as extents
from grid.osm import store
from grid.osm.community import check_code, generated_code, make_community, standing_boundary
from grid.osm.extent import ExtentError
from grid.osm.problems import OsmFileError, Skipped
from grid.osm.town import TownMap, read_town
from grid.placing import place_in_cells
from streetlights.import_lamps import store_lamps

_STAGES = ("relations", "nodes", "ways", "segments", "places", "sidewalks", "storing")


class Stages:
    """A progress bar on standard error, one step for each stage."""

    def __init__(self) -> None:
        self.bar = tqdm(total=len(_STAGES), file=sys.stderr, unit="stage", leave=False)

    def __call__(self, stage: str, count: int) -> None:
        if count % 1000 == 0:
            self.bar.n = _STAGES.index(stage)
            self.bar.set_description(f"{stage} {count:,}" if count else stage)

    def close(self) -> None:
        self.bar.close()


class Command(BaseCommand):
    help = "Load streets, buildings, lamps and service points from an .osm.pbf or .osm file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        # argparse takes -0.5,51,0.1,52 for an option; none of ours begins with a digit.
        parser._negative_number_matcher = re.compile(r"-[\d.]")  # type: ignore[attr-defined]
        area = parser.add_mutually_exclusive_group()
        area.add_argument("--bbox", metavar="W,S,E,N", help="only this box, in degrees")
        area.add_argument("--boundary", type=Path, metavar="FILE", help="GeoJSON or GeoPackage")
        parser.add_argument("--code", help="the community's 12 digits; made if new")
        parser.add_argument("--name", help="the community's name")
        parser.add_argument("--json", action="store_true", help="one JSON object, nothing else")

    def handle(self, *args: Any, **options: Any) -> None:
        progress = Stages()
        try:
            result = self._import(options, progress)
        except (OsmFileError, ExtentError) as error:
            raise CommandError(str(error)) from error
        finally:
            progress.close()
        if options["json"]:
            self.stdout.write(json.dumps(result, ensure_ascii=False))
        else:
            self._tell(result, options["verbosity"])

    def _import(self, options: dict[str, Any], progress: Stages) -> dict[str, Any]:
        path: Path = options["file"]
        extent: shapely.MultiPolygon | None = None
        if options["bbox"]:
            extent = extents.box(options["bbox"])
        elif options["boundary"]:
            extent = extents.boundary(options["boundary"])
        given = extent.wkt if extent else ""
        code = check_code(options["code"]) if options["code"] else generated_code(path, given)
        town = read_town(path, extent or standing_boundary(code), progress)
        name = options["name"] or _default_name(code, path)
        progress("storing", 0)
        with transaction.atomic():
            # Two imports must not make the same city at once either.
            lock_community(code[: Level.CITY])
            lock_community(code)
            return {"area": code, **_store(make_community(code, name, town.extent), town)}

    def _tell(self, result: dict[str, Any], verbosity: int) -> None:
        self.stdout.write(_("Community %(code)s") % {"code": result["area"]})
        for kind in ("segments", "buildings", "lamps", "service_points"):
            counts = ", ".join(f"{word} {count:,}" for word, count in result[kind].items())
            self.stdout.write(f"  {kind}: {counts}")
        reasons = Counter((row["kind"], row["reason"]) for row in result["skipped"])
        for (kind, reason), count in sorted(reasons.items()):
            self.stdout.write(f"  skipped {kind}, {reason}: {count:,}")
        if verbosity > 0:
            for row in result["skipped"]:
                self.stdout.write(f"    {row['id']} {row['kind']} {row['reason']}")


def _default_name(code: str, path: Path) -> str | None:
    """The file's name for a new community; an old one keeps its own."""
    if Area.objects.filter(code=code).exists():
        return None
    return path.name.split(".")[0] or code


def _store(community: Area, town: TownMap) -> dict[str, Any]:
    segments = store.store_segments(community, town)
    buildings = store.store_buildings(community, town.buildings)
    service_points = store.store_service_points(community, town.service_points)
    store.store_backdrop(community, town.backdrop)
    lamps = store_lamps(community, town.lamps)
    if Area.objects.cells().inside(community.code).exists():
        place_in_cells(community)
    return {
        "segments": segments.as_dict(),
        "buildings": buildings.as_dict(),
        "lamps": lamps.as_dict(),
        "service_points": service_points.as_dict(),
        "skipped": [_row(skipped) for skipped in town.skipped],
    }


def _row(skipped: Skipped) -> dict[str, str]:
    return {"id": skipped.id, "kind": skipped.kind, "reason": skipped.reason.value}
