"""Erasing a household: every row that tells of it goes, and a tombstone without data stays.

Call it with eyes that may change the household: those of its coordinator, or of the job
``retention``. Access records stay: they name it by its id alone, and still say who looked. What
other apps hold because of its visits they let go by the signal.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from uuid import UUID

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Model, Q, QuerySet
from django.dispatch import Signal
from django.utils import timezone
from django.utils.translation import gettext_noop
from pghistory.models import Context

from accounts import acting
from grid.locks import lock_community
from grid.models import Level
from households.models import CarePlan, Door, Household, HouseholdImport, Tombstone, Visit

#: Sent in the transaction of the erasure with ``household``, its id, ``visits``, the ids of its
#: visits, and ``cases``, the numbers of the cases that followed from them.
household_erased = Signal()
#: What is told of a file that was sent before an erasure, in English; pages say it in theirs.
STOPPED = gettext_noop("A household was erased since; send a new file without it.")


@transaction.atomic
def erase(household: Household, *, now: dt.datetime) -> None:
    """Erase one household with a member's eyes; raises nothing where it is gone already.

    Files of its community that are not through fail, since any may hold its row: a tombstone
    knows no door to compare it with. What those eyes do not see goes by a job, queued within the
    same transaction.
    """
    from households.tasks import forget_rest

    _stop_imports(household)
    erase_all([household.pk], now=now)
    forget_rest.defer(household=str(household.pk))


def _stop_imports(household: Household) -> None:
    """After the rows that an import is storing, and before it stores more."""
    code = Household.objects.filter(pk=household.pk).values_list("area__code", flat=True).first()
    if code is None:
        return
    community = code[: Level.COMMUNITY]
    lock_community(community)
    with connection.cursor() as cursor:
        cursor.execute("SELECT households_stop_imports(%s, %s)", [community, STOPPED])


def forget_rest(key: str) -> None:
    """The job: let go what the eyes of a member do not reach of a household that was erased.

    That is history from before cells were drawn anew, and imports of its community that are
    through. Those under way were sent after the erasure; those that it stopped hold no file any
    more and say why until they are swept. Nothing for a household that was not erased.
    """
    with acting.as_job("erasure"):
        stone = Tombstone.objects.select_related("area").filter(pk=key).first()
        if stone is None:
            return
        _forget_history([stone.pk])
        community = stone.area.code[: Level.COMMUNITY]
        under_way = [HouseholdImport.State.WAITING, HouseholdImport.State.RUNNING]
        HouseholdImport.objects.filter(area__code=community).exclude(
            Q(state__in=under_way) | Q(problem=STOPPED)
        ).delete()


@transaction.atomic
def erase_all(keys: Iterable[UUID], *, now: dt.datetime) -> int:
    """Erase the households of these ids, those that are there; how many. Some ten queries."""
    found = list(
        Household.objects.select_for_update()
        .filter(pk__in=keys)
        .values_list("pk", "door_id", "area_id")
    )
    gone = [key for key, _door, _area in found]
    visits, cases = _visits_and_cases(gone)
    Tombstone.objects.bulk_create(
        [
            Tombstone(household=key, area_id=area, erased_on=timezone.localdate(now))
            for key, _door, area in found
        ],
        ignore_conflicts=True,
    )
    Visit.objects.filter(household__in=gone).delete()
    CarePlan.objects.filter(household__in=gone).delete()
    Household.objects.filter(pk__in=gone).delete()
    # A door has one household at most: without it the door says only that somebody took part.
    Door.objects.filter(pk__in=[door for _key, door, _area in found]).delete()
    _forget_history(gone)
    for key in gone:
        household_erased.send(sender=Household, household=key, visits=visits[key], cases=cases[key])
    return len(gone)


def _forget_history(keys: list[UUID]) -> None:
    forget_events(
        history(CarePlan).filter(household__in=keys),
        history(Household).filter(pgh_obj__in=keys),
    )


def forget_events(*events: QuerySet) -> int:
    """Delete history rows, and what pghistory noted of the requests to pages of care that made
    them, where nothing else is left of those: addresses have ids in them. How many rows.

    Other requests, like that which drew cells anew, are shared with what else they changed.
    """
    contexts, gone = set(), 0
    for rows in events:
        contexts |= set(rows.exclude(pgh_context=None).values_list("pgh_context", flat=True))
        gone += rows.delete()[0]
    for model in (CarePlan, Household):
        left = history(model).filter(pgh_context__in=contexts)
        contexts -= set(left.values_list("pgh_context", flat=True))
    Context.objects.filter(
        Q(metadata__url__startswith="/care/") | Q(metadata__url__startswith="/api/v1/care/"),
        pk__in=contexts,
    ).delete()
    return gone


def history(model: type[Model]) -> QuerySet:
    """The history rows that pghistory's triggers wrote of the model."""
    events = apps.get_model("households", f"{model.__name__}Event")
    return events._default_manager.all()


def _visits_and_cases(
    keys: list[UUID],
) -> tuple[dict[UUID, list[UUID]], dict[UUID, list[int]]]:
    """By household: its visits, and the cases that followed from them. One query."""
    visits: dict[UUID, list[UUID]] = defaultdict(list)
    cases: dict[UUID, list[int]] = defaultdict(list)
    found = Visit.objects.filter(household__in=keys)
    for key, visit, number in found.values_list("household", "pk", "case_number"):
        visits[key].append(visit)
        if number is not None:
            cases[key].append(number)
    return visits, cases
