"""What a tablet has to learn since it last asked: records as they are now, and those that went.

A pull is a row of stages, each a list of records that may look different to this tablet, in pages.
Whether a record is put or gone is decided by one look at what the tablet carries today, never by
what happened: so a record that is named twice, or was never there, does no harm.
"""

import datetime as dt
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from accounts import acting
from accounts.scope import Scope
from sync import carried, carried_visits
from sync.carried import Carrier
from sync.cursor import Cursor, Feed, Mark, look, milliseconds, too_old
from sync.models import Change, Operation

#: Records of one answer.
PAGE = 2_000
#: The snapshot that sees nothing.
EVER = "1:1:"
Kind = Change.Kind
#: So many records of (key, kind, id) after a key, in the order of keys.
Stage = Callable[[str, int], list[tuple[str, str, str]]]


@dataclass
class Page:
    """What one answer tells. ``reset``: nothing that was told before counts any more."""

    cursor: Cursor
    reset: bool
    found: dict[str, set[str]] = field(default_factory=dict)

    @property
    def more(self) -> bool:
        return self.cursor.until is not None


def next_page(carrier: Carrier, cursor: Cursor | None, device: uuid.UUID) -> Page:
    """The records that the next answer tells, and the cursor after it.

    Three queries where nothing has changed.
    """
    feed, same = look(cursor)
    reset = cursor is None or not same or too_old(cursor, carrier.now)
    if reset or cursor is None:
        cursor = Cursor(carrier.member.pk, feed.epoch, feed.newest, None)
    cursor = replace(cursor, newest=feed.newest)
    if cursor.until is None:
        cursor = replace(cursor, until=_mark(carrier, feed))
    page = Page(cursor, reset)
    room = PAGE
    stages = list(_stages(carrier, cursor, device))
    while cursor.stage < len(stages):
        rows = stages[cursor.stage](cursor.after, room)
        for _key, kind, record in rows:
            page.found.setdefault(kind, set()).add(record)
        room -= len(rows)
        if room == 0:
            page.cursor = replace(cursor, after=rows[-1][0])
            return page
        cursor = replace(cursor, stage=cursor.stage + 1, after="")
    page.cursor = cursor.ended()
    return page


def _mark(carrier: Carrier, feed: Feed) -> Mark:
    return Mark(
        feed.snapshot,
        milliseconds(carrier.now),
        carrier.today.isoformat(),
        carrier.grants,
        carrier.crews,
    )


def _stages(carrier: Carrier, cursor: Cursor, device: uuid.UUID) -> Iterator[Stage]:
    """All, from nothing; else what changed, what rights and what time made of it.

    Which stages there are depends on the two marks alone: all pages of a pull have the same.
    """
    since, until = cursor.since, cursor.until
    assert until is not None  # noqa: S101
    if since is None:
        yield _by_key(Kind.CASE, lambda: carried.cases(carrier))
        yield _by_key(Kind.LAMP, lambda: carried.lamps(carrier))
        yield _visits(carrier, lambda: carried_visits.visits(carrier))
        yield _log([f"device:{device}"], [], EVER, until.snapshot)
        return
    grants = set(since.grants) ^ set(until.grants)
    other, homes = carried.scope_of_grants(grants), carried.homes_of_grants(grants)
    crews = set(since.crews) ^ set(until.crews)
    audiences = _audiences(carrier, since, until, device)
    known = carried.homes_of_grants({*since.grants, *until.grants})
    visited = [code for code in audiences if known.covers(code)]
    yield _log(audiences, visited, since.snapshot, until.snapshot)
    yield _by_key(Kind.CASE, lambda: carried.due_between(carrier, _moment(since.at)))
    if other or crews:
        yield _by_key(Kind.CASE, lambda: carried.cases_concerning(other, crews))
    if grants:
        # Whoever leads or administers may take more steps with what they carry.
        yield _by_key(Kind.CASE, lambda: carried.cases(carrier))
    if other:
        yield _by_key(Kind.LAMP, lambda: carried.lamps_concerning(other))
    if homes:
        yield _planned(homes)
    if since.day != until.day:
        day = dt.date.fromisoformat(since.day)
        yield _visits(carrier, lambda: carried_visits.visits(carrier))
        yield _visits(carrier, lambda: carried_visits.ended_between(carrier, day))


def _audiences(carrier: Carrier, since: Mark, until: Mark, device: uuid.UUID) -> list[str]:
    """Whose changes are told: of the member then and now."""
    grants = {*since.grants, *until.grants}
    if grants == set(carrier.grants):
        codes = [area.code for area in carrier.areas]
    else:
        codes = carried.codes_under(carried.scope_of_grants(grants))
    crews = sorted({*since.crews, *until.crews})
    return [
        *codes,
        f"member:{carrier.member.pk}",
        f"device:{device}",
        *(f"crew:{crew}" for crew in crews),
    ]


def _by_key(kind: str, rows: Callable[[], QuerySet]) -> Stage:
    """Records of a query, by their keys."""

    def page(after: str, most: int) -> list[tuple[str, str, str]]:
        wanted = rows().filter(pk__gt=after) if after else rows()
        keys = wanted.order_by("pk").values_list("pk", flat=True)[:most]
        return [(str(key), kind, str(key)) for key in keys]

    return page


def _visits(carrier: Carrier, rows: Callable[[], QuerySet]) -> Stage:
    """The same with the member's eyes, without which no home is seen."""

    def page(after: str, most: int) -> list[tuple[str, str, str]]:
        with acting.as_member(carrier.member, carrier.today):
            return _by_key(Kind.VISIT, rows)(after, most)

    return page


def _planned(scope: Scope) -> Stage:
    """Visits of areas that were gained or lost, where the member may look or not."""

    def page(after: str, most: int) -> list[tuple[str, str, str]]:
        codes = carried.codes_under(scope)
        found = carried_visits.planned_in(codes, after, most)
        return [(record, Kind.VISIT, record) for record in found]

    return page


def _log(audiences: Sequence[str], homes: Sequence[str], since: str, until: str) -> Stage:
    """What the log has for them between two snapshots: seen by the later, not by the earlier.

    Of visits only those of ``homes``: to who may not know them, ids that are gone would still tell
    how many there are.
    """

    def page(after: str, most: int) -> list[tuple[str, str, str]]:
        kind, _space, record = after.partition(" ")
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT DISTINCT kind, record FROM sync_change
                WHERE audience = ANY(%(audiences)s) AND transaction >= %(oldest)s
                    AND (kind <> %(visit)s OR audience = ANY(%(homes)s))
                    AND NOT pg_visible_in_snapshot(transaction::text::xid8, %(since)s)
                    AND pg_visible_in_snapshot(transaction::text::xid8, %(until)s)
                    AND (kind, record) > (%(kind)s, %(record)s)
                ORDER BY kind, record LIMIT %(most)s
                """,
                {
                    "audiences": list(audiences),
                    "homes": list(homes),
                    "visit": Kind.VISIT,
                    "oldest": int(since.partition(":")[0]),
                    "since": since,
                    "until": until,
                    "kind": kind,
                    "record": record,
                    "most": most,
                },
            )
            return [(f"{kind} {record}", kind, record) for kind, record in cursor.fetchall()]

    return page


def told(carrier: Carrier, found: dict[str, set[str]], device: uuid.UUID) -> dict[str, Any]:
    """The records as they are now, and those that this tablet no longer carries.

    A query for cases and for lamps, five for visits, one for operations; none for what is not
    there.
    """
    cases = {int(key) for key in found.get(Kind.CASE, ())}
    lamps = {int(key) for key in found.get(Kind.LAMP, ())}
    visits = {uuid.UUID(key) for key in found.get(Kind.VISIT, ())}
    operations = {uuid.UUID(key) for key in found.get(Kind.OPERATION, ())}
    put: list[dict[str, Any]] = []
    if visits:
        with acting.as_member(carrier.member, carrier.today):
            put = carried_visits.told_visits(carrier, visits, device)
    return {
        "cases": _put_or_gone(carried.told_cases(carrier, cases) if cases else [], cases),
        "lamps": _put_or_gone(carried.told_lamps(carrier, lamps) if lamps else [], lamps),
        "visits": _put_or_gone(put, {str(key) for key in visits}),
        "operations": _told_operations(operations, device) if operations else [],
    }


def _put_or_gone(put: list[dict[str, Any]], asked: Iterable[Any]) -> dict[str, list[Any]]:
    return {"put": put, "gone": sorted(set(asked) - {record["id"] for record in put})}


def _told_operations(keys: Iterable[uuid.UUID], device: uuid.UUID) -> list[dict[str, Any]]:
    """What the office discarded reads as refused."""
    found = Operation.objects.filter(pk__in=keys, device=device).order_by("sequence")
    return [
        {
            "id": str(row.sent_id),
            "state": "rejected" if row.state == Operation.State.DISCARDED else row.state,
            "code": row.code,
            "message": row.message,
            "result": row.result,
        }
        for row in found.defer("payload")
    ]


def _moment(at: int) -> dt.datetime:
    return dt.datetime.fromtimestamp(at / 1000, dt.UTC)
