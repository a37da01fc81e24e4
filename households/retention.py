"""What is held about households goes when its time is over: by setting, in the job ``retention``.

Each ``..._over`` is what has to go by now (ask with that job's eyes), and empty once its
``delete_...`` has run.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Length
from django.utils import timezone

from accounts import acting
from households.erase import erase_all, forget_events, history
from households.models import AccessRecord, BuildingHead, CarePlan, Household, Purpose, Visit

#: Rows of one transaction: a crash loses no more than one batch of work.
BATCH = 1000


def _days_ago(now: dt.datetime, days: int) -> dt.date:
    return timezone.localdate(now) - dt.timedelta(days=days)


def plans_over(now: dt.datetime) -> QuerySet[CarePlan]:
    """Plans that ended, or were withdrawn, more than PLAN_RETENTION_DAYS ago."""
    limit = _days_ago(now, settings.PLAN_RETENTION_DAYS)
    return CarePlan.objects.filter(Q(ends_on__lt=limit) | Q(withdrawn_at__date__lt=limit))


def delete_plans(now: dt.datetime) -> int:
    """Delete old plans with their visits and history; how many."""
    return _in_batches(plans_over(now), _delete_plans)


def _delete_plans(keys: Sequence[Any]) -> int:
    Visit.objects.filter(plan__in=keys).delete()
    CarePlan.objects.filter(pk__in=keys).delete()
    forget_events(history(CarePlan).filter(pgh_obj__in=keys))
    return len(keys)


def withdrawn_over(now: dt.datetime) -> QuerySet[CarePlan]:
    """Plans withdrawn more than WITHDRAWN_RETENTION_DAYS ago that still tell more than that."""
    limit = _days_ago(now, settings.WITHDRAWN_RETENTION_DAYS)
    # Empty text stays empty under encryption.
    withdrawn = CarePlan.objects.filter(withdrawn_at__date__lt=limit).annotate(
        named=Length("consent_name"), visited=Exists(Visit.objects.filter(plan=OuterRef("pk")))
    )
    return withdrawn.filter(
        Q(named__gt=0) | Q(visited=True) | ~Q(windows=[]) | ~Q(purpose=Purpose.OTHER)
    )


def strip_withdrawn(now: dt.datetime) -> int:
    """Leave of plans withdrawn long ago only that consent was given and taken back; how many.

    The purpose, the name, the visits with their answers and the history go; what stays proves
    that visits until then were agreed to: by self or representative, how, when, to which words.
    """
    return _in_batches(withdrawn_over(now), _strip)


def _strip(keys: Sequence[Any]) -> int:
    Visit.objects.filter(plan__in=keys).delete()
    plans = CarePlan.objects.filter(pk__in=keys)
    plans.update(consent_name="", windows=[], purpose=Purpose.OTHER)
    forget_events(history(CarePlan).filter(pgh_obj__in=keys))
    return len(keys)


def households_over(now: dt.datetime) -> QuerySet[Household]:
    """Households that no longer take part: no plan is to come, in force or ended lately.

    Lately is HOUSEHOLD_RETENTION_DAYS for a plan that ran out, so that it can be renewed, and for
    a household that never made one, from the day it was taken in, whatever day a file says that it
    takes part since; WITHDRAWN_RETENTION_DAYS where the household withdrew.
    """
    lately = _days_ago(now, settings.HOUSEHOLD_RETENTION_DAYS)
    withdrawn_lately = _days_ago(now, settings.WITHDRAWN_RETENTION_DAYS)
    plans = CarePlan.objects.filter(household=OuterRef("pk"))
    keeping = plans.filter(
        Q(withdrawn_at=None, ends_on__gte=lately) | Q(withdrawn_at__date__gte=withdrawn_lately)
    )
    taken_in_lately = history(Household).filter(
        pgh_obj=OuterRef("pk"), pgh_label="insert", pgh_created_at__date__gte=lately
    )
    waited = Q(since__lt=lately) & ~Exists(taken_in_lately)
    return Household.objects.filter(~Exists(keeping), waited | Q(Exists(plans))).order_by("pk")


def erase_households(now: dt.datetime) -> int:
    """Erase households that no longer take part; how many."""
    return _in_batches(households_over(now), lambda keys: erase_all(keys, now=now))


def heads_over(now: dt.datetime) -> QuerySet[BuildingHead]:
    """Heads of building out of office for more than HOUSEHOLD_RETENTION_DAYS."""
    return BuildingHead.objects.filter(
        ends_on__lt=_days_ago(now, settings.HOUSEHOLD_RETENTION_DAYS)
    )


def delete_heads(now: dt.datetime) -> int:
    """Delete heads of building who left their office long ago; how many."""
    return _in_batches(heads_over(now), _delete(BuildingHead.objects.all()))


def records_over(now: dt.datetime) -> QuerySet[AccessRecord]:
    """Access records older than ACCESS_RETENTION_DAYS."""
    return AccessRecord.objects.filter(at__lt=_long_ago(now))


def delete_records(now: dt.datetime) -> int:
    """Delete old access records; how many."""
    return _in_batches(records_over(now).order_by(), _delete(AccessRecord.objects.all()))


def history_over(now: dt.datetime) -> list[QuerySet]:
    """History rows of households and plans older than ACCESS_RETENTION_DAYS, or of what is gone."""
    found = []
    for model in (Household, CarePlan):
        there = model._default_manager.filter(pk=OuterRef("pgh_obj"))
        old = Q(pgh_created_at__lt=_long_ago(now)) | ~Exists(there)
        found.append(history(model).filter(old))
    return found


def delete_history(now: dt.datetime) -> int:
    """Delete old history rows of households and plans; how many."""
    done = 0
    for rows in history_over(now):
        done += _in_batches(rows, _forget(rows.model._default_manager.all()))
    return done


def _forget(rows: QuerySet) -> Callable[[Sequence[Any]], int]:
    return lambda keys: forget_events(rows.filter(pk__in=keys))


def _long_ago(now: dt.datetime) -> dt.datetime:
    return now - dt.timedelta(days=settings.ACCESS_RETENTION_DAYS)


def _delete(rows: QuerySet) -> Callable[[Sequence[Any]], int]:
    return lambda keys: rows.filter(pk__in=keys).delete()[0]


def _in_batches(rows: QuerySet, act: Callable[[Sequence[Any]], int]) -> int:
    """Act on the rows' keys until no row is left; the sum of what it returned."""
    done = made = 0
    while True:
        with acting.as_job("retention"):
            keys = list(rows.values_list("pk", flat=True)[:BATCH])
            if not keys:
                return done
            made = act(keys)
        if not made:
            raise RuntimeError(f"{len(keys)} rows of {rows.model.__name__} do not go")
        done += made
