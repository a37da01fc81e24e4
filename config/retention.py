"""What is deleted when its time is over, of every app: ``manage.py retention`` and every night."""

import datetime as dt
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db.models import QuerySet

from accounts import acting
from accounts import retention as sign_ins
from cases import attempts, awaited_photos, news, photos
from handover import notices as responsibility
from households import retention as households
from households import uploads
from households.models import HouseholdImport
from patrols import retention as patrols
from publish.report_archive import retention as reports
from rounds import notices as rounds
from sync import change_log, cursor
from sync import retention as tablets

log = logging.getLogger("gridwalk.jobs")


@dataclass(frozen=True)
class Term:
    """One kind of data: for how long it is kept, how it goes, and what should be gone by now."""

    what: str
    kept: str
    delete: Callable[[dt.datetime], int]
    over: Callable[[dt.datetime], Iterable[QuerySet]]


@dataclass(frozen=True)
class Done:
    """What became of one kind: rows deleted (or that would be), and those that should be gone."""

    what: str
    kept: str
    deleted: int
    overdue: int
    failed: bool = False


def _days(number: int) -> str:
    return f"{number} days"


def _arrival_day(now: dt.datetime) -> dt.date:
    """Tracks lie by the day of their arrival in UTC."""
    return now.astimezone(dt.UTC).date()


def terms() -> list[Term]:
    """Every kind, in the order in which they go: plans before households, history last."""
    return [
        Term(
            "raw tracks of patrols",
            f"{_days(settings.TRACK_RETENTION_DAYS)} from arrival",
            lambda now: patrols.delete_old_tracks(_arrival_day(now)),
            lambda now: [patrols.old_tracks(_arrival_day(now))],
        ),
        Term(
            "what tablets sent and was not taken in",
            tablets.kept_for(),
            tablets.delete_payloads,
            lambda now: [tablets.over(now)],
        ),
        Term(
            "e-mail addresses of residents",
            f"{_days(news.KEPT.days)} after the case has ended",
            news.forget,
            lambda now: [news.over(now)],
        ),
        Term(
            "photos that no case took up",
            f"{_days(photos.WAITING.days)} from arrival",
            _delete_photos,
            lambda now: [photos.unused(now)],
        ),
        Term(
            "counts of attempts to report",
            "1 hour",
            attempts.forget,
            lambda now: [attempts.over(now)],
        ),
        Term(
            "attempts to sign in",
            _days(sign_ins.KEPT.days),
            sign_ins.forget_attempts,
            lambda now: [
                model.objects.filter(attempt_time__lt=now - sign_ins.KEPT)
                for model in (AccessAttempt, AccessFailureLog, AccessLog)
            ],
        ),
        Term(
            "sessions",
            "until they expire",
            lambda now: _sessions(now).delete()[0],
            lambda now: [_sessions(now)],
        ),
        Term(
            "changes told to tablets",
            _days(cursor.KEPT.days),
            change_log.forget,
            lambda now: [change_log.over(now)],
        ),
        Term(
            "archived coverage reports",
            _days(settings.REPORT_RETENTION_DAYS) if settings.REPORT_RETENTION_DAYS else "for good",
            reports.delete,
            lambda now: [reports.over(now)],
        ),
        Term(
            "notices of handovers and leaves",
            _days(responsibility.KEPT.days),
            responsibility.forget,
            lambda now: [responsibility.over(now)],
        ),
        Term(
            "notices of rounds that are over",
            _days(rounds.KEPT.days),
            rounds.forget,
            lambda now: [rounds.over(now)],
        ),
        *_terms_of_households(),
    ]


def _terms_of_households() -> list[Term]:
    long = settings.ACCESS_RETENTION_DAYS
    return [
        Term(
            "files of households to import",
            "1 hour",
            uploads.sweep,
            lambda now: [HouseholdImport.objects.filter(at__lt=now - uploads.KEPT)],
        ),
        Term(
            "care plans",
            f"{_days(settings.PLAN_RETENTION_DAYS)} after their end",
            households.delete_plans,
            lambda now: [households.plans_over(now)],
        ),
        Term(
            "details of withdrawn care plans",
            f"{_days(settings.WITHDRAWN_RETENTION_DAYS)} after withdrawal",
            households.strip_withdrawn,
            lambda now: [households.withdrawn_over(now)],
        ),
        Term(
            "households without a care plan",
            f"{_days(settings.HOUSEHOLD_RETENTION_DAYS)} after the last one, "
            f"{settings.WITHDRAWN_RETENTION_DAYS} after withdrawal",
            households.erase_households,
            lambda now: [households.households_over(now)],
        ),
        Term(
            "heads of building",
            f"{_days(settings.HOUSEHOLD_RETENTION_DAYS)} after their office",
            households.delete_heads,
            lambda now: [households.heads_over(now)],
        ),
        Term(
            "access records",
            _days(long),
            households.delete_records,
            lambda now: [households.records_over(now)],
        ),
        Term(
            "history of households and plans",
            _days(long),
            households.delete_history,
            households.history_over,
        ),
    ]


def _sessions(now: dt.datetime) -> QuerySet[Session]:
    return Session.objects.filter(expire_date__lt=now)


def _delete_photos(now: dt.datetime) -> int:
    """Rows that go; a file without a row goes, too."""
    rows = photos.unused(now).count()
    photos.sweep(now)
    awaited_photos.sweep(now)
    return rows


def run(now: dt.datetime, *, dry_run: bool = False) -> list[Done]:
    """Delete what is over, kind by kind, and count what is left of it (none, or it failed).

    A kind that fails is logged and does not hold up the others. A dry run deletes nothing;
    ``deleted`` is then what would be.
    """
    done = []
    for term in terms():
        deleted, failed = 0, False
        if dry_run:
            deleted = _overdue(term, now)
        else:
            try:
                deleted = term.delete(now)
            except Exception:
                log.exception("retention: %s were not deleted", term.what)
                failed = True
        done.append(Done(term.what, term.kept, deleted, _overdue(term, now), failed))
    return done


def _overdue(term: Term, now: dt.datetime) -> int:
    with acting.as_job("retention"):
        return sum(rows.count() for rows in term.over(now))
