"""What is published: five collections, each a view, its properties, and who sees which rows."""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import (
    Case,
    DateField,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    Func,
    IntegerField,
    Q,
    QuerySet,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, TruncDate
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope
from grid.models import Level
from map_static.views import colours
from publish.ogc.models import (
    PublishedCase,
    PublishedCell,
    PublishedLamp,
    PublishedServicePoint,
    PublishedStreet,
)

Rows = QuerySet[Any, Any]
TEXT = {"type": "string"}
NUMBER = {"type": "number"}
WHOLE = {"type": "integer"}
YES_NO = {"type": "boolean"}
MOMENT = {"type": "string", "format": "date-time"}
DAY = {"type": "string", "format": "date"}


def _by_area(scope: Scope) -> Q:
    return scope.filter("area_code")


def _by_cells(scope: Scope) -> Q:
    """Segments of the communities that are covered, and those that reach into a cell that is."""
    if scope.everywhere:
        return Q()
    terms = [
        Q(community_code=prefix[: Level.COMMUNITY], cell_codes__contains=[prefix])
        if len(prefix) == Level.CELL
        else Q(community_code__startswith=prefix)
        for prefix in sorted(scope.prefixes)
    ]
    return reduce(or_, terms, Q(pk__in=[]))


class _Minus(Func):
    arg_joiner = " - "
    template = "(%(expressions)s)"
    output_field = IntegerField()


def _freshness(now: dt.datetime) -> dict[str, Any]:
    """The classes that the map colours by (js/freshness.js), of a segment as a whole."""
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    day = ExpressionWrapper(
        F("cadence_days") * Value(dt.timedelta(days=1), output_field=DurationField()),
        output_field=DurationField(),
    )

    def ago(share: float) -> ExpressionWrapper:
        at = Value(now, output_field=DateTimeField())
        return ExpressionWrapper(at - day * Value(share), output_field=DateTimeField())

    walked_on = TruncDate("last_walked", tzinfo=timezone.get_current_timezone())
    today = Cast(Value(timezone.localdate(now)), DateField())
    return {
        "last_walked_on": walked_on,
        "days_since_walked": _Minus(today, walked_on),
        "freshness": Case(
            When(last_walked=None, then=Value("never")),
            When(last_walked__lt=ago(1.0), then=Value("overdue")),
            When(last_walked__gte=midnight, then=Value("today")),
            When(last_walked__lt=ago(colours()["dueFrom"]), then=Value("due")),
            default=Value("within"),
            output_field=TextField(),
        ),
        "cells": Func(
            F("cell_codes"), Value(","), function="array_to_string", output_field=TextField()
        ),
    }


@dataclass(frozen=True)
class Collection:
    """One view as programs see it; ``fields`` are its properties with their JSON types."""

    title: Any
    description: Any
    rows: Rows
    fields: Mapping[str, dict[str, str]]
    inside: Callable[[Scope], Q] = _by_area
    made: Callable[[dt.datetime], dict[str, Any]] = field(default=lambda now: {})
    time_field: str | None = None
    #: Tiles further out are empty.
    from_zoom: int = 12

    def of(self, scope: Scope, now: dt.datetime) -> Rows:
        """The rows inside the scope, with properties that are made of others by name."""
        return self.rows.filter(self.inside(scope)).alias(**self.made(now))


COLLECTIONS: dict[str, Collection] = {
    "cells": Collection(
        title=_("Cells"),
        description=_("Cells in force, with their community and how many dwellings they hold."),
        rows=PublishedCell.objects.all(),
        fields={
            "area_code": TEXT,
            "name": TEXT,
            "community_code": TEXT,
            "community_name": TEXT,
            "dwellings": WHOLE,
        },
        from_zoom=9,
    ),
    "streets": Collection(
        title=_("Streets and how fresh they are"),
        description=_(
            "Pieces of street that are somebody's duty to walk. A piece counts as walked on the "
            "day since which half of its metres or more were walked; never is not in 366 days."
        ),
        rows=PublishedStreet.objects.all(),
        fields={
            "name": TEXT,
            "name_zh": TEXT,
            "kind": TEXT,
            "metres": NUMBER,
            "community_code": TEXT,
            "cells": TEXT,
            "cadence_days": WHOLE,
            "last_walked_on": DAY,
            "days_since_walked": WHOLE,
            "freshness": TEXT,
        },
        inside=_by_cells,
        made=_freshness,
    ),
    "lamps": Collection(
        title=_("Lamps"),
        description=_("Streetlights, and whether they are known to work."),
        rows=PublishedLamp.objects.all(),
        fields={
            "area_code": TEXT,
            "number": TEXT,
            "kind": TEXT,
            "height": NUMBER,
            "reach": NUMBER,
            "working": YES_NO,
            "working_since": MOMENT,
        },
    ),
    "cases": Collection(
        title=_("Cases"),
        description=_("Faults and incidents: category, state, times and place; nothing personal."),
        rows=PublishedCase.objects.all(),
        fields={
            "area_code": TEXT,
            "category": TEXT,
            "category_name": TEXT,
            "category_name_zh": TEXT,
            "state": TEXT,
            "reported_at": MOMENT,
            "due_at": MOMENT,
            "done_at": MOMENT,
            "closed_at": MOMENT,
            "simulated": YES_NO,
        },
        time_field="reported_at",
        from_zoom=10,
    ),
    "service-points": Collection(
        title=_("Service points"),
        description=_("Places that serve residents: stations, clinics, libraries, markets."),
        rows=PublishedServicePoint.objects.all(),
        fields={"area_code": TEXT, "name": TEXT, "kind": TEXT},
        from_zoom=10,
    ),
}
