"""The log of changes is kept for 90 days; what stays says which visits are planned where."""

import datetime as dt

from django.db.models import Exists, Max, OuterRef, Q, QuerySet

from sync.cursor import KEPT
from sync.models import Change


def over(now: dt.datetime) -> QuerySet[Change]:
    """Rows that nobody's cursor needs any more.

    The newest of each planned visit stays, so that a tablet is told to drop it when its member may
    no longer look into the area; and the newest of all, which tells a restored backup.
    """
    later = Change.objects.filter(
        kind=Change.Kind.VISIT,
        audience=OuterRef("audience"),
        record=OuterRef("record"),
        pk__gt=OuterRef("pk"),
    )
    newest = Change.objects.aggregate(newest=Max("pk"))["newest"] or 0
    return Change.objects.filter(
        ~Q(kind=Change.Kind.VISIT) | Q(departed=True) | Exists(later), at__lt=now - KEPT
    ).exclude(pk=newest)


def forget(now: dt.datetime) -> int:
    """Delete them; how many."""
    return over(now)._raw_delete("default")
