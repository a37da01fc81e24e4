"""Where a member is signed in: since when, last seen in which hour, with which browser.

No address is stored, and of the browser only its name. What is seen is noted once an hour.
"""

import datetime as dt
import uuid
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, NamedTuple

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, login
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts.models import Member, MemberSession

#: A session that was opened with a second factor ends after so long without a request.
IDLE = dt.timedelta(hours=12)
#: Sessions that this process remembers.
MOST = 2000
#: The first word found names the browser: others carry the names of those they descend from.
BROWSERS = (
    *(
        ("MicroMessenger", "WeChat"),
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("HuaweiBrowser", "Huawei"),
    ),
    *(("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome")),
    ("Safari", "Safari"),
)
SYSTEMS = (
    *(("HarmonyOS", "HarmonyOS"), ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad")),
    *(("Windows", "Windows"), ("Mac OS", "macOS"), ("Linux", "Linux")),
)


class Known(NamedTuple):
    """What the doors ask of a session."""

    member: int
    second_factor: bool


_known: OrderedDict[str, tuple[dt.datetime, Known]] = OrderedDict()


def _this_hour() -> dt.datetime:
    return timezone.now().replace(minute=0, second=0, microsecond=0)


def browser_name(user_agent: str) -> str:
    """Like "Firefox, Windows"; empty where neither is known."""
    found = (
        next((name for word, name in table if word in user_agent), "")
        for table in (BROWSERS, SYSTEMS)
    )
    return ", ".join(filter(None, found))


def begin(sender: Any, request: HttpRequest, user: Member, **kwargs: Any) -> None:
    """Note a session that has just begun (the signal user_logged_in)."""
    if request.session.session_key is None:
        request.session.save()
    key, hour = str(request.session.session_key), _this_hour()
    MemberSession.objects.update_or_create(
        session_id=key,
        defaults={
            "member": user,
            "browser": browser_name(request.headers.get("User-Agent", "")),
            "since": timezone.now(),
            "last_seen": hour,
            "second_factor": False,
        },
    )
    _remember(key, hour, Known(user.pk, second_factor=False))


def sign_in(
    request: HttpRequest, member: Member, backend: str = "", *, second_factor: bool
) -> None:
    """Begin a session under a new key.

    Without ``backend`` (who knew the passphrase) a session goes on that there is already.
    """
    backend = backend or request.session[BACKEND_SESSION_KEY]
    # Django changes the key for who was nobody only.
    request.session.cycle_key()
    login(request, member, backend)
    if second_factor:
        key = str(request.session.session_key)
        MemberSession.objects.filter(session_id=key).update(second_factor=True)
        _remember(key, _this_hour(), Known(member.pk, second_factor=True))


def known(request: HttpRequest) -> Known | None:
    """The session of this request, seen now; None for nobody's. No query where it is remembered.

    It may have ended since it was remembered: who is signed in is for ``request.user`` to say.
    """
    key, hour = request.COOKIES.get(settings.SESSION_COOKIE_NAME, ""), _this_hour()
    if not key:
        return None
    remembered = _known.get(key)
    if remembered and remembered[0] == hour:
        return remembered[1]
    _known.pop(key, None)
    found = MemberSession.objects.filter(session_id=key).first()
    if found is None:
        return None
    if found.second_factor and timezone.now() - found.last_seen > IDLE + dt.timedelta(hours=1):
        Session.objects.filter(pk=key).delete()
        return None
    if found.last_seen < hour:
        MemberSession.objects.filter(pk=key).update(last_seen=hour)
    _remember(key, hour, Known(found.member_id, found.second_factor))
    return _known[key][1]


def _remember(key: str, hour: dt.datetime, session: Known) -> None:
    _known[key] = (hour, session)
    if len(_known) > MOST:
        _known.popitem(last=False)


def sessions_of(member: Member) -> list[MemberSession]:
    """The member's open sessions, the one used last first.

    A new passphrase ends sessions without deleting them; those are left out.
    """
    found = (
        MemberSession.objects.filter(member=member, session__expire_date__gt=timezone.now())
        .select_related("session")
        .order_by("-last_seen", "-since")
    )
    hashed = member.get_session_auth_hash()
    return [
        session
        for session in found
        if session.session.get_decoded().get(HASH_SESSION_KEY, "") == hashed
    ]


def end_sessions(member: Member, *, but: str = "", number: uuid.UUID | None = None) -> int:
    """Sign the member out everywhere but in session ``but``, or in the one of that number only.

    Returns how many sessions were ended.
    """
    ending = MemberSession.objects.filter(member=member).exclude(session_id=but)
    if number is not None:
        ending = ending.filter(number=number)
    keys = list(ending.values_list("session_id", flat=True))
    Session.objects.filter(pk__in=keys).delete()
    return len(keys)


class NoteSession:
    """Middleware: ``request.member_session`` is what `known` says."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.member_session = known(request)  # type: ignore[attr-defined]
        return self.get_response(request)
