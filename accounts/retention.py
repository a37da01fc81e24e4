"""Tries to sign in are kept with their address for a month, to see an attack; then no more."""

import datetime as dt

from axes.models import AccessAttempt, AccessFailureLog, AccessLog

KEPT = dt.timedelta(days=30)


def forget_attempts(now: dt.datetime) -> int:
    """Delete what django-axes noted more than 30 days ago; returns how many rows."""
    return sum(
        model.objects.filter(attempt_time__lt=now - KEPT).delete()[0]
        for model in (AccessAttempt, AccessFailureLog, AccessLog)
    )
