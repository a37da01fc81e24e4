"""Jobs, run by ``manage.py procrastinate worker`` from the queue in PostgreSQL."""

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app


@app.periodic(cron="5 0 * * *")
@app.task(name="handover.daily", queue="handover", queueing_lock="handover.daily")
def daily(timestamp: int) -> None:
    """Every night: planned handovers of the day are carried out."""
    from handover import daily as day

    day.carry_out(timezone.now())


@app.periodic(cron="50 0 * * *")
@app.task(name="handover.remind", queue="handover", queueing_lock="handover.remind")
def remind(timestamp: int) -> None:
    """Every night, after the reminders of cases: who covers is reminded too."""
    from handover import daily as day

    day.remind_covers(timezone.now())


@app.task(
    name="handover.send_notice",
    queue="handover",
    retry=RetryStrategy(max_attempts=5, exponential_wait=30),
)
def send_notice(notice: int) -> None:
    """Send one e-mail to a member about a handover or a leave."""
    from handover import notices

    notices.send(notice)
