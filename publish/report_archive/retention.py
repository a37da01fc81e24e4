"""Archived reports are kept for good, unless a term is set."""

import datetime as dt

from django.conf import settings
from django.db.models import Q, QuerySet

from publish.models import ArchivedReport
from publish.report_archive import files


def over(now: dt.datetime) -> QuerySet[ArchivedReport]:
    """Reports older than ``REPORT_RETENTION_DAYS``; none for 0."""
    if not settings.REPORT_RETENTION_DAYS:
        return ArchivedReport.objects.none()
    first = now - dt.timedelta(days=settings.REPORT_RETENTION_DAYS)
    return ArchivedReport.objects.filter(Q(made_at__lt=first) | Q(made_at=None, asked_at__lt=first))


def delete(now: dt.datetime) -> int:
    """Delete them with their files, and files that belong to none."""
    deleted = files.delete_reports(over(now).values_list("pk", flat=True))
    files.sweep(now)
    return deleted
