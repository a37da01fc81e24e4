"""Jobs, run by ``manage.py procrastinate worker`` from the queue in PostgreSQL."""

import logging

from django.utils import timezone
from procrastinate.contrib.django import app

log = logging.getLogger("gridwalk.jobs")


@app.periodic(cron="35 * * * *")
@app.task(name="sync.try_unknown_kinds", queue="sync", queueing_lock="sync.try_unknown_kinds")
def try_unknown_kinds(timestamp: int) -> None:
    """Every hour: what came before the server could read it is read after an upgrade."""
    from sync.attempts import replay_unknown_kinds

    if replayed := replay_unknown_kinds(timezone.now()):
        log.warning("%s operations of kinds that are known by now were taken up", replayed)


@app.periodic(cron="40 0 * * *")
@app.task(name="sync.remind", queue="sync", queueing_lock="sync.remind")
def remind(timestamp: int) -> None:
    """Every night: the office hears of what waits for a decision."""
    from sync import daily

    daily.remind(timezone.now())
