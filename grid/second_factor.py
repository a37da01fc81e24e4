"""Roles that see more ask for a second factor: nothing is answered before it is there."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from accounts.models import Role
from accounts.second_factor import SecondFactorNeeded
from accounts.sessions import Known
from api.errors import plain

#: Pages that are there before the second factor, by the names of their addresses.
OPEN = frozenset(
    {"sign-in", "sign-in-code", "sign-out", "language", "second-factor"}
    # The tablet's shell tells nothing; what it fetches is refused with a code.
    | {"field", "field-worker", "field-matching", "field-manifest", "field-icon", "field-session"}
)
#: What programs ask for gets an error with a code instead of a page.
FOR_PROGRAMS = ("/api/", "/tiles/")
# Asked with every request of most members: the ORM would take longer to write it than it runs.
ASKED = """
SELECT EXISTS (
    SELECT FROM accounts_member AS member
    WHERE member.id = %s AND NOT member.simulated AND (
        member.is_superuser AND %s OR EXISTS (
            SELECT FROM grid_responsibility AS held
            WHERE held.member_id = member.id AND held.role = ANY(%s)
                AND held.starts_on <= %s AND (held.ends_on IS NULL OR held.ends_on >= %s)
        )
    )
)
"""


def needs_second_factor(member: int, on: dt.date) -> bool:
    """Whether this member holds such a role on that day. One query.

    Superusers count as administrators. The invented members of a sample are spared: nobody could
    try it otherwise.
    """
    roles = settings.SECOND_FACTOR_ROLES
    with connection.cursor() as cursor:
        cursor.execute(ASKED, [member, Role.ADMINISTRATOR in roles, roles, on, on])
        return bool(cursor.fetchone()[0])


class RequireSecondFactor:
    """Middleware after NoteSession: to the page that sets it up, or 403 for programs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        match = request.resolver_match
        if not settings.SECOND_FACTOR_ROLES or (match and match.view_name in OPEN):
            return None
        member = _without(request)
        if member is None or not needs_second_factor(member, timezone.localdate()):
            return None
        if request.path.startswith(FOR_PROGRAMS):
            return plain(request, SecondFactorNeeded())
        query = {"next": request.get_full_path()} if request.method == "GET" else {}
        return redirect(f"{reverse('second-factor')}?{urlencode(query)}")


def _without(request: HttpRequest) -> int | None:
    """The member whose session was opened without a second factor; None for everybody else."""
    session: Known | None = request.member_session  # type: ignore[attr-defined]
    if session is not None:
        return None if session.second_factor else session.member
    # A session from before sessions were noted is one without.
    has_cookie = settings.SESSION_COOKIE_NAME in request.COOKIES
    return request.user.pk if has_cookie and request.user.is_authenticated else None
