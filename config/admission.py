"""How many requests of a web process are worked on at once.

Each map that listens for changes (publish/live/) holds a thread that sleeps, so the server has
many more threads than the processor could use; the others wait here, as they would for a thread.
"""

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Any

Environ = dict[str, Any]
Application = Callable[[Environ, Callable[..., Any]], Iterable[bytes]]
#: What sleeps most of its time, and is let in by a count of its own.
STREAMS = "/api/v1/live/"


class Admission:
    """A WSGI application that lets so many requests into another at once; streams are beside."""

    def __init__(self, inner: Application, at_once: int | None = None) -> None:
        self._inner = inner
        self._free = threading.Semaphore(at_once or int(os.environ.get("GRIDWALK_THREADS", "4")))

    def __call__(self, asked: Environ, start_response: Callable[..., Any]) -> Iterable[bytes]:
        if asked["PATH_INFO"] == STREAMS:
            return self._inner(asked, start_response)
        self._free.acquire()
        try:
            return _Held(self._inner(asked, start_response), self._free)
        except BaseException:
            self._free.release()
            raise


class _Held:
    """An answer that makes room for the next one once it is sent, or given up."""

    def __init__(self, answer: Iterable[bytes], free: threading.Semaphore) -> None:
        self._answer = answer
        self._free: threading.Semaphore | None = free

    def __iter__(self) -> Iterator[bytes]:
        return iter(self._answer)

    def close(self) -> None:
        free, self._free = self._free, None
        if free is None:
            return
        try:
            if close := getattr(self._answer, "close", None):
                close()
        finally:
            free.release()

    def __del__(self) -> None:
        self.close()
