"""Jobs, run by ``manage.py procrastinate worker`` from the queue in PostgreSQL."""

from django.utils import timezone
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app

IMPORT_ATTEMPTS = 3


@app.periodic(cron="15 0 * * *")
@app.task(name="households.daily", queue="households", queueing_lock="households.daily")
def daily(timestamp: int) -> None:
    """Every night: visits that were missed climb, and those of plans that ended go."""
    from households import daily as day

    day.every_night(timezone.now())


@app.task(
    name="households.take_in_file",
    queue="households",
    pass_context=True,
    retry=RetryStrategy(max_attempts=IMPORT_ATTEMPTS, exponential_wait=5),
)
def take_in_file(context: JobContext, upload: str) -> None:
    """Take in an uploaded file of homes; interrupted, it goes on where it stood."""
    from households import uploads

    try:
        uploads.take_in(upload, now=timezone.now())
    except Exception:
        if context.job.attempts + 1 >= IMPORT_ATTEMPTS:
            uploads.give_up(upload)
        raise


@app.periodic(cron="*/10 * * * *")
@app.task(
    name="households.sweep_uploads", queue="households", queueing_lock="households.sweep_uploads"
)
def sweep_uploads(timestamp: int) -> None:
    """Every ten minutes: uploaded files and what was told of them go within the hour."""
    from households import uploads

    uploads.sweep(timezone.now())


@app.task(
    name="households.forget_rest",
    queue="households",
    retry=RetryStrategy(max_attempts=10, exponential_wait=5),
)
def forget_rest(household: str) -> None:
    """After an erasure on a page: what only a job can see goes too."""
    from households import erase

    erase.forget_rest(household)
