"""When a household is erased, what tablets sent about it and was not taken in goes with it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.dispatch import receiver
from django.utils.translation import gettext_noop

from households.erase import household_erased
from sync.announced import expect_no_more
from sync.models import Conflict, Operation

ERASED = gettext_noop("The household was erased, and this with it.")


@receiver(household_erased, dispatch_uid="sync.erasure")
def let_go(household: UUID, visits: Sequence[UUID], cases: Sequence[int], **more: Any) -> None:
    """Within the transaction of the erasure: payloads, and words of the cases that followed."""
    rows = Operation.objects.filter(subject=f"household:{household}")
    followed = [f"case:{number}" for number in cases]
    rows |= Operation.objects.filter(subject__in=followed, payload__isnull=False)
    rows |= Operation.objects.filter(pk__in=_held_for(rows, visits))
    for key in rows.values_list("pk", flat=True):
        expect_no_more(key)
    Conflict.objects.filter(subject__in=followed).delete()
    rows.exclude(state=Operation.State.APPLIED).update(
        payload=None,
        subject="",
        fields={},
        result={},
        waits_for=[],
        state=Operation.State.REJECTED,
        code="household_gone",
        message=ERASED,
    )


def _held_for(rows: QuerySet[Operation], visits: Sequence[UUID]) -> set[UUID]:
    """What was recorded after these and waits for them: a report that follows from a visit."""
    found: set[UUID] = set()
    waited = [f"visit:{key}" for key in visits]
    kept = rows.filter(payload__isnull=False).values_list("pk", flat=True)
    waited += [f"operation:{key}" for key in kept]
    while waited:
        waiting = Operation.objects.filter(state=Operation.State.HELD, waits_for__overlap=waited)
        new = [key for key in waiting.values_list("pk", flat=True) if key not in found]
        waited = [f"operation:{key}" for key in new]
        found.update(new)
    return found
