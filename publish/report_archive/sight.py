"""Who sees which archived report, and who has one made."""

import datetime as dt

from django.db.models import QuerySet

from accounts.models import Member, Role
from accounts.scope import Scope
from grid.responsibility import scope_of
from publish.models import ArchivedReport

#: Workers and auditors see the reports of their areas; these have them made.
MAKING_ROLES = frozenset({Role.COORDINATOR, Role.LEADER, Role.ADMINISTRATOR})


def making_scope(member: Member, on: dt.date) -> Scope:
    """The areas of which the member has reports made, and for which they keep schedules."""
    return scope_of(member, on, roles=MAKING_ROLES)


def visible_reports(member: Member, on: dt.date) -> QuerySet[ArchivedReport]:
    """Reports of areas that lie wholly in the member's scope of figures. One query for the scope.

    Figures and files stay where they are until they are asked for.
    """
    rows = ArchivedReport.objects.filter(scope_of(member, on).filter("area_code"))
    return rows.select_related("made_by", "schedule").defer("figures")


def versions(report: ArchivedReport) -> QuerySet[ArchivedReport]:
    """The finished reports of the same area and days, the first made first."""
    same = ArchivedReport.objects.filter(
        area_code=report.area_code, start=report.start, end=report.end
    )
    done = same.filter(state=ArchivedReport.State.DONE)
    return done.order_by("made_at", "pk")
