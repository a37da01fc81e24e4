"""Fixtures of several tests of what tablets send."""

import pytest

from sync import kinds
from sync.kinds import Op
from tests.sync.notes import kind_of_notes
from tests.town import Town


@pytest.fixture
def told(town: Town, monkeypatch: pytest.MonkeyPatch) -> list[Op]:
    """Notes (tests/sync/notes.py) can be sent; gives those that were applied."""
    applied: list[Op] = []
    monkeypatch.setitem(kinds._kinds, "note", kind_of_notes(town.community.pk, applied))
    return applied
