"""Jobs, run by ``manage.py procrastinate worker`` from the queue in PostgreSQL."""

from django.utils import timezone
from procrastinate.contrib.django import app


@app.periodic(cron="5 0 * * *")
@app.task(name="grid.daily", queue="grid", queueing_lock="grid.daily")
def daily(timestamp: int) -> None:
    """Every night: divisions planned for today take the place of those in force."""
    from grid.divisions.adopting import put_planned_in_force

    put_planned_in_force(timezone.localdate())
