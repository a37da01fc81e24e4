"""Limits on what comes without an account: by address and by lamp, without storing an address.

One address may stand for many people: a village behind one connection, or all phones of a
carrier. So the limit by address is wide, and a person who meets it waits an hour at most.
"""

import datetime as dt

from django.db.models import QuerySet
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from api.errors import GridwalkError
from cases.models import Attempt
from streetlights.models import Lamp

WINDOW = dt.timedelta(hours=1)
PER_ADDRESS = 60
PER_LAMP = 20
#: Photos come ahead of their report, five of them at most.
PHOTOS_PER_ADDRESS = 5 * PER_ADDRESS


class TooManyReports(GridwalkError):
    """So many reports within an hour come from a program, or do no more good."""

    code = "too_many_requests"
    http_status = 429


def count(address: str | None, lamp: Lamp | None, now: dt.datetime) -> None:
    """Count an attempt; raises TooManyReports, and then it does not count. Three or four queries.

    Two at the same moment may both be the last one allowed, which does no harm.
    """
    kinds = [(_digest("address", address or "", now), PER_ADDRESS)]
    if lamp is not None:
        kinds.append((_digest("lamp", str(lamp.pk), now), PER_LAMP))
    _count(kinds, now)


def count_photo(address: str | None, now: dt.datetime) -> None:
    """Count a photo that comes ahead of its report; raises TooManyReports. Three queries."""
    _count([(_digest("photo", address or "", now), PHOTOS_PER_ADDRESS)], now)


def _count(kinds: list[tuple[bytes, int]], now: dt.datetime) -> None:
    forget(now)
    for digest, most in kinds:
        if Attempt.objects.filter(digest=digest).count() >= most:
            raise TooManyReports(
                _("Many reports came from here within the last hour. Send it again in an hour.")
            )
    Attempt.objects.bulk_create(Attempt(digest=digest, at=now) for digest, _most in kinds)


def over(now: dt.datetime) -> QuerySet[Attempt]:
    """What is older than the window."""
    return Attempt.objects.filter(at__lt=now - WINDOW)


def forget(now: dt.datetime) -> int:
    """Delete what is older than the window; how many."""
    return over(now).delete()[0]


def _digest(kind: str, value: str, now: dt.datetime) -> bytes:
    day = now.astimezone(dt.UTC).date().isoformat()
    return salted_hmac(f"cases.attempts.{day}", f"{kind} {value}", algorithm="sha256").digest()
