"""Failures of the private cluster, each as one sentence that says what to do."""

import contextlib
import errno
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

#: A new cluster weighs 60 MB and its first write-ahead log segments as much again.
NEEDED_BYTES = 200_000_000


class PrivatePostgresError(Exception):
    """The private cluster cannot be used; the message is one sentence that says what to do."""


def disk_full(place: Path) -> PrivatePostgresError:
    return PrivatePostgresError(
        f"The disk that holds {place} is full: free {NEEDED_BYTES // 1_000_000} MB or more."
    )


def failure(what: str, told: str, place: Path) -> PrivatePostgresError:
    """The sentence for a program's failure: the cause it named, and where to read more."""
    # On a full disk the server cannot even write down why it gave up.
    if re.search("No space left on device|Disk quota exceeded", told) or _is_full(place):
        return disk_full(place)
    causes = re.findall(r"(?:FATAL|PANIC|ERROR|[Ee]rror): +(.+)", told)
    lines = [line for line in told.splitlines() if line.strip()]
    cause = causes[0] if causes else (lines[-1] if lines else "it did not say why")
    return PrivatePostgresError(f"{what}: {cause.strip().rstrip('.')}. See {place}.")


def _is_full(place: Path) -> bool:
    try:
        return shutil.disk_usage(place).free < 1_000_000
    except OSError:
        return False


@contextlib.contextmanager
def sentences(home: Path) -> Iterator[None]:
    """The system's errors, each as one sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise disk_full(home) from error
        raise PrivatePostgresError(
            f"Cannot use {error.filename or home} for the private PostgreSQL: {error.strerror}."
        ) from error
