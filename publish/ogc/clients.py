"""Who asks: a program with its token, or a member by their session; and how often a program may."""

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Case, F, Value, When
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Member
from accounts.scope import Scope
from api.errors import GridwalkError
from grid.responsibility import scope_of
from publish.ogc.collections import COLLECTIONS
from publish.ogc.models import Client

#: Tells our tokens from others' in a log or a search for leaked ones.
PREFIX = "gridwalk_"


class TokenNeeded(GridwalkError):
    code = "sign_in_required"
    http_status = 401
    headers = {"WWW-Authenticate": 'Bearer realm="Gridwalk"'}
    sentence = gettext_lazy(
        "This needs a token that is in force: Authorization: Bearer TOKEN. An administrator makes "
        "one under Programs."
    )


class TooManyRequests(GridwalkError):
    code = "too_many_requests"
    http_status = 429
    headers = {"Retry-After": "60"}


@dataclass(frozen=True)
class Caller:
    """Whoever asks: their areas, the collections they may read, the token if the address had it."""

    scope: Scope
    collections: frozenset[str]
    token: str = ""


def digest_of(token: str) -> bytes:
    """All that is kept of a token. It is random and long, so one round of SHA-256 is enough."""
    return hashlib.sha256(token.encode()).digest()


def make(
    name: str,
    *,
    areas: Sequence[str],
    collections: Sequence[str],
    expires_on: dt.date,
    made_by: Member | None,
    now: dt.datetime,
) -> tuple[Client, str]:
    """A new program, and its token, which nobody can read again."""
    token = PREFIX + secrets.token_urlsafe(32)
    client = Client.objects.create(
        name=name,
        digest=digest_of(token),
        areas=sorted(set(areas)),
        collections=sorted(set(collections)),
        expires_on=expires_on,
        made_by=made_by,
        made_at=now,
    )
    return client, token


def caller_of(request: HttpRequest, now: dt.datetime) -> Caller:
    """Raises TokenNeeded, TooManyRequests. A token that was sent counts, whoever is signed in."""
    header = request.headers.get("Authorization", "")
    in_address = request.GET.get("token", "")
    if header[:7].lower() == "bearer ":
        return _of_token(header[7:].strip(), now)
    if in_address:
        return _of_token(in_address, now, in_address=True)
    if isinstance(request.user, Member):
        return Caller(scope_of(request.user, timezone.localdate(now)), frozenset(COLLECTIONS))
    raise TokenNeeded


def _of_token(token: str, now: dt.datetime, *, in_address: bool = False) -> Caller:
    client = Client.objects.in_force(timezone.localdate(now)).filter(digest=digest_of(token))
    minute = now.replace(second=0, microsecond=0)
    # One statement notes the use and counts it: programs ask for many tiles at once.
    client.update(
        last_used_at=now,
        counted=Case(When(counted_from=minute, then=F("counted") + 1), default=Value(1)),
        counted_from=minute,
    )
    found = client.first()
    if found is None:
        raise TokenNeeded
    if found.counted > settings.OGC_REQUESTS_PER_MINUTE:
        raise TooManyRequests(
            _("This program asked %s times within a minute. Let it wait for the next one.")
            % settings.OGC_REQUESTS_PER_MINUTE
        )
    allowed = frozenset(found.collections) & frozenset(COLLECTIONS)
    return Caller(found.scope, allowed, token if in_address else "")
