"""Dividing a community into cells by a stated standard of dwellings."""

import datetime as dt
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from django.db import connection, transaction
from django.utils.translation import gettext as _
from psycopg import sql

from api.errors import BadGeometry, BadInput, UnknownArea
from grid.cell_register import DrawnCell, Registered, register_cells
from grid.dwellings import dwellings
from grid.locks import lock_community
from grid.metres import outlines, projection_of, shapes
from grid.models import Area, Backdrop, Building, CellStretch, Level, Segment, StreetKind
from grid.moved import Moved, holding, moved_between
from grid.standard import Standard, as_stored, loads_of
from spatial.cells import Division, Load, split
from spatial.projection import LocalProjection

#: Kinds of street that cells are bounded by; footways and paths inside an estate are not.
BARRIER_KINDS = [
    StreetKind.MAIN_ROAD,
    StreetKind.STREET,
    StreetKind.ALLEY,
    StreetKind.PEDESTRIAN,
]
#: Codes of cells have three digits.
MOST_CELLS = 999


@dataclass(frozen=True)
class DividedCell:
    """A cell with its dwellings, metres of duty streets, and Polsby–Popper compactness.

    ``load`` is its part of what the standard shares out.
    """

    area: Area
    households: int
    metres: float
    compactness: float
    load: float


@dataclass(frozen=True)
class CommunityDivision:
    """The outcome for one community; ``outside`` counts buildings that lie in no cell.

    ``largest`` is the load of the largest building ÷ the mean cell: ``max_to_mean`` cannot be less.
    """

    community: Area
    cells: list[DividedCell]
    max_to_mean: float
    outside: int
    registered: Registered
    seconds: float
    moved: Moved
    largest: float


def communities_of(code: str) -> list[Area]:
    """The community of this code, or every community below the area of this code.

    Raises UnknownArea for a code that is unknown, a cell's, or has no community below it.
    """
    if len(code) == Level.CELL:
        raise UnknownArea(_("%s is a cell. Name the community to be divided.") % code)
    found = list(
        Area.objects.current().inside(code).filter(level=Level.COMMUNITY).order_by("code")
        if Area.objects.current().filter(code=code).exists()
        else []
    )
    if not found:
        raise UnknownArea(_("There is no community with or below the code %s.") % code)
    return found


def divide(
    community: Area,
    *,
    standard: Standard,
    today: dt.date,
    fixed: Sequence[shapely.Geometry] = (),
    again: bool = False,
    seed: int = 0,
) -> CommunityDivision:
    """Split the community anew and write its cells, in one transaction under its lock.

    ``fixed`` are polygons (EPSG:4326) that become cells of their own; cells that were kept whole
    before stay so unless one of ``fixed`` overlaps them. Codes and names stay where a cell keeps
    most of its buildings. With the same map, standard and seed nothing changes. ``again`` starts
    from the cells in force and moves as little as brings them back within the standard.

    Raises BadGeometry where a fixed polygon is invalid, overlaps another or misses the community,
    and BadInput for a standard by which there would be more cells than codes.
    """
    began = time.perf_counter()
    with transaction.atomic():
        lock_community(community.code)
        community.refresh_from_db()
        projection = projection_of(community)
        before = holding(community)
        drawn, division = _drawn(community, projection, standard, fixed, again, seed)
        registered = register_cells(community, drawn, today=today, standard=as_stored(standard))
        moved = moved_between(before, holding(community))
        lengths = metres_by_cell(community)
    cells = [
        DividedCell(area, int(count), lengths.get(area.pk, 0.0), float(shape), float(load))
        for area, count, shape, load in zip(
            registered.cells,
            division.households,
            division.compactness,
            division.load,
            strict=True,
        )
    ]
    return CommunityDivision(
        community=community,
        cells=sorted(cells, key=lambda cell: cell.area.code),
        max_to_mean=division.max_to_mean,
        outside=len(division.outside),
        registered=registered,
        seconds=time.perf_counter() - began,
        moved=moved,
        largest=division.largest,
    )


def drawn_cells(
    community: Area,
    projection: LocalProjection,
    standard: Standard,
    *,
    progress: Callable[[float], None] | None = None,
) -> list[DrawnCell]:
    """The cells that `divide` would make now, in reading order; nothing of them is written.

    ``progress`` is told the share of the work that is over, and may raise to stop it. Raises
    BadGeometry and BadInput as `divide` does.
    """
    return _drawn(community, projection, standard, (), False, 0, progress)[0]


def _drawn(
    community: Area,
    projection: LocalProjection,
    standard: Standard,
    fixed: Sequence[shapely.Geometry],
    again: bool,
    seed: int,
    progress: Callable[[float], None] | None = None,
) -> tuple[list[DrawnCell], Division]:
    area = outlines([community], projection)[0]
    footprints, households = dwellings_of(community, projection)
    xy = shapely.get_coordinates(shapely.point_on_surface(footprints))
    whole = _kept_whole(community, projection, fixed)
    free = Area.objects.cells().inside(community.code).filter(fixed=False).order_by("code")
    old = list(free) if again else []
    loads = loads_of(community, projection, standard, Load.of(xy, households))
    if loads[0].amount.sum() > MOST_CELLS * standard.between[1]:
        raise BadInput(
            _("By this standard there would be more than %s cells. Give each of them more.")
            % MOST_CELLS
        )
    try:
        division = split(
            area,
            xy,
            households,
            _barriers(community, projection),
            between=standard.between,
            by=loads,
            previous=list(outlines(old, projection)),
            fixed=whole,
            footprints=list(footprints),
            seed=seed,
            **({} if progress is None else {"progress": progress}),
        )
    except ValueError as error:
        raise BadGeometry(str(error)) from error
    degrees = projection.unproject(division.cells)
    if again and _stand(division, outlines(old, projection)):
        stored = shapes(area.geometry for area in old)
        degrees[division.previous >= 0] = stored[division.previous[division.previous >= 0]]
    drawn = [
        DrawnCell(
            shape,
            households=int(count),
            fixed=bool(kept),
            code=old[number].code if number >= 0 else "",
        )
        for shape, count, kept, number in zip(
            degrees,
            division.households,
            division.fixed,
            division.previous.tolist(),
            strict=True,
        )
    ]
    order = _reading_order(division.cells)
    return [drawn[at] for at in order], _ordered(division, order)


def _stand(division: Division, before: np.ndarray) -> bool:
    """Whether all previous cells go on with the borders they had, to the grid's rounding.

    Then their stored outlines stay as they are: rounding again might bring a border to the other
    side of the street that it runs along.
    """
    on = division.previous >= 0
    if on.sum() != len(before) or (~on & ~division.fixed).any():
        return False
    apart = shapely.symmetric_difference(division.cells[on], before[division.previous[on]])
    return bool(shapely.is_empty(shapely.buffer(apart, -0.01)).all())


def dwellings_of(community: Area, projection: LocalProjection) -> tuple[np.ndarray, np.ndarray]:
    """Footprints in metres and dwellings; the dwellings are stored with the buildings."""
    rows = list(
        Building.objects.filter(community=community)
        .order_by("pk")
        .values_list("pk", "kind", "levels", "flats", "households", "footprint")
    )
    footprints = projection.project(shapes(row[5] for row in rows))
    count = dwellings(
        [row[1] for row in rows], [row[2] for row in rows], [row[3] for row in rows], footprints
    )
    changed = [
        (row[0], new) for row, new in zip(rows, count.tolist(), strict=True) if row[4] != new
    ]
    if changed:
        statement = sql.SQL(
            "UPDATE {table} t SET households = n.households"
            " FROM unnest(%s::int8[], %s::int4[]) n(id, households) WHERE t.id = n.id"
        ).format(table=sql.Identifier(Building._meta.db_table))
        with connection.cursor() as cursor:
            # As text: the history's wrapper of a web request reads the statement as a string.
            words = statement.as_string(cursor.cursor)
            cursor.execute(words, [list(column) for column in zip(*changed, strict=True)])
    return footprints, count


def _barriers(community: Area, projection: LocalProjection) -> list[shapely.Geometry]:
    """Lines of streets, water and railways in metres; outlines where they are drawn as areas."""
    streets = Segment.objects.duty().filter(community=community, kind__in=BARRIER_KINDS)
    backdrop = Backdrop.objects.filter(
        community=community, kind__in=[Backdrop.Kind.WATER, Backdrop.Kind.RAILWAY]
    )
    lines = shapes(streets.order_by("pk").values_list("line", flat=True))
    others = shapes(backdrop.order_by("pk").values_list("geometry", flat=True))
    flat = shapely.get_dimensions(others) == 2
    others[flat] = shapely.boundary(others[flat])
    parts = shapely.get_parts(projection.project(np.append(lines, others)))
    return list(parts[shapely.get_dimensions(parts) == 1])


def _kept_whole(
    community: Area, projection: LocalProjection, fixed: Sequence[shapely.Geometry]
) -> list[shapely.Geometry]:
    new = list(projection.project(np.array(fixed, dtype=object))) if fixed else []
    standing = Area.objects.cells().inside(community.code).filter(fixed=True).order_by("code")
    old = outlines(standing, projection)
    return new + [
        shape for shape in old if not any(shapely.area(shape & other) > 1 for other in new)
    ]


def _reading_order(cells: np.ndarray) -> np.ndarray:
    """Cells from north to south in bands, west to east in each, so that numbers can be found."""
    middle = shapely.get_coordinates(shapely.centroid(cells))
    bands = max(1, round(len(cells) ** 0.5))
    rank = np.argsort(np.argsort(-middle[:, 1], kind="stable"), kind="stable")
    return np.lexsort((middle[:, 0], rank * bands // len(cells)))


def _ordered(division: Division, order: np.ndarray) -> Division:
    number = np.append(np.argsort(order), -1)
    return Division(
        cells=division.cells[order],
        building_cell=number[division.building_cell],
        households=division.households[order],
        load=division.load[order],
        compactness=division.compactness[order],
        fixed=division.fixed[order],
        previous=division.previous[order],
        max_to_mean=division.max_to_mean,
        largest=division.largest,
    )


def metres_by_cell(community: Area) -> dict[int, float]:
    """Metres of duty street in each of the community's cells, by the cell's primary key.

    A segment's last decimetre may be short, so lengths end at the segment's own metres.
    """
    rows = CellStretch.objects.filter(
        segment__community=community, segment__duty=True, segment__removed_on=None
    ).values_list("cell", "start_dm", "end_dm", "segment__metres")
    metres: dict[int, float] = {}
    for cell, start, end, length in rows:
        metres[cell] = metres.get(cell, 0.0) + min(end / 10, float(length)) - start / 10
    return metres
