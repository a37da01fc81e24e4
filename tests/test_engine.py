"""docs/engine.md and its pictures: all there, all drawn by the script, the same each time."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import pytest
from defusedxml import ElementTree

DOCS = Path(__file__).resolve().parents[1] / "docs"
sys.path.insert(0, str(DOCS))
draw_engine: Any = pytest.importorskip("draw_engine", reason="needs the extra bench")
measure_engine: Any = pytest.importorskip("measure_engine", reason="needs the extra bench")


@pytest.fixture(scope="module")
def measured() -> dict[str, Any]:
    """Everything that is measured, in the small size and less."""
    small: dict[str, Any] = {"drawn_buildings": 300, "drawn_required": 12}
    with pytest.MonkeyPatch.context() as fewer:
        fewer.setattr(measure_engine.noise, "SIGMAS", (4, 12))
        fewer.setitem(measure_engine.noise.WALKS, "small", 1)
        return small | {name: part("small") for name, part in measure_engine.PARTS.items()}


def test_the_page_shows_every_picture_and_no_other() -> None:
    text = (DOCS / "engine.md").read_text(encoding="utf-8")
    shown = re.findall(r"!\[[^]]+\]\(images/engine-([a-z-]+)\.svg\)", text)
    assert sorted(shown) == sorted(draw_engine.PICTURES)
    there = {path.stem.removeprefix("engine-") for path in (DOCS / "images").glob("engine-*.svg")}
    assert there == set(shown)


def test_the_page_is_found_from_the_others() -> None:
    for page in (DOCS / "developer.md", DOCS.parent / "README.md"):
        assert "engine.md)" in page.read_text(encoding="utf-8")


def test_what_is_drawn_was_measured() -> None:
    kept = json.loads(draw_engine.MEASURED.read_text(encoding="utf-8"))
    assert set(kept) - {"machine"} == set(measure_engine.PARTS)


@pytest.mark.parametrize("name", draw_engine.PICTURES)
def test_the_same_picture_each_time(name: str, measured: dict[str, Any], tmp_path: Path) -> None:
    first = draw_engine.draw(name, measured, tmp_path).read_bytes()
    assert ElementTree.fromstring(first).tag.endswith("svg")
    assert draw_engine.draw(name, measured, tmp_path).read_bytes() == first


def test_the_walks_are_no_shorter_than_the_bound_and_no_better_than_the_best(
    measured: dict[str, Any],
) -> None:
    assert all(row["ours"] >= 1.0 - 1e-9 for row in measured["walk_bounds"])
    assert all(row["ours"] <= row["most"] + 1e-6 for row in measured["walk_budgets"])


def test_coverage_of_the_small_measurements_is_a_share(measured: dict[str, Any]) -> None:
    shares = [row["true"] for row in measured["confidence"]]
    assert shares
    assert all(0.0 <= share <= 1.0 for share in shares)
