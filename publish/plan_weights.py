"""What makes a walk worth more that patrols know nothing of."""

import datetime as dt

from cases.models import Case
from grid.models import Area
from patrols.open_stretches import WEIGHTS, OpenStretches, Weight, around

#: An overdue metre near an open case weighs so many days more, to so many metres either side.
CASE_WORTH, CASE_REACH = 15.0, 30.0


def open_cases(area: Area, now: dt.datetime) -> OpenStretches:
    """Streets near cases of the area that are not ended. Two queries; one where there is none."""
    rows = Case.objects.open().filter(area_code__startswith=area.code, reported_at__lte=now)
    places = list(rows.order_by("pk").values_list("location", flat=True))
    return around(places, CASE_WORTH, CASE_REACH)


ALL_WEIGHTS: tuple[Weight, ...] = (*WEIGHTS, open_cases)
