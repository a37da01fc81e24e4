#!/usr/bin/env python3
"""Draw the pictures of docs/engine.md: ``python docs/draw_engine.py [NAME …]``.

The same input gives the same bytes. What takes minutes to find, or differs between machines, is
measured by docs/measure_engine.py and only read here, from docs/images/engine.json.
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pyproj
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from shapely.ops import substring

ROOT = Path(__file__).resolve().parents[1]
IMAGES = ROOT / "docs" / "images"
MEASURED = IMAGES / "engine.json"
sys.path.insert(0, str(ROOT))

from bench.cells import town as cell_town  # noqa: E402
from bench.walks import gap  # noqa: E402
from spatial.cells import split  # noqa: E402
from spatial.intervals import History, stretches  # noqa: E402
from spatial.matching import CERTAIN, match  # noqa: E402
from spatial.network import Network  # noqa: E402
from spatial.projection import LocalProjection  # noqa: E402
from spatial.simulation import perturbed_grid, record, walk  # noqa: E402
from spatial.walks import cover, within_budget  # noqa: E402

# Told apart in grey as well; on white, so that they can be read on a dark page too.
BLUE, ORANGE, RED, GREY, PALE = "#1f5fa8", "#d9822b", "#8c1224", "#6b7078", "#cfd4da"
LOOK: Any = {
    "svg.hashsalt": "gridwalk",
    "svg.fonttype": "path",  # the same letters everywhere, whatever fonts a reader has
    "font.size": 10,
    "figure.facecolor": "white",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.grid": True,
    "grid.color": "#e6e8eb",
    "legend.frameon": False,
}
Measured = dict[str, Any]


def projection(_measured: Measured) -> Figure:
    """How far a length in the plane is from the length on the ellipsoid, by distance."""
    figure, (axes,) = _sheet(1, 6.0, 3.0)
    kilometres = np.linspace(0.0, 120.0, 61)
    for lat, style in ((20.0, "-"), (60.0, ":")):
        plane, globe = LocalProjection(116.0, lat), pyproj.Geod(ellps="WGS84")
        lon, north, _ = globe.fwd(
            np.full(61, 116.0), np.full(61, lat), np.full(61, 90.0), kilometres * 1000
        )
        beside, further, _ = globe.fwd(lon, north, np.full(61, 90.0), np.full(61, 100.0))
        a, b = plane.forward(np.c_[lon, north]), plane.forward(np.c_[beside, further])
        error = np.hypot(*(b - a).T) / 100.0 - 1.0
        axes.plot(kilometres, error * 1e4, style, color=BLUE, label=f"latitude {lat:.0f}°")
    axes.axhline(1.0, color=RED, linewidth=0.8)
    axes.set(xlabel="km from the origin", ylabel="too long, parts in 10,000", ylim=(0, 2))
    axes.legend()
    return figure


def matching(_measured: Measured) -> Figure:
    """Fixes, the walk they come from, and what the matcher says, on a piece of the made-up town."""
    rng = np.random.default_rng(5)
    town = perturbed_grid(rng, blocks=4)
    route = walk(town, rng, metres=1100)
    fixes = record(town, route, rng, noise=7.0)
    found = match(town, fixes.xy, fixes.seconds, accuracy=fixes.accuracy)
    figure, (axes,) = _sheet(1, 6.4, 5.2)
    _draw(axes, [town.line(edge) for edge in range(len(town))], color=PALE, linewidth=1.5)
    told = _pieces(town, route.edge, route.start_m, route.end_m)
    _draw(axes, told, "walked", color=ORANGE, linewidth=7, alpha=0.45)
    _draw(
        axes, _pieces(town, found.edge, found.start_m, found.end_m), "matched", color=BLUE,
        linewidth=1.8,
    )  # fmt: skip
    axes.plot(*fixes.xy.T, "o", color=RED, markersize=2.2, label="fixes, σ 7 m")
    _as_map(axes, fixes.xy, margin=30)
    return figure


def noise(measured: Measured) -> Figure:
    """Recall and false share by the noise of the receiver."""
    figure, (left, right) = _sheet(2, 8.0, 3.2)
    rows = measured["noise"]
    for told, style in ((True, "o-"), (False, "s--")):
        mine = [row for row in rows if bool(row["told"]) == told]
        label = "accuracy told" if told else "accuracy not told"
        sigma = [row["sigma"] for row in mine]
        left.plot(sigma, [row["recall"] for row in mine], style, color=BLUE, label=label)
        right.plot(sigma, [row["false_share"] for row in mine], style, color=RED, label=label)
    left.set(xlabel="noise σ per axis, m", ylabel="recall of metres")
    right.set(xlabel="noise σ per axis, m", ylabel="false share of metres", ylim=(0, None))
    left.legend()
    right.legend()
    return figure


def confidence(measured: Measured) -> Figure:
    """How much of what is said with a confidence is true; a line where certain begins."""
    figure, (axes,) = _sheet(1, 6.0, 3.4)
    rows = [row for row in measured["confidence"] if row["metres"] >= 100]  # fewer tell nothing
    styles = ("o-", "s--", "^:")
    for sigma, style in zip(sorted({row["sigma"] for row in rows}), styles, strict=False):
        mine = [row for row in rows if row["sigma"] == sigma]
        middle = [(row["low"] + row["high"]) / 2 for row in mine]
        axes.plot(
            middle, [row["true"] for row in mine], style, color=BLUE, label=f"σ {sigma:.0f} m"
        )
    axes.axvline(CERTAIN, color=RED, linewidth=0.8)
    axes.set(xlabel="confidence", ylabel="share of these metres that is true", ylim=(0, 1.02))
    axes.legend()
    return figure


def intervals(_measured: Measured) -> Figure:
    """Walks of one segment, the rectangles that the history keeps, and what was last seen."""
    walks = [(0, 700, 1), (300, 1000, 3), (0, 450, 6), (800, 1000, 7), (380, 620, 9)]
    end_of_days, metres = 12, 100.0
    start, end, day = np.array(walks).T
    history = History.of(stretches(np.zeros(len(day)), start, end), day)
    figure, (left, right, seen) = _sheet(3, 9.0, 3.2)
    for a, b, when in walks:
        left.plot([a / 10, b / 10], [when, when], color=BLUE, linewidth=4, solid_capstyle="butt")
    left.set(title="walks", ylabel="day")
    shades = mpl.colormaps["viridis"]
    boxes = [row for chunk in history.replaced for row in zip(*chunk, strict=True)]
    boxes += [(*row, end_of_days) for row in zip(*history.now.on, history.now.time, strict=True)]
    for _segment, a, b, since, until in boxes:
        shade = shades(float(since) / end_of_days)
        right.fill_between([a / 10, b / 10], since, until, color=shade, edgecolor="white")
        right.text((a + b) / 20, (since + until) / 2, f"{since}", color="white", ha="center")
    right.set(title="history: last seen on day …")
    for a, b, when in zip(*history.now.on[1:], history.now.time, strict=True):
        seen.fill_between([a / 10, b / 10], 0, end_of_days - when, color=shades(when / end_of_days))
    seen.set(title=f"freshness on day {end_of_days}", ylabel="days")
    for axes in (left, right, seen):
        axes.set(xlabel="metres along the segment", xlim=(0, metres), ylim=(0, end_of_days))
        axes.grid(visible=False)
    return figure


def interval_times(measured: Measured) -> Figure:
    """Seconds by the number of stretches, beside what others take for the same metres."""
    figure, (axes,) = _sheet(1, 6.4, 3.8)
    rows = measured["interval_times"]
    for name, style, colour in (
        ("PostgreSQL range_agg", "s--", RED),
        ("numpy sort and running maximum", "^:", ORANGE),
        ("union", "o-", BLUE),
        ("last_seen and three windows", "D-", GREY),
    ):
        known = [row for row in rows if name in row]
        axes.loglog(
            [row["stretches"] for row in known], [row[name] for row in known], style,
            color=colour, label=name,
        )  # fmt: skip
    axes.set(xlabel="stretches", ylabel="seconds")
    axes.legend()
    return figure


def cells(measured: Measured) -> Figure:
    """A made-up community before and after it was split."""
    area, xy, dwellings, streets = cell_town(measured.get("drawn_buildings", 600))
    division = split(area, xy, dwellings, streets, between=(300, 500))
    figure, (before, after) = _sheet(2, 9.0, 4.6)
    tints = mpl.colormaps["Set3"]
    for axes in (before, after):
        _draw(axes, streets, color=PALE, linewidth=1.2)
        _as_map(axes, shapely.get_coordinates(area), margin=20)
    for number, cell in enumerate(division.cells):
        for part in shapely.get_parts(cell):
            after.fill(*part.exterior.xy, color=tints(number % 12), alpha=0.6, linewidth=0)
            after.plot(*part.exterior.xy, color=GREY, linewidth=1.8)
        place = shapely.point_on_surface(cell)
        after.text(place.x, place.y, f"{division.households[number]:.0f}", ha="center")
    before.plot(*xy.T, "o", color=BLUE, markersize=2)
    before.set(title=f"{len(xy)} buildings, {dwellings.sum():.0f} dwellings")
    after.set(title=f"{len(division.cells)} cells of 300 to 500")
    return figure


def cell_sizes(measured: Measured) -> Figure:
    """Balance, compactness and seconds by the number of buildings."""
    figure, (balance, shape, clock) = _sheet(3, 9.0, 3.0)
    rows = measured["cell_sizes"]
    buildings = [row["buildings"] for row in rows]
    balance.semilogx(buildings, [row["max_to_mean"] for row in rows], "o-", color=BLUE)
    balance.axhline(1.05, color=RED, linewidth=0.8)
    balance.set(ylabel="largest cell ÷ mean", ylim=(1.0, 1.1))
    shape.semilogx(
        buildings, [row["polsby_popper_mean"] for row in rows], "o-", color=BLUE, label="mean"
    )
    shape.semilogx(
        buildings, [row["polsby_popper_least"] for row in rows], "s:", color=GREY, label="least"
    )
    shape.axhline(0.70, color=RED, linewidth=0.8)
    shape.set(ylabel="Polsby–Popper", ylim=(0.3, 0.9))
    shape.legend()
    clock.loglog(buildings, [row["seconds"] for row in rows], "o-", color=BLUE)
    clock.set(ylabel="seconds")
    for axes in (balance, shape, clock):
        axes.set(xlabel="buildings")
    return figure


def walks(measured: Measured) -> Figure:
    """The same gap closed whole, and within a budget."""
    town, mask = gap(7, required=measured.get("drawn_required", 60))
    start = (int(np.flatnonzero(mask)[0]), 0.0)
    whole = cover(town, mask, start=start, back=True)
    short = within_budget(
        town, mask, np.ones(mask.sum()), budget=0.4 * whole.effort, start=start, back=True
    )
    figure, both = _sheet(2, 9.0, 4.8)
    for axes, found, name in zip(both, (whole, short), ("all", "in 40 % of the time"), strict=True):
        _draw(axes, [town.line(edge) for edge in range(len(town))], color=PALE, linewidth=1)
        _draw(
            axes, [town.line(int(edge)) for edge in np.flatnonzero(mask)], "open", color=ORANGE,
            linewidth=5, alpha=0.6,
        )  # fmt: skip
        _draw(axes, found.lines(town), "walk", color=BLUE, linewidth=1.4)
        place = town.points_at([start[0]], [start[1]])
        axes.plot(*place.T, "o", color=RED, markersize=6, label="start and end")
        closed = found.closed.sum() / town.edge_length[mask].sum()
        _as_map(axes, town.node_xy, margin=20)
        axes.set(title=f"{name}: {found.metres / 1000:.1f} km close {closed:.0%}")
    both[0].get_legend().remove()
    return figure


def walk_bounds(measured: Measured) -> Figure:
    """Length over the proven lower bound, town by town."""
    figure, (axes,) = _sheet(1, 6.4, 3.2)
    rows = measured["walk_bounds"]
    seeds = [row["seed"] for row in rows]
    for name, marker, colour in (("frederickson", "s", ORANGE), ("ours", "o", BLUE)):
        for proven, face in ((True, colour), (False, "white")):
            mine = [row for row in rows if row["proven"] == proven]
            label = {"ours": "cover", "frederickson": "Frederickson"}[name] if proven else None
            axes.plot(
                [row["seed"] for row in mine], [row[name] for row in mine], marker, color=colour,
                markerfacecolor=face, label=label,
            )  # fmt: skip
    axes.axhline(1.01, color=RED, linewidth=0.8)
    axes.set(xlabel="made-up town", ylabel="length ÷ bound", xticks=seeds, ylim=(0.995, None))
    axes.legend()
    return figure


def walk_budgets(measured: Measured) -> Figure:
    """What a budget closes, and how much less that is than the most that can be closed."""
    figure, (left, right) = _sheet(2, 9.0, 3.4)
    rows = measured["walk_budgets"]
    for town, style in zip(sorted({row["town"] for row in rows}), "-:", strict=False):
        mine = [row for row in rows if row["town"] == town]
        budget = [row["budget"] for row in mine]
        left.plot(budget, [row["ours"] for row in mine], f"o{style}", color=BLUE,
                  label=f"town {town}")  # fmt: skip
        proven = [row for row in mine if row["proven"]]
        short = [100 * (1 - row["ours"] / row["most"]) for row in proven]
        right.plot([row["budget"] for row in proven], short, f"o{style}", color=BLUE)
    right.axhline(3.0, color=RED, linewidth=0.8)
    left.set(xlabel="budget ÷ metres open", ylabel="worth closed ÷ all", ylim=(0, 1.02))
    right.set(xlabel="budget ÷ metres open", ylabel="% below the exact optimum")
    left.legend()
    return figure


#: Each becomes docs/images/engine-NAME.svg.
PICTURES: dict[str, Callable[[Measured], Figure]] = {
    "projection": projection,
    "matching": matching,
    "noise": noise,
    "confidence": confidence,
    "intervals": intervals,
    "interval-times": interval_times,
    "cells": cells,
    "cell-sizes": cell_sizes,
    "walks": walks,
    "walk-bounds": walk_bounds,
    "walk-budgets": walk_budgets,
}


def _sheet(panels: int, wide: float, high: float) -> tuple[Figure, Any]:
    figure = Figure(figsize=(wide, high), layout="constrained")
    return figure, figure.subplots(1, panels, squeeze=False)[0]


def _pieces(network: Network, edge: Any, start: Any, end: Any) -> list[Any]:
    rows = zip(edge, start, end, strict=True)
    return [substring(network.line(int(e)), a, b) for e, a, b in rows]


def _draw(axes: Axes, lines: list[Any], label: str | None = None, **how: Any) -> None:
    """All lines as one path, with a break after each."""
    parts = [np.vstack([shapely.get_coordinates(line), [[np.nan] * 2]]) for line in lines]
    axes.plot(*np.vstack(parts).T, label=label, solid_capstyle="round", **how)


def _as_map(axes: Axes, xy: Any, *, margin: float) -> None:
    (left, bottom), (right, top) = xy.min(axis=0) - margin, xy.max(axis=0) + margin
    axes.set(xlim=(left, right), ylim=(bottom, top), aspect="equal", xticks=[], yticks=[])
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    if axes.get_legend_handles_labels()[0]:
        axes.legend(loc="lower right", framealpha=0.9, frameon=True)


def draw(name: str, measured: Measured, folder: Path) -> Path:
    """Write one picture; the path of its file."""
    path = folder / f"engine-{name}.svg"
    with mpl.rc_context(LOOK):
        PICTURES[name](measured).savefig(
            path, metadata={"Date": None, "Creator": None}, bbox_inches="tight", pad_inches=0.1
        )
    return path


def main(names: list[str]) -> None:
    measured = json.loads(MEASURED.read_text(encoding="utf-8"))
    for name in names or PICTURES:
        print(draw(name, measured, IMAGES).relative_to(ROOT))


if __name__ == "__main__":
    main(sys.argv[1:])
