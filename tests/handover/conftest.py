import pytest

from tests.town import Town, small_town


@pytest.fixture
def town(db: None) -> Town:
    return small_town()
