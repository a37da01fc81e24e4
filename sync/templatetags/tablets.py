"""What pages of cases show of tablets; cases themselves know nothing of them."""

from typing import Any

from django import template
from django.utils import timezone

from cases.models import Case
from sync.models import Conflict, Operation, Reminder
from sync.office_shown import conflict_rows, kind_of
from sync.waiting import office_of

register = template.Library()
State = Operation.State
#: Reminders on a page.
MOST = 20


@register.inclusion_tag("sync/conflicts.html", takes_context=True)
def conflicts_of_case(context: Any, case: Case) -> dict[str, Any]:
    """The open conflicts of a case, for the office and for who sent one side of them."""
    member = context["request"].user
    found = list(
        Conflict.objects.open().filter(subject=f"case:{case.pk}").select_related("by", "theirs_by")
    )
    if found and not office_of(member, timezone.localdate()).covers(case.area_code):
        found = [row for row in found if row.by_id == member.pk]
    return {"conflicts": conflict_rows(found), "request": context["request"]}


@register.inclusion_tag("sync/reminders.html", takes_context=True)
def tablet_reminders(context: Any) -> dict[str, Any]:
    """What the member was told of and has not opened, the oldest first."""
    unseen = Reminder.objects.filter(
        member=context["request"].user, seen_at=None, operation__payload__isnull=False
    ).exclude(operation__state__in=[State.APPLIED, State.DISCARDED])
    rows = unseen.select_related("operation").defer("operation__payload").order_by("made_at", "pk")
    told = [(row.operation, kind_of(row.operation)) for row in rows[:MOST]]
    return {"told": told}
