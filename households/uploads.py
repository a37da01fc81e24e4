"""Files of homes sent by a coordinator: kept encrypted, taken in by a job, gone within the hour."""

import base64
import datetime as dt
import json
from dataclasses import asdict
from functools import partial
from pathlib import PurePosixPath
from typing import IO, Any
from uuid import UUID

from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import acting
from accounts.models import Member, Role
from api.errors import BadInput, Conflict, GridwalkError, NotAllowed, TooLarge, TooMany
from grid.models import Area, Level, Responsibility
from grid.sheet_files import Sheet, read_sheet
from households.erase import STOPPED
from households.forbidden import refuse_forbidden
from households.import_columns import OURS, checked_mapping
from households.import_heads import import_heads
from households.import_households import import_households, must_import
from households.import_report import ImportReport, rows_to_correct
from households.models import HouseholdImport

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 50_000
MOST_CELLS = 2_000_000
#: Files of one member at a time.
MOST_AT_ONCE = 10
#: Told on the page; the file to correct has all of them.
MOST_TOLD = 100
#: The sweep comes every ten minutes: together the hour that the page promises.
KEPT = dt.timedelta(minutes=50)

State = HouseholdImport.State


def coordinated(member: Member, now: dt.datetime) -> list[Area]:
    """The communities that the member coordinates today. Raises NotAllowed where there is none."""
    held = Responsibility.objects.on(timezone.localdate(now)).filter(
        member=member, role=Role.COORDINATOR
    )
    found = Area.objects.current().filter(level=Level.COMMUNITY, pk__in=held.values("area"))
    areas = list(found.defer("geometry", "tile_geometry").order_by("code"))
    if not areas:
        raise NotAllowed(_("Only the coordinator of a community takes in its households."))
    return areas


def keep(
    file: IO[bytes], name: str, kind: str, community: Area, *, member: Member, now: dt.datetime
) -> HouseholdImport:
    """Keep the file, encrypted, until it is said which column is what. With the member's eyes.

    Raises BadFile, ForbiddenColumns, TooLarge, TooMany, NotAllowed; then nothing is kept.
    """
    must_import(member, community, now)
    content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise TooLarge(_("The file is larger than 10 MB. Send it in parts."))
    name = PurePosixPath(name.replace("\\", "/")).name[:100]
    sheet = _sheet(content, name)
    refuse_forbidden(column for column in sheet.columns if not column.lower().startswith(OURS))
    if HouseholdImport.objects.filter(member=member).count() >= MOST_AT_ONCE:
        raise TooMany(_("You sent many files within the hour. Delete those that are through."))
    return HouseholdImport.objects.create(
        area=community,
        member=member,
        kind=kind,
        name=name,
        language=get_language() or "en",
        at=now,
        content=base64.b64encode(content).decode("ascii"),
        columns=sheet.columns,
        total=len(sheet.rows),
    )


def _sheet(content: bytes, name: str) -> Sheet:
    sheet = read_sheet(content, name, most_cells=MOST_CELLS)
    if len(sheet.rows) > MOST_ROWS:
        raise TooLarge(_("The file has more than 50,000 rows. Send it in parts."))
    if len(sheet.columns) > 100 or any(len(column) > 200 for column in sheet.columns):
        raise BadInput(_("The file has too many columns, or their names are too long."))
    return sheet


def begin(pk: UUID, said: dict[str, str], *, member: Member) -> HouseholdImport:
    """Hand the file to the job; ``said`` is column -> field. With the member's eyes.

    Raises BadInput, and Conflict where it has begun already.
    """
    from households.tasks import take_in_file

    kept = HouseholdImport.objects.select_for_update().defer("content").get(pk=pk, member=member)
    if kept.state != State.ASKED:
        raise Conflict(_("This import has begun already."))
    kept.mapping = checked_mapping(kept.columns, said, kept.kind)
    kept.state = State.WAITING
    kept.save(update_fields=["mapping", "state"])
    take_in_file.defer(upload=str(kept.pk))  # in this transaction: both or neither
    return kept


def take_in(pk: str, *, now: dt.datetime) -> None:
    """The job: from where it stood when it was interrupted. Raises only faults of the server."""
    with acting.as_job("import"):
        found = HouseholdImport.objects.select_for_update(of=("self",)).filter(pk=pk)
        kept = found.select_related("area", "member").first()
        if kept is None or kept.state not in (State.WAITING, State.RUNNING):
            return
        HouseholdImport.objects.filter(pk=pk).update(state=State.RUNNING)
    with translation.override(kept.language):
        try:
            sheet = _sheet(base64.b64decode(kept.content), kept.name)
            report = _run(kept, sheet, now)
        except GridwalkError as error:
            _finish(kept, state=State.FAILED, problem=str(error)[:500])
            return
        told = {
            "table": rows_to_correct(sheet, report.flaws) if report.flaws else [],
            "refused": [asdict(one) for one in _first(report.flaws)],
            "alike": [asdict(one) for one in _first(report.alike)],
            "left_out": report.left_out,
        }
    _finish(kept, state=State.DONE, done=kept.total, told=json.dumps(told, ensure_ascii=False))


def _first(rows: list[Any]) -> list[Any]:
    return sorted(rows, key=lambda one: one.row)[:MOST_TOLD]


def _run(kept: HouseholdImport, sheet: Sheet, now: dt.datetime) -> ImportReport:
    # Heads of building begin again, homes where they stood.
    before = dict(kept.counts) if kept.kind == "homes" else {}

    def progress(done: int, report: ImportReport) -> None:
        found = {**report.rows.as_dict(), "plans": report.plans, "refused": report.refused}
        for name in ("added", "updated", "unchanged", "plans"):
            found[name] += before.get(name, 0)
        HouseholdImport.objects.filter(pk=kept.pk).update(done=done, counts=found)

    def go_on() -> None:
        """An erasure stops it in the same lock."""
        if HouseholdImport.objects.filter(pk=kept.pk, state=State.FAILED).exists():
            raise Conflict(_(STOPPED))

    run = import_heads if kept.kind == "heads" else partial(import_households, go_on=go_on)
    return run(
        sheet,
        kept.mapping,
        kept.area,
        member=kept.member,
        now=now,
        begin=kept.done,
        progress=progress,
    )


def _finish(kept: HouseholdImport, **found: Any) -> None:
    """The file itself goes now; what an erasure stopped stays as that left it."""
    with acting.as_job("import"):
        going = HouseholdImport.objects.filter(pk=kept.pk).exclude(state=State.FAILED)
        going.update(content="", **found)


def give_up(pk: str) -> None:
    """After the last attempt: say so, and let the file go."""
    with acting.as_job("import"):
        kept = HouseholdImport.objects.filter(pk=pk).defer("content", "told").first()
        if kept is None:
            return
        language = kept.language
    with translation.override(language):
        problem = _("The server failed, which is not your fault. Send the file again.")
    _finish(kept, state=State.FAILED, problem=problem)


def sweep(now: dt.datetime) -> int:
    """Delete what is older than the page promises, whatever came of it; how many."""
    with acting.as_job("import"):
        return HouseholdImport.objects.filter(at__lt=now - KEPT).delete()[0]
