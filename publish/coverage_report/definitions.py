"""What each figure of the report is: its title, unit, decimals, and how it is worked out.

The report prints these; docs/report.md is made of them (``manage.py report_figures``).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from publish.coverage_report.report import Unit


@dataclass(frozen=True)
class Definition:
    """``decimals`` of the shown number: of a share in percent, of metres, of days."""

    key: str
    title: Any
    unit: Unit
    meaning: Any
    decimals: int = 0
    #: Whether more of it is better (1), worse (-1), or neither by itself (0).
    better: int = 0


_ALL = (
    Definition(
        "coverage",
        pgettext_lazy("share of streets", "Coverage"),
        "share",
        _(
            "Metres of street walked at least once in the period, divided by all metres of street"
            " that somebody has to walk. A metre that was walked twice counts once."
        ),
        1,
        1,
    ),
    Definition(
        "covered_metres",
        _("Metres walked"),
        "metres",
        _("Metres of street walked at least once in the period, by any patrol."),
        2,
        1,
    ),
    Definition(
        "metres",
        _("Metres of street"),
        "metres",
        _(
            "All metres of street that somebody has to walk, on the map of the day the report was"
            " made and in the cells of the last day of the period. A sidewalk along a street counts"
            " with the street."
        ),
        2,
    ),
    Definition(
        "freshness_median_days",
        _("Freshness, median"),
        "days",
        _(
            "At the end of the period, half of the metres had been walked within so many whole"
            " days, the other half not. Reads “≥30” where half of them had not been walked in the"
            " 30 days, or however many, that the report looks back."
        ),
        0,
        -1,
    ),
    Definition(
        "overdue_metres",
        _("Metres overdue"),
        "metres",
        _(
            "Metres that at the end of the period had not been walked for longer than the cadence"
            " of their street: seven days unless something else is set."
        ),
        2,
        -1,
    ),
    Definition(
        "night_coverage",
        _("Night coverage"),
        "share",
        _(
            "Metres of street walked in the period between civil dusk and civil dawn, divided by"
            " all metres of street."
        ),
        1,
        1,
    ),
    Definition(
        "lit_metres",
        _("Metres lit"),
        "metres",
        _(
            "Metres of street within reach of a lamp that was not last seen dark by the end of the"
            " period: 15 m unless the lamp's own reach is known."
        ),
        2,
        1,
    ),
    Definition(
        "unlit_metres",
        _("Metres without a lamp"),
        "metres",
        _("Metres of street within reach of no lamp, working or not."),
        2,
        -1,
    ),
    Definition(
        "fault_metres",
        _("Metres dark by a fault"),
        "metres",
        _("Metres of street that only lamps would light that were last seen dark."),
        2,
        -1,
    ),
    Definition("lamps", _("Lamps"), "count", _("Lamps that stand in the area.")),
    Definition(
        "lamps_lit",
        _("Lamps lit"),
        "count",
        _(
            "Lamps that were not last seen dark by the end of the period. A lamp that nobody has"
            " looked at yet counts as lit."
        ),
        0,
        1,
    ),
    Definition(
        "cases_taken_in",
        _("Cases taken in"),
        "count",
        _("Cases reported in the period, through any door, those declined or merged included."),
    ),
    Definition(
        "cases_closed",
        _("Cases closed"),
        "count",
        _("Cases closed in the period, whenever they were reported."),
        0,
        1,
    ),
    Definition(
        "cases_on_time",
        _("On time"),
        "share",
        _(
            "Of the cases due in the period and neither declined nor merged, the share that was"
            " done by its due time and is closed."
        ),
        1,
        1,
    ),
    Definition(
        "cases_open",
        _("Cases open"),
        "count",
        _("Cases that at the end of the period were neither closed nor declined nor merged."),
        0,
        -1,
    ),
    Definition(
        "cases_overdue",
        _("Cases overdue"),
        "count",
        _(
            "Of the open cases, those past their due time at the end of the period that were not"
            " done and not on hold."
        ),
        0,
        -1,
    ),
    Definition(
        "visits_due",
        _("Visits due"),
        "count",
        _(
            "Households with a care visit due by the Sunday of the last week that began in the"
            " period, as published that Monday. Fewer than five, none included, read “<5”; a total"
            " that would give such a number away reads as a range."
        ),
    ),
    Definition(
        "visits_done",
        _("Visits done"),
        "count",
        _(
            "Households visited, added up over the calendar weeks that ended in the period, each"
            " as published on the Monday after; a household visited in two weeks counts twice."
            " Small numbers and ranges as for visits due."
        ),
    ),
    Definition(
        "rounds_due",
        _("Rounds due"),
        "count",
        _(
            "Rounds whose last day lies in the period, those no longer needed left out. Of a larger"
            " area, those of all areas inside it count too."
        ),
    ),
    Definition(
        "rounds_done",
        _("Rounds done"),
        "count",
        _(
            "Of the rounds due, those done by the end of the period, by patrols or by the"
            " checklist."
        ),
        0,
        1,
    ),
    Definition(
        "patrols", _("Patrols"), "count", _("Patrols that walked a metre here in the period.")
    ),
    Definition(
        "members",
        _("Members on patrol"),
        "count",
        _("Different members who walked a metre here in the period."),
    ),
    Definition(
        "buildings_passed",
        _("Buildings passed"),
        "count",
        _("Different buildings that a patrol passed in the period."),
    ),
)
DEFINITIONS = {one.key: one for one in _ALL}


def shown(keys: set[str]) -> Iterator[Definition]:
    """The definitions of these figures, in the order of the report."""
    return (one for one in _ALL if one.key in keys)
