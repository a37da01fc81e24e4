"""Limits on what comes without an account: by address and by lamp, without storing an address.

One address may stand for many people: a village behind one connection, or all phones of a
carrier. So the limit by address is wide, and a person who meets it waits an hour at most.
"""

import datetime as dt
import ipaddress

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
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
#: A connection's own part of an IPv6 address: the rest changes from one page to the next.
IPV6_NETWORK = 64


class TooManyReports(GridwalkError):
    """So many reports within an hour come from a program, or do no more good."""

    code = "too_many_requests"
    http_status = 429


def address_of(request: HttpRequest) -> str:
    """The address, or for IPv6 the network, that a request comes from.

    Behind a proxy it is what the proxy added, which is last: what stands before anybody can write.
    """
    told = request.META.get("REMOTE_ADDR", "")
    if settings.BEHIND_PROXY:
        told = request.headers.get("X-Forwarded-For", told).rpartition(",")[2].strip()
    try:
        address = ipaddress.ip_address(told)
    except ValueError:
        return told
    if address.version == 6:
        return str(ipaddress.ip_network((address, IPV6_NETWORK), strict=False))
    return str(address)


def count(address: str, lamp: Lamp | None, now: dt.datetime) -> None:
    """Count an attempt; raises TooManyReports, and then it does not count. Three or four queries.

    Two at the same moment may both be the last one allowed, which does no harm.
    """
    kinds = [(_digest("address", address, now), PER_ADDRESS)]
    if lamp is not None:
        kinds.append((_digest("lamp", str(lamp.pk), now), PER_LAMP))
    _count(kinds, now)


def count_photo(address: str, now: dt.datetime) -> None:
    """Count a photo that comes ahead of its report; raises TooManyReports. Three queries."""
    _count([(_digest("photo", address, now), PHOTOS_PER_ADDRESS)], now)


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
