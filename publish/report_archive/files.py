"""The files of archived reports, in a store of which nothing has an address."""

import datetime as dt
import hashlib
import logging
import re
import uuid
from collections.abc import Iterable

from django.core.files.base import ContentFile
from django.core.files.storage import Storage, storages
from django.db import transaction

from publish.models import ArchivedReport, ReportFile

log = logging.getLogger("gridwalk.jobs")
_NAME = re.compile(r"[0-9a-f]{32}")
#: A file without a row that is older than any run of the job was left behind by a dead worker.
LEFT_BEHIND = dt.timedelta(days=1)


def store() -> Storage:
    """Where the files are: STORAGES["reports"]."""
    return storages["reports"]


def name_of(key: uuid.UUID) -> str:
    """The name of a file in the store. No folder gets too many of them."""
    return f"{key.hex[:2]}/{key.hex}"


def write(report: ArchivedReport, language: str, format: str, content: bytes) -> ReportFile:
    """Write one file; its row, which is not saved yet, is what makes it the report's."""
    row = ReportFile(
        report=report,
        language=language,
        format=format,
        sha256=hashlib.sha256(content).hexdigest(),
        size=len(content),
    )
    store().save(name_of(row.pk), ContentFile(content))
    return row


def remove(keys: Iterable[uuid.UUID]) -> None:
    for key in keys:
        store().delete(name_of(key))


def delete_reports(keys: Iterable[uuid.UUID]) -> int:
    """Delete reports with their files, rows first; how many reports."""
    keys = list(keys)
    files = list(ReportFile.objects.filter(report__in=keys).values_list("pk", flat=True))
    with transaction.atomic():
        ArchivedReport.objects.filter(pk__in=keys).delete()
        transaction.on_commit(lambda: remove(files))
    return len(keys)


def sweep(now: dt.datetime) -> int:
    """Delete files that belong to no report; how many."""
    kept = store()
    gone = 0
    try:
        folders, _files = kept.listdir("")
    except FileNotFoundError:
        return 0
    for folder in folders:
        found = {
            name
            for name in kept.listdir(folder)[1]
            if _NAME.fullmatch(name)
            and now - kept.get_modified_time(f"{folder}/{name}") > LEFT_BEHIND
        }
        keys = {uuid.UUID(hex=name) for name in found}
        known = set(ReportFile.objects.filter(pk__in=keys).values_list("pk", flat=True))
        remove(keys - known)
        gone += len(keys - known)
    if gone:
        log.info("%s files of reports that were never finished are deleted", gone)
    return gone
