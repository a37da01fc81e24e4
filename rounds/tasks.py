"""Jobs, run by ``manage.py procrastinate worker`` from the queue in PostgreSQL."""

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app


@app.periodic(cron="15 0 * * *")
@app.task(name="rounds.daily", queue="rounds", queueing_lock="rounds.daily")
def daily(timestamp: int) -> None:
    """Every night: rounds of periods that begin, and notices of those not done."""
    from rounds import daily as day

    day.every_night(timezone.now())


@app.task(
    name="rounds.send_notice",
    queue="rounds",
    retry=RetryStrategy(max_attempts=5, exponential_wait=30),
)
def send_notice(notice: int) -> None:
    """Send one e-mail to a member about an overdue round."""
    from rounds import notices

    notices.send(notice)
