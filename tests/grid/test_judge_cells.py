"""manage.py judge_cells, and dividing again from the cells in force."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from grid.models import Area, Backdrop, Building
from tests.town import Town, box


def run(command: str, *arguments: object) -> str:
    out = StringIO()
    call_command(command, *map(str, arguments), stdout=out, stderr=StringIO())
    return out.getvalue()


@pytest.fixture
def code(town: Town) -> str:
    """Nine buildings of 40 dwellings: 240 in the west cell, 120 in the east one."""
    Building.objects.update(flats=40)
    return town.community.code


def judged(*arguments: object) -> dict:
    (one,) = json.loads(run("judge_cells", *arguments, "--json"))["communities"]
    return dict(one)


def test_cells_in_force_are_judged(code: str) -> None:
    found = judged(code, "--between", "150-200", "--walks")
    assert found["tiles"] is True
    assert [cell["households"] for cell in found["cells"]] == [240, 120]
    assert found["max_to_mean"] == pytest.approx(240 / 180, abs=1e-3)
    assert found["largest_to_mean"] == pytest.approx(40 / 180, abs=1e-3)
    assert [cell["metres"] for cell in found["cells"]] == pytest.approx([1200, 1200], abs=1)
    assert all(cell["walk_metres"] >= cell["metres"] for cell in found["cells"])
    assert [one["kind"] for one in found["remarks"]] == ["too_much", "too_little"]


def test_a_railway_through_a_cell_is_a_crossing(town: Town, code: str) -> None:
    Backdrop.objects.create(
        community=town.community, osm_id="way/9", kind=Backdrop.Kind.RAILWAY, name="",
        geometry=box(95, -5, 97, 405),
    )  # fmt: skip
    found = judged(code, "--between", "100-250")
    assert [(one["kind"], one["cells"]) for one in found["remarks"]] == [
        ("crossing", [town.west.code])
    ]


def test_cells_in_a_file_are_judged_without_being_taken_in(code: str, tmp_path: Path) -> None:
    before = list(Area.objects.values_list("code", "households"))
    file = tmp_path / "cells.geojson"
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": json.loads(shape.geojson)}
        for name, shape in (("A", box(0, 0, 250, 400)), ("B", box(240, 0, 390, 400)))
    ]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    found = judged(code, "--file", file, "--between", "100-250")
    assert found["tiles"] is False
    assert [one["kind"] for one in found["remarks"]] == ["overlap", "gap"]
    assert "do not tile" in run("judge_cells", code, "--file", file)
    assert list(Area.objects.values_list("code", "households")) == before


def test_dividing_again_within_the_standard_moves_nothing(code: str) -> None:
    run("split_cells", code, "--between", "150-200")
    before = list(Area.objects.cells().values_list("code", "geometry"))
    answer = json.loads(run("split_cells", code, "--between", "150-200", "--again", "--json"))
    assert answer["moved"] == {"buildings": 0, "dwellings": 0, "metres": 0, "handovers": []}
    after = list(Area.objects.cells().values_list("code", "geometry"))
    assert [one[0] for one in after] == [one[0] for one in before]
    for (_code, one), (_same, two) in zip(before, after, strict=True):
        assert one.sym_difference(two).area < 1e-11


def test_dividing_again_says_who_changes_hands(town: Town, code: str) -> None:
    answer = json.loads(run("split_cells", code, "--between", "150-210", "--again", "--json"))
    assert {cell["code"] for cell in answer["cells"]} == {town.west.code, town.east.code}
    (one,) = answer["moved"]["handovers"]
    assert (one["from"], one["to"]) == (town.west.code, town.east.code)
    # One building would do for the standard; a second may go with it for a straighter border.
    assert one["dwellings"] == 40 * one["buildings"] == answer["moved"]["dwellings"] <= 80


def test_metres_to_walk_can_be_shared_out(code: str) -> None:
    answer = json.loads(
        run("split_cells", code, "--by", "walking", "--between", "1000-1400", "--json")
    )
    assert len(answer["cells"]) == 2
    assert sum(cell["load"] for cell in answer["cells"]) == pytest.approx(2400, abs=1)
    mixed = json.loads(run("split_cells", code, "--by", "households,walking=2", "--json"))
    assert sum(cell["load"] for cell in mixed["cells"]) == pytest.approx(360, abs=1)


def test_care_comes_from_a_file(code: str, town: Town, tmp_path: Path) -> None:
    file = tmp_path / "care.csv"
    rows = [f"{building.osm_id},{2 if at < 3 else 0}" for at, building in enumerate(town.buildings)]
    file.write_text("building,load\n" + "\n".join(rows) + "\n", encoding="utf-8")
    care = (code, "--by", "care", "--care", file, "--between")
    answer = json.loads(run("split_cells", *care, "2-4", "--json"))
    assert sorted(cell["load"] for cell in answer["cells"]) == [2, 4]
    file.write_text("building,load\nway/404,1\n", encoding="utf-8")
    with pytest.raises(CommandError, match="line 2"):
        run("split_cells", *care, "2-4")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--by", "walking"], "Say with --between"),
        (["--by", "care", "--between", "2-4"], "--care FILE.csv together"),
        (["--by", "religion"], "is none of"),
        (["--by", "walking=0"], "more than nothing"),
    ],
)
def test_a_standard_that_is_none_is_refused(code: str, options: list, sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        run("split_cells", code, *options)
