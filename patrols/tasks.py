"""Jobs, run by ``manage.py procrastinate worker`` from the queue in PostgreSQL."""

import logging

from django.utils import timezone
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

log = logging.getLogger("gridwalk.jobs")

MATCH_ATTEMPTS = 5
#: A worker that gave no sign of life for so long is dead, and its job is run again.
STALLED_SECONDS = 60


@app.task(
    name="patrols.match_patrol",
    queue="tracks",
    pass_context=True,
    retry=RetryStrategy(max_attempts=MATCH_ATTEMPTS, exponential_wait=5),
)
def match_patrol(context: JobContext, patrol_id: str) -> None:
    """Match one patrol. Whatever the reason of a last failure, the patrol shows it."""
    from patrols import match

    try:
        match.match_patrol(patrol_id, now=timezone.now())
    except Exception:
        if context.job.attempts + 1 >= MATCH_ATTEMPTS:
            match.give_up(patrol_id)
        raise


@app.periodic(cron="* * * * *")
@app.task(name="patrols.retry_stalled", queue="tracks", queueing_lock="patrols.retry_stalled")
async def retry_stalled(timestamp: int) -> None:
    """Take up jobs whose worker was killed."""
    manager = app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        log.warning("job %s was left behind by a dead worker; running it again", job.id)
        await manager.retry_job(job)


@app.periodic(cron="15 3 * * *")
@app.task(name="patrols.prepare_months", queue="tracks", queueing_lock="patrols.prepare_months")
def prepare_months(timestamp: int) -> None:
    """Every night: make room for the months to come; old tracks go with config.retention."""
    from patrols import retention

    retention.prepare_months(timezone.now().date())


@app.periodic(cron="20 * * * *")
@app.task(name="patrols.close_silent", queue="tracks", queueing_lock="patrols.close_silent")
def close_silent(timestamp: int) -> None:
    """Every hour: end the walks of tablets that fell silent, so that their metres count."""
    from patrols import parts

    if closed := parts.close_silent(timezone.now()):
        log.warning("%s patrols were never ended by their tablets; closed as they are", closed)
