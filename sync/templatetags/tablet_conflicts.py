"""What a case's page shows of conflicts; the page itself knows nothing of tablets."""

from typing import Any

from django import template
from django.utils import timezone

from cases.models import Case
from sync.models import Conflict
from sync.office_shown import conflict_rows
from sync.waiting import office_of

register = template.Library()


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
