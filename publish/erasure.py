"""When a household is erased, the cases that followed from its visits forget words and photos."""

from collections.abc import Sequence
from typing import Any

from django.dispatch import receiver

from households.erase import household_erased


@receiver(household_erased, dispatch_uid="publish.erasure")
def let_cases_forget(cases: Sequence[int], **more: Any) -> None:
    """Queue it within the transaction of the erasure: both or neither.

    The job is told of the cases alone: nothing is left that says whose they were.
    """
    from publish.tasks import forget_cases

    if cases:
        forget_cases.defer(cases=sorted(cases))
