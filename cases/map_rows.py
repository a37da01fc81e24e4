"""Cases as the map draws them: a short row for each, thousands at once."""

import datetime as dt
from typing import Any

from django.db.models import Case as Either
from django.db.models import CharField, F, FloatField, Func, Q, Value, When

from api import features
from cases.listing import SOON
from cases.models import CaseQuerySet, Category
from cases.models.cases import NOT_DUE

#: Digits after the point of a degree: 11 cm, less than a pixel at any zoom.
DIGITS = 6
FIELDS = ("id", "lon", "lat", "state", "category", "due")


def map_rows(cases: CaseQuerySet, now: dt.datetime) -> dict[str, Any]:
    """``cases`` with a list of ``fields`` for each, the newest last, and the ``categories`` named.

    Positions are EPSG:4326; ``due`` is "overdue", "soon" (within a day), or None. Raises TooMany
    beyond 5,000, of which the database finds one more and no other. Two queries.
    """
    found = (
        cases.order_by()
        .annotate(
            lon=_ordinate("ST_X"),
            lat=_ordinate("ST_Y"),
            late=Either(
                When(Q(state__in=NOT_DUE) | Q(due_at=None), then=None),
                When(due_at__lt=now, then=Value("overdue")),
                When(due_at__lt=now + SOON, then=Value("soon")),
                output_field=CharField(),
            ),
        )
        .values_list("pk", "lon", "lat", "state", "category_id", "late")
    )
    rows = list(found[: features.MOST_FEATURES + 1])
    features.refuse_too_many(len(rows))
    rows.sort()
    kinds = Category.objects.in_bulk({row[4] for row in rows})
    codes = {pk: kind.code for pk, kind in kinds.items()}
    return {
        "fields": FIELDS,
        "cases": [
            (pk, round(lon, DIGITS), round(lat, DIGITS), state, codes[kind], late)
            for pk, lon, lat, state, kind, late in rows
        ],
        "categories": {
            kind.code: {"name": str(kind), "topic": kind.topic} for kind in kinds.values()
        },
    }


def _ordinate(function: str) -> Func:
    return Func(F("location"), function=function, output_field=FloatField())
