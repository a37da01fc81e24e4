"""Metres that a tablet matched by itself: checked, credited, and added up here."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from api.errors import BadTrack
from grid.models import Building, Segment
from patrols.match import note_covered
from patrols.models import BuildingPassed, Patrol, WalkedStretch
from patrols.parts import moment
from spatial.fixes import CYCLIST_SPEED, RUNNER_SPEED

#: The tablet's clock and ours may differ by so much and are still believed.
_SLACK = dt.timedelta(minutes=5)
#: Two fixes at the ends of a walk may be off by this much together.
_LEEWAY_METRES = 200


class Stretch(NamedTuple):
    """Decimetres of a segment, when their middle was passed (milliseconds), how surely (0–1)."""

    segment: int
    start_dm: int
    end_dm: int
    milliseconds: int
    confidence: float


@dataclass(frozen=True)
class Matched:
    """What a tablet made of a whole walk. ``buildings``: id to milliseconds of the first fix."""

    stretches: list[Stretch]
    buildings: dict[int, int]
    fixes: int
    dropped: Mapping[str, int]
    matched_metres: float
    off_street_metres: float


@dataclass(frozen=True)
class Credited:
    """``unknown``: stretches of segments that this server has not, or that do not count."""

    covered_metres: Decimal
    unknown: int
    removed: int


def store_metres(
    patrol: Patrol, part: int, matched: Matched, *, at: dt.datetime, now: dt.datetime
) -> Credited:
    """Replace what an earlier part said of the walk; an earlier one that comes late is left out.

    ``at``: when the tablet recorded it. Segments removed from the map meanwhile keep what was
    walked of them, as for any patrol. Raises BadTrack for times outside of the walk and for more
    metres than could be walked in its time; then nothing is stored. Three queries and the rows.
    """
    if patrol.metres_part is not None and part < patrol.metres_part:
        return Credited(patrol.covered_metres, 0, 0)
    _check_times(patrol, matched, at)
    segments = {
        pk: (round(metres * 100), removed_on)
        for pk, metres, removed_on in Segment.objects.filter(
            pk__in={one.segment for one in matched.stretches}, duty=True
        ).values_list("pk", "metres", "removed_on")
    }
    rows = _rows(patrol, matched, {pk: found[0] for pk, found in segments.items()})
    note_covered(patrol, rows, {pk: found[0] for pk, found in segments.items()})
    _check_speed(patrol, at)
    WalkedStretch.objects.filter(patrol=patrol).delete()
    WalkedStretch.objects.bulk_create(rows, batch_size=2000)
    _note_buildings(patrol, matched)
    for reason in ("accuracy", "speed", "time", "position"):
        setattr(patrol, f"dropped_{reason}", matched.dropped.get(reason, 0))
    patrol.fixes, patrol.metres_part, patrol.heard_at = matched.fixes, part, now
    patrol.matched_metres = round(Decimal(matched.matched_metres), 1)
    patrol.off_street_metres = round(Decimal(matched.off_street_metres), 1)
    if patrol.parts is None:
        # Closed as silent, and then it spoke again.
        patrol.state, patrol.ended_at = Patrol.State.WALKING, None
    patrol.save()
    return Credited(
        covered_metres=patrol.covered_metres,
        unknown=len(matched.stretches) - len(rows),
        removed=sum(segments[row.segment_id][1] is not None for row in rows),
    )


def _rows(patrol: Patrol, matched: Matched, centimetres: Mapping[int, int]) -> list[WalkedStretch]:
    """Those on segments that count, cut at their ends."""
    found = []
    for one in matched.stretches:
        whole = -(-centimetres.get(one.segment, 0) // 10)
        if one.start_dm < min(one.end_dm, whole):
            found.append(
                WalkedStretch(
                    patrol=patrol,
                    segment_id=one.segment,
                    start_dm=one.start_dm,
                    end_dm=min(one.end_dm, whole),
                    walked_at=moment(patrol, one.milliseconds),
                    confidence=round(one.confidence, 3),
                )
            )
    return found


def _check_times(patrol: Patrol, matched: Matched, at: dt.datetime) -> None:
    times = [one.milliseconds for one in matched.stretches] + list(matched.buildings.values())
    if not times or patrol.started_at is None:
        return
    first, last = moment(patrol, min(times)), moment(patrol, max(times))
    if first < patrol.started_at - _SLACK or last > at + _SLACK:
        raise BadTrack(_("Some metres were walked before the walk began or after it was sent."))


def _check_speed(patrol: Patrol, at: dt.datetime) -> None:
    """Nobody covers more than a runner could, or a cyclist where that was said."""
    fastest = CYCLIST_SPEED if patrol.mode == Patrol.Mode.CYCLE else RUNNER_SPEED
    seconds = (at - (patrol.started_at or at)).total_seconds()
    if patrol.covered_metres > fastest * max(seconds, 0) + _LEEWAY_METRES:
        raise BadTrack(_("These are more metres than can be walked in that time."))


def _note_buildings(patrol: Patrol, matched: Matched) -> None:
    there = Building.objects.filter(pk__in=matched.buildings).values_list("pk", flat=True)
    BuildingPassed.objects.filter(patrol=patrol).delete()
    BuildingPassed.objects.bulk_create(
        [
            BuildingPassed(
                patrol=patrol, building_id=pk, passed_at=moment(patrol, matched.buildings[pk])
            )
            for pk in there
        ],
        batch_size=2000,
    )
