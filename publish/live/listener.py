"""One listening connection in each web process, and the open maps that it tells.

A notification names a layer and a community, as "coverage 009101001001": never a person, a place
or a household. Who is told asks for what changed by the ordinary doors, which check who asks.
"""

import logging
import threading
import time
from typing import Any

import psycopg
from django.db import connections

log = logging.getLogger("gridwalk.live")

CHANNEL = "gridwalk_live"
#: Layers that are told of; the triggers of migration 0002 name them.
LAYERS = ("coverage", "cases", "lamps")
#: A listener that nobody needs any more notices within so many seconds.
LOOK_UP = 1.0
#: How long to wait before the database is asked again, from the first failure on (seconds).
WAITS = (1, 2, 5, 10, 30)
#: What a map is told besides layers: nothing is heard at the moment; it is heard again.
LOST, BACK = ("lost", ""), ("back", "")

Told = tuple[str, str]


class Subscriber:
    """One open map: what it has not been told yet, each thing once."""

    def __init__(self) -> None:
        self._told: dict[Told, None] = {}
        self._changed = threading.Condition()

    def tell(self, what: Told) -> None:
        with self._changed:
            self._told[what] = None
            self._changed.notify()

    def take(self, seconds: float) -> list[Told]:
        """What came since the last call, in order; waits up to so many seconds for the first."""
        with self._changed:
            self._changed.wait_for(lambda: self._told, timeout=seconds)
            found = list(self._told)
            self._told.clear()
            return found


class Listener:
    """Hears the database for all maps of this process; its thread lives as long as one is open."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._subscribers: set[Subscriber] = set()
        self._thread: threading.Thread | None = None
        #: Set while the database is heard.
        self.hears = threading.Event()

    def subscribe(self) -> Subscriber:
        """A map was opened."""
        subscriber = Subscriber()
        with self._lock:
            self._subscribers.add(subscriber)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="live", daemon=True)
                self._thread.start()
        return subscriber

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """It was closed; twice is once."""
        with self._lock:
            self._subscribers.discard(subscriber)

    def finish(self, seconds: float) -> bool:
        """Wait until the thread has ended, which it does once nobody is subscribed."""
        thread = self._thread
        if thread is not None:
            thread.join(seconds)
        return self._thread is None

    def _run(self) -> None:
        failures = 0
        while not self._done():
            try:
                with psycopg.connect(**_parameters(), autocommit=True) as connection:
                    connection.execute(f"LISTEN {CHANNEL}")
                    if failures:
                        log.warning("hearing the database again")
                        self._tell_all(BACK)
                    failures = 0
                    self.hears.set()
                    self._hear(connection)
            except psycopg.Error as error:
                if not failures:
                    log.warning("not hearing the database: %s", error)
                    self._tell_all(LOST)
                wait = WAITS[min(failures, len(WAITS) - 1)]
                failures += 1
                time.sleep(wait)
            finally:
                self.hears.clear()

    def _hear(self, connection: psycopg.Connection[Any]) -> None:
        while self._wanted():
            for note in connection.notifies(timeout=LOOK_UP):
                what, _space, where = note.payload.partition(" ")
                if what in LAYERS:
                    self._tell_all((what, where))
                if not self._wanted():
                    return

    def _tell_all(self, what: Told) -> None:
        with self._lock:
            told = list(self._subscribers)
        for subscriber in told:
            subscriber.tell(what)

    def _wanted(self) -> bool:
        with self._lock:
            return bool(self._subscribers)

    def _done(self) -> bool:
        """Whether nobody is subscribed; then the next subscriber starts another thread."""
        with self._lock:
            if self._subscribers:
                return False
            self._thread = None
            return True


def _parameters() -> dict[str, Any]:
    """As the web process signs in, but beside its pool: this connection is held for long."""
    return {
        key: value
        for key, value in connections["default"].get_connection_params().items()
        if key not in ("cursor_factory", "context", "prepare_threshold")
    }


LISTENER = Listener()
