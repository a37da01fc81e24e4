"""Jobs, run by ``manage.py procrastinate worker`` from the queue in PostgreSQL."""

from django.utils import timezone
from procrastinate.contrib.django import app


@app.periodic(cron="30 0 * * *")
@app.task(name="cases.daily", queue="cases", queueing_lock="cases.daily")
def daily(timestamp: int) -> None:
    """Every night: what rested goes on, and those who are late hear of it."""
    from cases import daily as day

    now = timezone.now()
    day.end_rests(now)
    day.remind(now)
