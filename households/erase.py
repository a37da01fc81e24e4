"""Erasing a household: every row that tells of it goes, and a tombstone without data stays.

Call it with eyes that may change the household: those of a member responsible for it, or of the
job ``erasure`` or ``retention``. Access records stay: they name it by its id alone, and still say
who looked. What other apps hold because of its visits they let go by the signal.
"""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from django.apps import apps
from django.db import transaction
from django.db.models import Model, QuerySet
from django.dispatch import Signal
from django.utils import timezone

from households.models import CarePlan, Door, Household, Tombstone, Visit

#: Sent in the transaction of the erasure with ``household``, its id, and ``cases``, the numbers of
#: the cases that followed from its visits.
household_erased = Signal()


def erase(household: Household, *, now: dt.datetime) -> None:
    """Erase one household; raises nothing where it is gone already."""
    erase_all([household.pk], now=now)


@transaction.atomic
def erase_all(keys: Iterable[UUID], *, now: dt.datetime) -> int:
    """Erase the households of these ids, those that are there; how many. Ten queries."""
    found = list(
        Household.objects.select_for_update()
        .filter(pk__in=keys)
        .values_list("pk", "door_id", "area_id")
    )
    gone = [key for key, _door, _area in found]
    cases = _cases(gone)
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
    history(CarePlan).filter(household__in=gone).delete()
    history(Household).filter(pgh_obj__in=gone).delete()
    for key in gone:
        household_erased.send(sender=Household, household=key, cases=cases.get(key, []))
    return len(gone)


def history(model: type[Model]) -> QuerySet:
    """The history rows that pghistory's triggers wrote of the model."""
    events = apps.get_model("households", f"{model.__name__}Event")
    return events._default_manager.all()


def _cases(keys: list[UUID]) -> dict[UUID, list[int]]:
    found: dict[UUID, list[int]] = {}
    for key, number in Visit.objects.filter(household__in=keys).values_list(
        "household", "case_number"
    ):
        if number is not None:
            found.setdefault(key, []).append(number)
    return found
