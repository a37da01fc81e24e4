"""The vectors that the tablet's interval algebra is held to are what this one gives today."""

import json

from tests.vectors.intervals import FILE, vectors


def test_the_vectors_are_of_today() -> None:
    assert json.loads(FILE.read_text()) == vectors(), "run python -m tests.vectors.intervals"


def test_they_hold_something_of_each_kind() -> None:
    cases = vectors()
    for name in ("union", "difference", "overlay", "last_seen", "length_cm"):
        assert len({str(case[name]) for case in cases}) > 20, name
