"""Which periods a schedule asks for by a day, and making those that are missing."""

import datetime as dt
import logging
from itertools import takewhile

from django.utils import timezone

from api.errors import GridwalkError
from grid.models import Area
from publish.models import ArchivedReport, ReportSchedule
from publish.report_archive.making import Wish, ask

log = logging.getLogger("gridwalk.jobs")
DAY = dt.timedelta(days=1)
WEEK = 7 * DAY
#: Walks of the last evening come in by night, and care counts are published early on Monday.
BEGINS = dt.timedelta(hours=5)
#: After a longer standstill only the latest periods are made.
MOST_MISSED = 8
Period = tuple[dt.date, dt.date]


def last_week(day: dt.date) -> Period:
    """The last whole week, Monday to Sunday, before the week of the day."""
    monday = day - day.weekday() * DAY
    return monday - WEEK, monday - DAY


def last_month(day: dt.date) -> Period:
    """The month before that of the day."""
    end = day.replace(day=1) - DAY
    return end.replace(day=1), end


def asked_for(schedule: ReportSchedule, day: dt.date) -> list[Period]:
    """The periods that ended before the day, from ``since`` on, the earliest first."""
    before = last_week if schedule.every == ReportSchedule.Every.WEEK else last_month
    found, period = [], before(day)
    for _number in range(MOST_MISSED):
        found.append(period)
        period = before(period[0])
    return list(takewhile(lambda one: one[1] >= schedule.since, found))[::-1]


def make_due(now: dt.datetime) -> int:
    """Queue what the schedules ask for by now and is not there; how many reports.

    A day begins at five in the morning. Run again, it makes nothing twice. The schedule of an area
    that is no longer there is put out of force.
    """
    day = timezone.localdate(now - BEGINS)
    made = 0
    for schedule in ReportSchedule.objects.filter(active=True).select_related("made_by"):
        area = Area.objects.current().filter(code=schedule.area_code).first()
        if area is None:
            log.warning("the area of report schedule %s is gone; it is stopped", schedule.pk)
            ReportSchedule.objects.filter(pk=schedule.pk).update(active=False)
            continue
        made += _make(schedule, area, day, now)
    return made


def _make(schedule: ReportSchedule, area: Area, day: dt.date, now: dt.datetime) -> int:
    periods = asked_for(schedule, day)
    there = set(
        ArchivedReport.objects.filter(
            schedule=schedule, start__in=[start for start, _end in periods]
        ).values_list("start", "end")
    )
    missing = [period for period in periods if period not in there]
    for start, end in missing:
        wish = Wish(area, start, end, tuple(schedule.languages), tuple(schedule.formats))
        try:
            ask(wish, now=now, member=schedule.made_by, schedule=schedule)
        except GridwalkError as error:
            log.warning("report schedule %s: %s", schedule.pk, error)
            return 0
    return len(missing)
