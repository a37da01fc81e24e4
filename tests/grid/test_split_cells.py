"""manage.py split_cells."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from grid.models import Area, Building, CellStretch, Segment
from tests.town import Town, box


def run(*arguments: object) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("split_cells", *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def code(town: Town) -> str:
    Building.objects.update(flats=40)
    return town.community.code


def test_json_is_one_object(code: str) -> None:
    out, _err = run(code, "--households", "150-200", "--json")
    answer = json.loads(out)
    assert set(answer) == {"cells", "max_to_mean", "largest_to_mean", "moved", "seconds"}
    assert len(answer["cells"]) == 2
    for cell in answer["cells"]:
        assert set(cell) == {"code", "name", "households", "metres", "compactness", "load"}
    assert sum(cell["households"] for cell in answer["cells"]) == 360
    assert sum(cell["metres"] for cell in answer["cells"]) == pytest.approx(2400)


def test_the_table_says_the_balance_and_what_ended(code: str) -> None:
    out, err = run(code)
    assert "1 cells, max ÷ mean 1.00" in out
    assert "no longer in force" in err
    assert "is no longer responsible for" in err


def test_the_preview_is_a_picture(code: str, tmp_path: Path) -> None:
    run(code, "--households", "150-200", "--preview", tmp_path / "cells.png")
    picture = (tmp_path / "cells.png").read_bytes()
    assert picture.startswith(b"\x89PNG")
    assert len(picture) > 10_000


def test_a_preview_that_cannot_be_written_changes_nothing(code: str, tmp_path: Path) -> None:
    before = list(Area.objects.values_list("code", "retired_on"))
    with pytest.raises(CommandError, match="cannot be written"):
        run(code, "--preview", tmp_path / "nowhere" / "cells.png")
    assert list(Area.objects.values_list("code", "retired_on")) == before


def test_a_file_of_estates(code: str, tmp_path: Path) -> None:
    file = tmp_path / "estate.geojson"
    file.write_text(box(50, 50, 250, 150).geojson, encoding="utf-8")
    out, _err = run(code, "--households", "100-150", "--fixed", file)
    assert " *\n" in out
    far = tmp_path / "far.geojson"
    far.write_text(box(5000, 0, 5100, 100).geojson, encoding="utf-8")
    with pytest.raises(CommandError, match="lies in none of the communities"):
        run(code, "--fixed", far)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["1234"], "no community"),
        (["990101001001", "--households", "500-300"], "not a standard like"),
        (["990101001001", "--households", "many"], "not a standard like"),
        (["990101001001", "--fixed", "nowhere.geojson"], "There is no file"),
    ],
)
def test_what_is_wrong_is_said(code: str, arguments: list[str], sentence: str) -> None:
    with pytest.raises(CommandError, match=sentence):
        run(*arguments)


@pytest.mark.django_db
def test_a_real_old_town(shared_data: Path) -> None:
    place = "910000000001"
    call_command("import_osm", str(shared_data / "krems.osm.pbf"), code=place, stdout=StringIO())
    out, _err = run(place, "--json")
    answer = json.loads(out)
    households = [cell["households"] for cell in answer["cells"]]
    assert 300 <= sum(households) / len(households) <= 500
    assert answer["max_to_mean"] <= 1.15
    assert sum(cell["compactness"] for cell in answer["cells"]) / len(households) > 0.45
    duty = Segment.objects.duty().filter(community__code=place)
    spans = CellStretch.objects.values_list("start_dm", "end_dm")
    assert sum(end - start for start, end in spans) == sum(one.length_dm for one in duty)
    total = float(sum(one.metres for one in duty))
    assert sum(cell["metres"] for cell in answer["cells"]) == pytest.approx(total, abs=0.5)
    again, _err = run(place, "--json")
    assert json.loads(again)["cells"] == answer["cells"]
