"""Communities counted one by one, by this process or by several, all in one state of the data."""

import multiprocessing
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, contextmanager

from django.db import connection, transaction
from django.utils.translation import gettext as _

from api.errors import Unavailable
from publish.coverage_report import worker
from publish.coverage_report.gather import Part, Window, gather

Progress = Callable[[int, int], None]
#: Fewer communities are counted faster than processes start.
WORTH_IT = 24


def gathered(
    codes: Sequence[str],
    window: Window,
    *,
    longest: int,
    workers: int = 1,
    progress: Progress | None = None,
) -> Iterator[Part]:
    """The parts in the order of the codes; ``progress`` may raise to stop, which ends the others.

    Processes read the snapshot of this one, so that a walk that arrives meanwhile counts nowhere or
    everywhere; within a transaction that has begun already there is one process only. Raises
    Unavailable where one of the processes is killed.
    """
    several = min(workers, len(codes)) if len(codes) >= WORTH_IT else 1
    found: Generator[Part, None, None]
    if several > 1 and not connection.in_atomic_block:
        found = _by_several(codes, window, longest, several)
    else:
        found = (gather(code, window, longest=longest) for code in codes)
    # Closed here and now: whoever keeps the error that stopped it keeps no process and no snapshot.
    with closing(found):
        for number, part in enumerate(found, start=1):
            if progress:
                progress(number, len(codes))
            yield part


@contextmanager
def _snapshot() -> Iterator[str]:
    """The name of a snapshot that other sessions can take as long as this lasts."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor.fetchone()[0]


def _by_several(
    codes: Sequence[str], window: Window, longest: int, workers: int
) -> Generator[Part, None, None]:
    # Not forked: a server's threads and open connections must not be copied.
    context = multiprocessing.get_context("spawn")
    with _snapshot() as snapshot:
        pool = ProcessPoolExecutor(
            workers, context, worker.begin, (connection.settings_dict["NAME"], snapshot)
        )
        try:
            yield from pool.map(worker.count, [(code, window, longest) for code in codes])
        except BrokenProcessPool as error:
            raise Unavailable(
                _(
                    "A process that counted was ended from outside, perhaps for want of memory."
                    " Nothing was written; try again with fewer processes."
                )
            ) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
