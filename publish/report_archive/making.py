"""A report is asked for, made by a job that can be stopped and run again, and archived whole."""

import datetime as dt
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Member
from api.errors import BadInput, Conflict, UnknownArea
from grid.models import Area
from publish.coverage_report.figures import check_days, report_of
from publish.coverage_report.formats import FORMATS, render
from publish.coverage_report.report import Report
from publish.models import ArchivedReport, ReportFile, ReportSchedule
from publish.report_archive import files
from publish.report_archive.models import LANGUAGES

State, Problem = ArchivedReport.State, ArchivedReport.Problem
#: Counting takes about as long as writing; so many percent when all communities are counted.
COUNTED = 50
#: Of one member at a time: who needs more waits for those.
MOST_AT_ONCE = 10


class Stopped(Exception):
    """The report was cancelled meanwhile, or another run of its job took over."""


@dataclass(frozen=True)
class Wish:
    """What a report is to be of, and in which languages and formats; "html" is always made."""

    area: Area
    start: dt.date
    end: dt.date
    languages: tuple[str, ...]
    formats: tuple[str, ...]

    def checked(self, now: dt.datetime) -> "Wish":
        """Raises BadInput with a sentence for what cannot be made."""
        check_days(self.start, self.end, now)
        languages = tuple(one for one in LANGUAGES if one in self.languages)
        if not languages:
            raise BadInput(_("Choose a language."))
        chosen = {*self.formats, "html"}
        formats = tuple(one for one in FORMATS if one in chosen)
        return Wish(self.area, self.start, self.end, languages, formats)


def ask(
    wish: Wish,
    *,
    now: dt.datetime,
    member: Member | None = None,
    schedule: ReportSchedule | None = None,
    key: uuid.UUID | None = None,
    tell: bool = False,
) -> ArchivedReport:
    """Queue a report; the same key, or the same period of a schedule, again is the one there is.

    Raises BadInput for days that cannot be, Conflict where the member waits for many already.
    """
    wish = wish.checked(now)
    if key and (there := ArchivedReport.objects.filter(pk=key).first()):
        if there.made_by != member:
            raise Conflict(_("Load the page again, and ask once more."))
        return there
    waiting = ArchivedReport.objects.filter(
        made_by=member, schedule=None, state__in=[State.WAITING, State.RUNNING]
    )
    if schedule is None and waiting.count() >= MOST_AT_ONCE:
        raise Conflict(_("Many of your reports are being made. Wait until they are ready."))
    same: dict[str, Any]
    given: dict[str, Any] = {
        "area_code": wish.area.code,
        "area_name": wish.area.name,
        "languages": list(wish.languages),
        "formats": list(wish.formats),
        "made_by": member,
        "tell": tell,
        "asked_at": now,
    }
    days = {"start": wish.start, "end": wish.end}
    if schedule is None:
        same, given = {"pk": key or uuid.uuid4()}, given | days
    else:
        same = {"schedule": schedule, **days}
    with transaction.atomic():
        made, fresh = ArchivedReport.objects.get_or_create(**same, defaults=given)
        if fresh:
            _queue(made)
    return made


def _queue(report: ArchivedReport) -> None:
    from publish.tasks import make_report

    make_report.defer(report=str(report.pk))  # in the caller's transaction: both or neither


def cancel(report: ArchivedReport) -> bool:
    """Stop it; whether there was something to stop. A running job notices at its next step."""
    going = ArchivedReport.objects.filter(pk=report.pk, state__in=[State.WAITING, State.RUNNING])
    return bool(going.update(state=State.CANCELLED, run=None))


def again(report: ArchivedReport, now: dt.datetime) -> bool:
    """Make one anew that failed or was cancelled; whether it was one of those."""
    with transaction.atomic():
        left = ArchivedReport.objects.filter(
            pk=report.pk, state__in=[State.FAILED, State.CANCELLED]
        )
        begun = left.update(
            state=State.WAITING, asked_at=now, problem="", progress=0, writing=False, run=None
        )
        if begun:
            _queue(report)
    return bool(begun)


def make(key: str, now: dt.datetime) -> None:
    """The job: from the start, whatever a killed worker had done of it.

    Does nothing for a report that is ready, cancelled or gone. Raises only faults of the server.
    """
    run = uuid.uuid4()
    open_ = ArchivedReport.objects.filter(pk=key, state__in=[State.WAITING, State.RUNNING])
    if not open_.update(state=State.RUNNING, run=run, progress=0, writing=False, step_done=0):
        return
    asked = ArchivedReport.objects.defer("figures").get(pk=key)
    step = _steps(asked, run)
    written: list[ReportFile] = []
    try:
        report = _counted(asked, now, step)
        _write(asked, report, step, written)
        _archive(asked, report, run, written, now)
    except Stopped:
        files.remove(row.pk for row in written)
    except (UnknownArea, BadInput) as error:
        problem = Problem.AREA if isinstance(error, UnknownArea) else Problem.DAYS
        _fail(key, problem, run)
    except BaseException:
        files.remove(row.pk for row in written)
        raise


def give_up(key: str) -> None:
    """After the last attempt: say so on its page."""
    _fail(key, Problem.FAULT)


def _fail(key: str, problem: str, run: uuid.UUID | None = None) -> None:
    going = ArchivedReport.objects.filter(pk=key, state__in=[State.WAITING, State.RUNNING])
    if run:
        going = going.filter(run=run)
    going.update(state=State.FAILED, problem=problem, run=None)


Step = Callable[[int, int, bool], None]


def _steps(asked: ArchivedReport, run: uuid.UUID) -> Step:
    """Tells how far the run is; raises Stopped where it is not to go on."""
    mine = ArchivedReport.objects.filter(pk=asked.pk, state=State.RUNNING, run=run)

    def step(done: int, of_all: int, writing: bool) -> None:
        share = done / of_all if of_all else 1
        percent = COUNTED + (100 - COUNTED) * share if writing else COUNTED * share
        if not mine.update(progress=int(percent), writing=writing, step_done=done, step_all=of_all):
            raise Stopped

    return step


def _counted(asked: ArchivedReport, now: dt.datetime, step: Step) -> Report:
    """One process counts: several would read in one transaction that may tell of no progress."""
    return report_of(
        asked.area_code,
        start=asked.start,
        end=asked.end,
        now=now,
        progress=lambda done, of_all: step(done, of_all, False),
    )


def _write(asked: ArchivedReport, report: Report, step: Step, written: list[ReportFile]) -> None:
    wanted = [(language, name) for language in asked.languages for name in asked.formats]
    for number, (language, name) in enumerate(wanted):
        step(number, len(wanted), True)
        written.append(files.write(asked, language, name, render(report, name, language)))


def _archive(
    asked: ArchivedReport,
    report: Report,
    run: uuid.UUID,
    written: Sequence[ReportFile],
    now: dt.datetime,
) -> None:
    """All at once, and for the last run alone; who is to hear of it is told in the same."""
    with transaction.atomic():
        mine = ArchivedReport.objects.filter(pk=asked.pk, state=State.RUNNING, run=run)
        if not mine.update(
            state=State.DONE,
            progress=100,
            made_at=now,
            run=None,
            figures=report.without_maps().as_dict(),
        ):
            raise Stopped
        ReportFile.objects.bulk_create(written)
        if settings.EMAIL_HOST:
            _tell(asked)


def _tell(asked: ArchivedReport) -> None:
    from publish.tasks import send_report_mail

    for member in recipients(asked):
        send_report_mail.defer(report=str(asked.pk), member=member)


def recipients(report: ArchivedReport) -> list[int]:
    """Ids of the members who asked to hear of it."""
    told = set()
    if report.schedule is not None:
        told |= set(report.schedule.recipients.values_list("pk", flat=True))
    if report.tell and report.made_by_id:
        told.add(report.made_by_id)
    return sorted(told)
