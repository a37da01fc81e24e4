"""Jobs that concern every app."""

from django.utils import timezone
from procrastinate.contrib.django import app


@app.periodic(cron="5 4 * * *")
@app.task(name="config.retention", queue="retention", queueing_lock="config.retention")
def retention(timestamp: int) -> None:
    """Every night: what has been kept for its time goes."""
    from config.retention import run

    left = [done.what for done in run(timezone.now()) if done.failed or done.overdue]
    if left:
        raise RuntimeError(f"not all is gone of: {', '.join(left)}")
