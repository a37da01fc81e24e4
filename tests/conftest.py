"""The fixed cast and the small town that most tests play in."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from hypothesis import HealthCheck, settings

from tests.town import PASSWORD, Town, small_town

# The first example compiles or loads numba's kernels: slow once, which is no defect. The examples
# are the same in each run; --hypothesis-profile=explore looks for others.
settings.register_profile("explore", deadline=None, print_blob=True)
settings.register_profile(
    "gridwalk",
    deadline=None,
    print_blob=True,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("gridwalk")

#: What the fixture ``queries`` gives.
Queries = Callable[[int], AbstractContextManager[None]]
SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(autouse=True)
def _english() -> None:
    """A request leaves its language behind in the thread; each test begins in English."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def _sign_in_of_tests(settings: Any) -> None:
    """A key of the tests' own, and no second factor but where a test is about it."""
    settings.ENCRYPTION_KEYS = ["a" * 43 + "="]
    settings.SECOND_FACTOR_ROLES = []
    # Maps that are open hold no request of the test's server; tests/publish/test_live.py has some.
    settings.LIVE_STREAMS = 0


@pytest.fixture
def quick_passwords(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before ``town``, for tests that sign in again and again: a safe hash is slow."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setattr("tests.town._password", lambda: make_password(PASSWORD))


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


@pytest.fixture
def queries(db: None) -> Queries:
    """``with queries(4):`` asserts how many queries run; savepoints of the test do not count."""

    @contextmanager
    def counted(number: int) -> Iterator[None]:
        with CaptureQueriesContext(connection) as captured:
            yield
        found = [
            query["sql"]
            for query in captured.captured_queries
            if not query["sql"].startswith(("SAVEPOINT", "RELEASE SAVEPOINT"))
        ]
        assert len(found) == number, "\n".join(found)

    return counted
