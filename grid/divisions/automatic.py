"""An automatic split to compare with: worked out by a job that can be stopped, and kept.

It takes seconds, too long for a request, and is the same for the same map and standard.
"""

import datetime as dt
import hashlib
import json
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import shapely
from django.contrib.gis.db.models.functions import AsWKB
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy

from api.errors import BadGeometry, BadInput, Conflict
from grid.divisions.drafts import Cell, Cells, cells_made
from grid.divisions.ground import Ground
from grid.models import Area, AutomaticSplit, Backdrop, Building, Division, Segment
from grid.standard import standard_of

State, Problem = AutomaticSplit.State, AutomaticSplit.Problem
GOING_ON = (State.WAITING, State.RUNNING)
#: Days that a split is taken for what the machine would make: a newer Gridwalk may split otherwise.
KEPT = dt.timedelta(days=7)
#: Percent when the cells are drawn; the rest is the names they keep, and sharing of vertices.
DRAWN = 90


class SplitNotReady(Conflict):
    """The automatic split of the map as it is was not asked for, or is still being made."""

    code = "split_not_ready"
    sentence = gettext_lazy("The automatic split is not worked out yet. Ask for it first.")


class Stopped(Exception):
    """The split was cancelled meanwhile, or another run of its job took over."""


def ask(division: Division, now: dt.datetime) -> AutomaticSplit:
    """The split by this division's standard, queued where it is not there or going on already."""
    community, stored = division.community, division.standard
    key = _input(community, stored)
    own = AutomaticSplit.objects.filter(community=community).exclude(state__in=GOING_ON)
    with transaction.atomic():
        own.filter(Q(asked_at__lt=now - KEPT) | Q(standard=stored) & ~Q(input=key)).delete()
        split, fresh = AutomaticSplit.objects.get_or_create(
            community=community, input=key, defaults={"standard": stored, "asked_at": now}
        )
        left = AutomaticSplit.objects.filter(pk=split.pk, state__in=[State.FAILED, State.CANCELLED])
        anew = left.update(state=State.WAITING, problem="", progress=0, run=None, asked_at=now)
        if fresh or anew:
            _queue(split)
            split.refresh_from_db()
    return split


def _queue(split: AutomaticSplit) -> None:
    from grid.tasks import split_automatically

    split_automatically.defer(split=split.pk)  # in the caller's transaction: both or neither


def asked_last(division: Division) -> AutomaticSplit | None:
    """The newest split of the division's community by its standard, without its cells."""
    return (
        AutomaticSplit.objects.filter(community=division.community, standard=division.standard)
        .defer("cells")
        .order_by("asked_at", "pk")
        .last()
    )


def cancel(division: Division) -> None:
    """Stop what is going on, if anything is. A running job notices at its next step."""
    going = AutomaticSplit.objects.filter(
        community=division.community, standard=division.standard, state__in=GOING_ON
    )
    going.update(state=State.CANCELLED, run=None)


def cells_split(ground: Ground, stored: Mapping[str, Any]) -> Cells:
    """The cells of the automatic split of the map as it is. Raises SplitNotReady."""
    made = AutomaticSplit.objects.filter(community=ground.community, state=State.DONE)
    written = made.filter(input=_input(ground.community, stored)).values_list("cells", flat=True)
    found = written.first()
    if found is None:
        raise SplitNotReady
    return {one["key"]: _read(one) for one in found}


def make(pk: int) -> None:
    """The job: from the start, whatever a killed worker had done of it.

    Does nothing for a split that is ready, cancelled or gone. Raises only faults of the server.
    """
    run = uuid.uuid4()
    open_ = AutomaticSplit.objects.filter(pk=pk, state__in=GOING_ON)
    if not open_.update(state=State.RUNNING, run=run, progress=0):
        return
    split = AutomaticSplit.objects.select_related("community").get(pk=pk)
    mine = AutomaticSplit.objects.filter(pk=pk, state=State.RUNNING, run=run)
    try:
        cells = cells_made(
            Ground(split.community), standard_of(split.standard), progress=_teller(mine)
        )
    except Stopped:
        return
    except (BadGeometry, BadInput) as error:
        problem = Problem.MANY if isinstance(error, BadInput) else Problem.SHAPES
        mine.update(state=State.FAILED, problem=problem, run=None)
        return
    if _input(split.community, split.standard) != split.input:
        # Also where it was changed between the question and the start.
        mine.update(state=State.FAILED, problem=Problem.CHANGED, run=None)
        return
    written = [_written(cell) for cell in cells.values()]
    mine.update(state=State.DONE, progress=100, cells=written, run=None)


def give_up(pk: int) -> None:
    """After the last attempt: say so to whoever waits."""
    going = AutomaticSplit.objects.filter(pk=pk, state__in=GOING_ON)
    going.update(state=State.FAILED, problem=Problem.FAULT, run=None)


def _teller(mine: QuerySet[AutomaticSplit]) -> Callable[[float], None]:
    def tell(share: float) -> None:
        if not mine.update(progress=int(DRAWN * share)):
            raise Stopped

    return tell


def _input(community: Area, stored: Mapping[str, Any]) -> str:
    """A digest of all that the cells depend on. Five queries."""
    digest = hashlib.sha256(json.dumps(stored, sort_keys=True).encode())
    buildings = Building.objects.filter(community=community)
    streets = Segment.objects.duty().filter(community=community)
    backdrop = Backdrop.objects.filter(community=community)
    cells = Area.objects.cells().inside(community.code)
    for rows in (
        Area.objects.filter(pk=community.pk).values_list(AsWKB("geometry")),
        buildings.order_by("pk").values_list("pk", "kind", "levels", "flats", AsWKB("footprint")),
        streets.order_by("pk").values_list("pk", "kind", AsWKB("line")),
        backdrop.order_by("pk").values_list("pk", "kind", AsWKB("geometry")),
        cells.order_by("code").values_list("code", "name", "fixed", AsWKB("geometry")),
    ):
        for *words, shape in rows:
            digest.update(repr(words).encode())
            digest.update(bytes(shape))
    return digest.hexdigest()


def _written(cell: Cell) -> dict[str, Any]:
    return {
        "key": cell.key,
        "code": cell.code,
        "name": cell.name,
        "fixed": cell.fixed,
        "households": cell.households,
        "shape": shapely.to_wkb(cell.shape, hex=True),
    }


def _read(one: Mapping[str, Any]) -> Cell:
    words = {name: one[name] for name in ("key", "code", "name", "fixed", "households")}
    return Cell(**words, shape=shapely.from_wkb(one["shape"]))
