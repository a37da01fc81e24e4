"""Take in heads of building from a file's rows, as `import_households` does homes."""

import datetime as dt
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import acting
from accounts.models import Member
from grid.locks import lock_community
from grid.models import Area
from grid.sheet_files import Sheet
from households.building_match import BuildingBook, Match, NoBuilding
from households.import_households import CHUNK, left_out, lost_rows, must_import
from households.import_report import Flaw, ImportReport, Likeness
from households.import_rows import BadRow, HeadRow, head_of, values_of
from households.models import BuildingHead


def import_heads(
    sheet: Sheet,
    mapping: dict[str, str],
    community: Area,
    *,
    member: Member,
    now: dt.datetime,
    begin: int = 0,
    progress: Callable[[int, ImportReport], None] = lambda _done, _report: None,
) -> ImportReport:
    """Store the rows, each at its building in the community. For jobs and commands only.

    A head is known again by building, kind and name among those in office; a contact or a last
    day given anew is noted. ``begin`` is there for what calls either import: heads are few, and
    an interrupted import begins again. Raises NotAllowed.
    """
    must_import(member, community, now)
    report = ImportReport(left_out=left_out(sheet, mapping))
    with acting.as_job("import"):
        placed = _placed(sheet, mapping, community, report)
    for start in range(0, max(len(placed), 1), CHUNK):
        with transaction.atomic(), acting.as_job("import"):
            lock_community(community.code)
            _store(placed[start : start + CHUNK], report, timezone.localdate(now))
            progress(min(start + CHUNK, len(sheet.rows)), report)
    return report


def _placed(
    sheet: Sheet, mapping: dict[str, str], community: Area, report: ImportReport
) -> list[tuple[HeadRow, Match]]:
    book = BuildingBook(community)
    placed: list[tuple[HeadRow, Match]] = []
    seen: dict[tuple[int, str, str], int] = {}
    lost: dict[int, tuple[str, NoBuilding]] = {}
    for number, row in sheet.rows:
        try:
            head = head_of(values_of(row, mapping))
            match = book.match(head.line)
            key = (match.place.pk, head.kind, head.name)
            if key in seen:
                raise BadRow("twice", _("Row %s names the same head already.") % seen[key])
        except BadRow as bad:
            report.flaws.append(Flaw(number, bad.code, str(bad)))
        except NoBuilding as nowhere:
            lost[number] = (head.line, nowhere)
        else:
            seen[key] = number
            if match.score < 100:
                report.alike.append(Likeness(number, head.line, match.place.address, match.score))
            placed.append((head, match))
    report.flaws += lost_rows(book, lost)
    return placed


def _store(placed: list[tuple[HeadRow, Match]], report: ImportReport, today: dt.date) -> None:
    # Names are encrypted, so they are compared here and not by the database.
    there = {
        (head.building_id, head.kind, head.name): head
        for head in BuildingHead.objects.on(today).filter(
            building__in=[match.place.pk for _row, match in placed]
        )
    }
    for row, match in placed:
        head = there.get((match.place.pk, row.kind, row.name))
        if head is None and row.until is not None and row.until < today:
            report.rows.unchanged += 1  # out of office: nothing is kept of them
        elif head is None:
            BuildingHead.objects.create(
                area_id=match.place.area,
                building_id=match.place.pk,
                address=match.place.address[:300],
                kind=row.kind,
                name=row.name,
                contact=row.contact,
                starts_on=row.starts or today,
                ends_on=row.until,
            )
            report.rows.added += 1
        elif _note(head, row):
            report.rows.updated += 1
        else:
            report.rows.unchanged += 1


def _note(head: BuildingHead, row: HeadRow) -> bool:
    given = {"contact": row.contact, "ends_on": row.until}
    changed = [name for name, value in given.items() if value and getattr(head, name) != value]
    for name in changed:
        setattr(head, name, given[name])
    if changed:
        head.save(update_fields=changed)
    return bool(changed)
