"""`/api/v1/live/`: server-sent events that name what changed, for the maps that are open."""

import json
import threading
import time
from collections import Counter
from collections.abc import Iterator

from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.http.response import StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import Member
from accounts.scope import Scope
from api.errors import body
from grid.responsibility import scope_of
from publish.live.listener import BACK, LISTENER, LOST, Subscriber

#: A map that hears nothing for longer takes the connection for lost (js/live.js).
BEAT = 15.0
#: Then the browser connects anew, which asks again who it is and what it covers.
LIFE = 300.0
#: Open maps of one member in one process: nobody takes the seats of all others.
MOST_OF_ONE = 6
#: What comes in so short a time is told at once (seconds).
GATHER = 0.5


class _Seats:
    """How many streams this process holds; each takes a thread of the server."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._taken: Counter[int] = Counter()

    def take(self, member: int) -> bool:
        """Whether there was a seat for one more map of the member."""
        with self._lock:
            full = self._taken.total() >= settings.LIVE_STREAMS
            if full or self._taken[member] >= MOST_OF_ONE:
                return False
            self._taken[member] += 1
            return True

    def leave(self, member: int) -> None:
        with self._lock:
            self._taken[member] -= 1
            if not self._taken[member]:
                del self._taken[member]


SEATS = _Seats()


class Stream:
    """The events of one map, as bytes; closing it, or losing it, gives its seat back."""

    def __init__(self, member: int, scope: Scope) -> None:
        self._member = member
        self._scope = scope
        self._ends = time.monotonic() + LIFE
        self._subscriber: Subscriber | None = LISTENER.subscribe()
        self._events = self._run(self._subscriber)

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        return next(self._events)

    def _run(self, subscriber: Subscriber) -> Iterator[bytes]:
        # The stream holds no connection of the pool while it waits.
        connection.close()
        yield b"retry: 2000\n\n" + _event("hello", {})
        while self._subscriber and time.monotonic() < self._ends:
            told = subscriber.take(BEAT)
            if not told:
                yield _event("beat", {})
                continue
            time.sleep(GATHER)
            told = list(dict.fromkeys([*told, *subscriber.take(0)]))
            if LOST in told or BACK in told:
                yield _event([what for what in told if what in (LOST, BACK)][-1][0], {})
            changed: dict[str, list[str]] = {}
            for what, where in told:
                if where and self._scope.touches(where):
                    changed.setdefault(what, []).append(where)
            if changed:
                yield _event("changed", changed)

    def close(self) -> None:
        subscriber, self._subscriber = self._subscriber, None
        if subscriber is not None:
            LISTENER.unsubscribe(subscriber)
            SEATS.leave(self._member)

    def __del__(self) -> None:
        self.close()


def _event(name: str, said: dict[str, list[str]]) -> bytes:
    return f"event: {name}\ndata: {json.dumps(said)}\n\n".encode()


@transaction.non_atomic_requests
@require_safe
def live(request: HttpRequest) -> HttpResponseBase:
    """Events for whoever is signed in: ``changed`` with the communities of each layer.

    204 where the server holds no streams (the page then asks now and again), 503 where all
    seats of this process are taken, or this member has MOST_OF_ONE of them.
    """
    member = request.user
    if not isinstance(member, Member):
        return JsonResponse(body("sign_in_required", _("Sign in to see the map.")), status=401)
    if not settings.LIVE_STREAMS or request.method == "HEAD":
        return HttpResponse(status=204)
    scope = scope_of(member, timezone.localdate())
    if not SEATS.take(member.pk):
        full = JsonResponse(
            body("unavailable", _("Too many maps are open; this one asks once a minute instead.")),
            status=503,
        )
        full["Retry-After"] = "60"
        return full
    response = StreamingHttpResponse(Stream(member.pk, scope), content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    # A proxy that gathers answers would keep the events to itself.
    response["X-Accel-Buffering"] = "no"
    return response
