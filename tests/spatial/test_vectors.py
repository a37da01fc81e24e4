"""The vectors to which the tablet's matcher is held are what the Python matchers give today."""

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from spatial.simulation import perturbed_grid
from tests.spatial import test_matching_cases as cases
from tests.vectors import tracks, walks, write

ROOT = Path(__file__).parents[2]
NEARLY = 2e-6


def close(told, expected):
    """Equal, but for the last digit of what was rounded."""
    if isinstance(expected, float):
        assert told == pytest.approx(expected, rel=0, abs=NEARLY)
    elif isinstance(expected, dict):
        assert told.keys() == expected.keys()
        for key, value in expected.items():
            close(told[key], value)
    elif isinstance(expected, list):
        assert len(told) == len(expected)
        for one, other in zip(told, expected, strict=True):
            close(one, other)
    else:
        assert told == expected


@pytest.mark.parametrize("name", ["truths", "random"])
def test_tracks_are_matched_as_written(name):
    for vector in write.read(name):
        network = tracks.network_of(vector["network"])
        close(tracks.matched(network, vector["fixes"], vector["mode"]), vector["match"])


def test_walks_are_credited_as_written():
    for vector in write.read("walks"):
        close(walks.walked(vector["ground"], vector["fixes"], vector["mode"]), vector["walk"])


def test_numbers_and_planes_are_as_written():
    close(json.loads(json.dumps([write.numbers()])), write.read("numbers"))
    for vector, written in zip(write.projections(), write.read("projection"), strict=True):
        np.testing.assert_allclose(vector["xy"], written["xy"], rtol=0, atol=2e-7)


def test_every_case_with_a_known_truth_is_a_vector():
    names = {
        tracks.named(name, arguments)
        for name, test in vars(cases).items()
        if name.startswith("test_")
        for arguments in tracks.parameters(test)
    }
    assert {vector["name"] for vector in write.read("truths")} == names


@pytest.mark.slow
def test_the_tablet_matches_fresh_walks_alike(tmp_path):
    """Walks that nobody has looked at, through the same tests as the vectors."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("needs Node.js")
    rng = np.random.default_rng(20261122)
    towns = [perturbed_grid(np.random.default_rng(seed), blocks=6) for seed in range(4)]
    fresh = [
        tracks.stroll(
            f"fresh walk {seed}",
            towns[seed % len(towns)],
            seed,
            count=int(rng.integers(50, 250)),
            every=float(rng.choice([1.0, 2.0, 3.0, 5.0, 10.0])),
            sigma=float(rng.uniform(2.0, 12.0)),
            speed=float(rng.choice([1.3, 1.3, 5.0])),
            pauses=float(rng.choice([0.0, 0.5, 2.0])),
            told=bool(rng.random() < 0.5),
            mode=str(rng.choice(["foot", "cycle"])),
            spoil=tracks.thrown if seed % 3 == 0 else None,
        )
        for seed in range(50)
    ]
    tangle = tracks.tangle_town()
    fresh += [tracks.scattered(f"fresh walk of nobody {seed}", tangle, seed) for seed in range(50)]
    path = tmp_path / "fresh.json"
    path.write_text(json.dumps(fresh))
    told = subprocess.run(
        [node, "--test", "--test-reporter=tap", "tests/js/field/matching.test.js"],
        cwd=ROOT,
        env={"PATH": str(Path(node).parent), "GRIDWALK_VECTORS": str(path)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert told.returncode == 0, told.stdout
    assert told.stdout.count("fresh: fresh walk") >= len(fresh)
