"""Jobs, run by ``manage.py procrastinate worker`` from the queue in PostgreSQL."""

from django.utils import timezone
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

SPLIT_ATTEMPTS = 3


@app.periodic(cron="5 0 * * *")
@app.task(name="grid.daily", queue="grid", queueing_lock="grid.daily")
def daily(timestamp: int) -> None:
    """Every night: divisions planned for today take the place of those in force."""
    from grid.divisions.adopting import put_planned_in_force

    put_planned_in_force(timezone.localdate())


@app.task(
    name="grid.split_automatically",
    queue="grid",
    pass_context=True,
    retry=RetryStrategy(max_attempts=SPLIT_ATTEMPTS, exponential_wait=5),
)
def split_automatically(context: JobContext, split: int) -> None:
    """Work out one automatic split; after a worker was killed, from the start."""
    from grid.divisions import automatic

    try:
        automatic.make(split)
    except Exception:
        if context.job.attempts + 1 >= SPLIT_ATTEMPTS:
            automatic.give_up(split)
        raise
