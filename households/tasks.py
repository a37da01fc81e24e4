"""Jobs, run by ``manage.py procrastinate worker`` from the queue in PostgreSQL."""

from django.utils import timezone
from procrastinate.contrib.django import app


@app.periodic(cron="15 0 * * *")
@app.task(name="households.daily", queue="households", queueing_lock="households.daily")
def daily(timestamp: int) -> None:
    """Every night: visits that were missed climb, and those of plans that ended go."""
    from households import daily as day

    day.every_night(timezone.now())
