"""The fixed cast and the small town that most tests play in."""

from pathlib import Path

import pytest

from tests.town import Town, small_town

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real maps and walks that lie beside the project; tests that need them are skipped without."""
    if not SHARED_DATA.exists():
        pytest.skip("needs ../shared/data")
    return SHARED_DATA


@pytest.fixture
def town(db: None) -> Town:
    """The small town of tests/town.py and its cast."""
    return small_town()
