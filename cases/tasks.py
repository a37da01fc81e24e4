"""Jobs, run by ``manage.py procrastinate worker`` from the queue in PostgreSQL."""

from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from streetlights.models import OUTAGE_JOB


@app.periodic(cron="30 0 * * *")
@app.task(name="cases.daily", queue="cases", queueing_lock="cases.daily")
def daily(timestamp: int) -> None:
    """Every night: what rested goes on, and those who are late hear of it."""
    from cases import daily as day

    now = timezone.now()
    day.end_rests(now)
    day.remind(now)


@app.task(
    name="cases.send_news",
    queue="cases",
    retry=RetryStrategy(max_attempts=5, exponential_wait=30),
)
def send_news(follower: int, event: int) -> None:
    """Send one e-mail to a resident who asked for news."""
    from cases import news

    news.send(follower, event)


@app.periodic(cron="*/10 * * * *")
@app.task(name="cases.figures", queue="cases", queueing_lock="cases.figures")
def figures(timestamp: int) -> None:
    """Every ten minutes: the rates follow what happened."""
    from cases import rates

    rates.refresh(timezone.now())


@app.task(
    name=OUTAGE_JOB,
    queue="cases",
    retry=RetryStrategy(max_attempts=5, exponential_wait=5),
)
def outage(circuit: int) -> None:
    """After a sighting: whether the circuit's lamps point at a cable or a cabinet."""
    from cases import outages

    outages.follow(circuit, now=timezone.now())
