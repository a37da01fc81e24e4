"""import_track and coverage as somebody types them."""

import datetime as dt
import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from procrastinate.contrib.django.models import ProcrastinateJob

from patrols.models import Patrol
from tests.patrols.walking import fixes
from tests.town import Town, small_town


@pytest.fixture
def town(db) -> Town:
    return small_town()


@pytest.fixture
def walk_file(tmp_path) -> Path:
    """Somebody walked Row 1 from x = 50 to x = 350."""
    track = fixes((50, 50), (350, 50))
    points = "".join(
        f'<trkpt lat="{lat}" lon="{lon}">'
        f"<time>{dt.datetime.fromtimestamp(at / 1000, dt.UTC).isoformat()}</time></trkpt>"
        for lon, lat, at, _accuracy in zip(*track, strict=True)
    )
    path = tmp_path / "walk.gpx"
    path.write_text(f'<gpx version="1.1"><trk><trkseg>{points}</trkseg></trk></gpx>')
    return path


def run(*arguments, **options) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command(*map(str, arguments), stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def test_a_walk_is_imported_matched_and_counted(town, walk_file):
    out, _err = run("import_track", walk_file, "--member", "worker", "--wait", "--json")
    (patrol,) = json.loads(out)["patrols"]
    assert set(patrol) == {
        "id", "fixes", "dropped", "matched_metres", "covered_metres", "certain_metres",
        "doubtful_metres", "off_street_metres", "state",
    }  # fmt: skip
    assert patrol["dropped"] == {"accuracy": 0, "speed": 0, "time": 0, "position": 0}
    assert patrol["state"] == "matched"
    assert 280 < patrol["covered_metres"] < 320

    out, _err = run(
        "coverage", town.community.code, "--from", "2026-06-30", "--to", "2026-06-30",
        "--segments", "--json",
    )  # fmt: skip
    found = json.loads(out)
    assert found["metres"] == 2400
    assert found["covered_metres"] == pytest.approx(patrol["covered_metres"], abs=1)
    assert found["coverage"] == pytest.approx(found["covered_metres"] / 2400, abs=1e-4)
    assert sum(cell["covered_metres"] for cell in found["cells"]) == pytest.approx(
        found["covered_metres"]
    )
    assert [cell["member"] for cell in found["cells"]] == ["Wang Wei", "Tian Tian"]
    assert {row["name"] for row in found["segments"] if row["covered_metres"] > 50} == {"Row 1"}


def test_without_wait_the_matching_is_queued(town, walk_file):
    out, _err = run("import_track", walk_file, "--member", "Wang Wei", "--json")
    (patrol,) = json.loads(out)["patrols"]
    assert patrol["state"] == "stored"
    assert ProcrastinateJob.objects.filter(args__patrol_id=patrol["id"]).count() == 1


def test_importing_a_file_twice_makes_one_patrol(town, walk_file):
    first, again = (
        json.loads(run("import_track", walk_file, "--member", "worker", "--wait", "--json")[0])
        for _time in range(2)
    )
    assert first == again
    assert Patrol.objects.count() == 1


def test_a_bad_file_is_named_and_the_others_are_stored(town, walk_file, tmp_path):
    bad = tmp_path / "bad.gpx"
    bad.write_text("<kml/>")
    out, err = io.StringIO(), io.StringIO()
    with pytest.raises(CommandError, match=r"1 of 2 files refused; the other 1 are stored\."):
        call_command(
            "import_track", str(bad), str(walk_file), "--member", "worker", "--json",
            stdout=out, stderr=err,
        )  # fmt: skip
    answer = json.loads(out.getvalue())
    assert [patrol["state"] for patrol in answer["patrols"]] == ["stored"]
    assert [(item["file"], item["code"]) for item in answer["refused"]] == [
        ("bad.gpx", "bad_track")
    ]
    assert "bad.gpx: This is not a GPX file" in err.getvalue()


def test_an_unknown_member_is_said_before_anything_is_read(town):
    with pytest.raises(CommandError, match="No member is called Nobody"):
        run("import_track", "missing.gpx", "--member", "Nobody")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["999999999999", "--days", "7"], "No area has the code 999999999999"),
        (["990101001001"], "Give --days N"),
        (["990101001001", "--from", "2026-06-30"], "Give --days N"),
        (["990101001001", "--from", "2026-06-30", "--to", "2026-06-01"], "before --from"),
        (["990101001001", "--days", "0"], "not a number of days"),
        (["990101001001", "--from", "June", "--to", "July"], "not a day like"),
    ],
)
def test_coverage_says_what_is_wrong(town, arguments, sentence):
    with pytest.raises(CommandError, match=sentence):
        run("coverage", *arguments)


def test_coverage_as_a_table(town, walk_file):
    run("import_track", walk_file, "--member", "worker", "--wait")
    out, _err = run("coverage", town.community.code, "--from", "2026-06-30", "--to", "2026-06-30")
    assert "Wang Wei" in out
    assert out.count("990101001001") == 3
