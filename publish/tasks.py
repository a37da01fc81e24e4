"""Jobs, run by ``manage.py procrastinate worker`` from the queue in PostgreSQL."""

from procrastinate import RetryStrategy
from procrastinate.contrib.django import app


@app.task(
    name="publish.forget_cases",
    queue="households",
    retry=RetryStrategy(max_attempts=10, exponential_wait=5),
)
def forget_cases(cases: list[int]) -> None:
    """Take words and photos out of cases that followed from visits to an erased household."""
    from cases.erasure import forget

    forget(cases)
