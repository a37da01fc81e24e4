"""Take in households from a file's rows; what is unsound is told row by row.

A household is known again by its door: the same file twice changes nothing, and an import that
was interrupted goes on where it stood when it is run again.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import acting
from accounts.models import Member, Role
from api.errors import NotAllowed
from grid.locks import lock_community
from grid.models import Area, Responsibility
from grid.osm.merge import Counts
from grid.sheet_files import Sheet
from households import addresses
from households.access import record
from households.building_match import BuildingBook, Match, NoBuilding
from households.import_columns import OURS
from households.import_plans import PlansOfFile
from households.import_report import Flaw, ImportReport, Likeness
from households.import_rows import BadRow, HomeRow, home_of, values_of
from households.models import Door, Household, Looked
from households.register import note

#: Rows of one transaction, after which progress is told.
CHUNK = 500
#: Doors of one building by their way inside.
Key = tuple[int, str, str, str]


@dataclass(frozen=True)
class Placed:
    """A sound row, its building, and the way inside as the door has it."""

    row: int
    home: HomeRow
    match: Match
    key: Key


def must_import(member: Member, community: Area, now: dt.datetime) -> None:
    """Raises NotAllowed unless the member coordinates this community today."""
    held = Responsibility.objects.on(timezone.localdate(now)).filter(
        member=member, area=community, role=Role.COORDINATOR
    )
    if not member.is_active or not held.exists():
        raise NotAllowed(_("Only the coordinator of a community takes in its households."))


def import_households(
    sheet: Sheet,
    mapping: dict[str, str],
    community: Area,
    *,
    member: Member,
    now: dt.datetime,
    begin: int = 0,
    progress: Callable[[int, ImportReport], None] = lambda _done, _report: None,
    go_on: Callable[[], None] = lambda: None,
) -> ImportReport:
    """Store the rows, each behind its door in the community. For jobs and commands only.

    ``mapping`` is field -> column (`checked_mapping`). ``progress(rows done, report so far)`` is
    called inside each chunk's transaction, and before it ``go_on``, which raises what ends the
    import. What an earlier run told to be done, ``begin`` rows, is checked again and not counted.
    Raises NotAllowed.
    """
    must_import(member, community, now)
    report = ImportReport(left_out=left_out(sheet, mapping))
    with acting.as_job("import"):
        placed = list(_placed(sheet, mapping, community, timezone.localdate(now), report))
    # By building, so that a chunk asks for the doors of a few of them.
    placed.sort(key=lambda one: one.key)
    told = len(sheet.rows) - len(placed)
    plans = PlansOfFile(member, now)
    for start in range(0, max(len(placed), 1), CHUNK):
        chunk = placed[start : start + CHUNK]
        done = told + start + len(chunk)
        with transaction.atomic(), acting.as_job("import"):
            lock_community(community.code)
            go_on()
            _store(chunk, report if done > begin else ImportReport(flaws=report.flaws), plans)
            if done > begin:
                progress(done, report)
    return report


def left_out(sheet: Sheet, mapping: dict[str, str]) -> list[str]:
    """Columns of the file that nothing is taken from."""
    return [
        column
        for column in sheet.columns
        if column not in mapping.values() and not column.lower().startswith(OURS)
    ]


def _placed(
    sheet: Sheet, mapping: dict[str, str], community: Area, today: dt.date, report: ImportReport
) -> Iterator[Placed]:
    """The sound rows; what is wrong with the others goes into the report."""
    book = BuildingBook(community)
    seen: dict[Key, int] = {}
    lost: dict[int, tuple[str, NoBuilding]] = {}
    for number, row in sheet.rows:
        try:
            home = home_of(values_of(row, mapping), today)
            match = book.match(home.line)
            key = _key(match, home)
            if key in seen:
                raise BadRow("twice", _("Row %s has the same door already.") % seen[key])
        except BadRow as bad:
            report.flaws.append(Flaw(number, bad.code, str(bad)))
        except NoBuilding as nowhere:
            lost[number] = (home.line, nowhere)
        else:
            seen[key] = number
            if match.score < 100:
                report.alike.append(Likeness(number, home.line, match.place.address, match.score))
            yield Placed(number, home, match, key)
    report.flaws += lost_rows(book, lost)


def lost_rows(book: BuildingBook, lost: dict[int, tuple[str, NoBuilding]]) -> list[Flaw]:
    """Rows without a building: those of another community are told so."""
    outside = book.elsewhere(
        {line for line, nowhere in lost.values() if nowhere.code == "no_building"}
    )
    return [
        Flaw(number, "outside", _("This address lies in another community."))
        if line in outside
        else Flaw(number, nowhere.code, str(nowhere), nowhere.nearest, nowhere.score)
        for number, (line, nowhere) in lost.items()
    ]


def _key(match: Match, home: HomeRow) -> Key:
    """The door: what its own columns say goes before what its address says."""
    said = [
        addresses.part(home.inside.get(name, getattr(match.inside, name)))
        for name in ("entrance", "floor", "label")
    ]
    for text, most in zip(said, (20, 10, 20), strict=True):
        if len(text) > most:
            raise BadRow(
                "bad_door",
                _("“%s…” is too long for an entrance, a floor or a door.") % text[:20],
            )
    return match.place.pk, *said  # type: ignore[return-value]


def _store(chunk: Sequence[Placed], report: ImportReport, plans: PlansOfFile) -> None:
    doors = _doors(chunk)
    there = {
        home.door_id: home
        for home in Household.objects.filter(door__in=doors.values()).select_related("area")
    }
    new, changed, columns = [], [], set()
    for one in chunk:
        door, given = doors[one.key], _given(one.home)
        household = there.get(door.pk)
        if household is None:
            since = one.home.since or timezone.localdate(plans.now)
            household = Household(door=door, area=door.area, since=since, **given)
            new.append(household)
            there[door.pk] = household
        elif differing := note(household, given):
            changed.append(household)
            columns |= set(differing)
    Household.objects.bulk_create(new)
    if changed:
        Household.objects.bulk_update(changed, sorted(columns))
    record(plans.member, [*new, *changed], Looked.CHANGE, now=plans.now)
    _add(report.rows, Counts(len(new), len(changed), len(chunk) - len(new) - len(changed)))
    plans.begin({one.row: (there[doors[one.key].pk], one.home.plan) for one in chunk}, report)


def _doors(chunk: Sequence[Placed]) -> dict[Key, Door]:
    """The doors of the rows, made where they were not known."""
    keys = {one.key: one for one in chunk}
    buildings = {key[0] for key in keys}
    found = _known(buildings)
    missing = [
        Door(
            building_id=key[0],
            entrance=key[1],
            floor=key[2],
            label=key[3],
            area_id=one.match.place.area,
            address=one.match.place.address[:300],
        )
        for key, one in keys.items()
        if key not in found
    ]
    if missing:
        # Somebody may make one of them at a screen in this very moment.
        Door.objects.bulk_create(missing, ignore_conflicts=True)
        found = _known(buildings)
    return found


def _known(buildings: set[int]) -> dict[Key, Door]:
    doors = Door.objects.filter(building__in=buildings).select_related("area")
    doors = doors.defer("area__geometry", "area__tile_geometry")
    return {(door.building_id or 0, door.entrance, door.floor, door.label): door for door in doors}


def _given(home: HomeRow) -> dict[str, object]:
    return {"people": home.people, "contact": home.contact, "language": home.language}


def _add(total: Counts, more: Counts) -> None:
    for name, count in more.as_dict().items():
        setattr(total, name, getattr(total, name) + count)
