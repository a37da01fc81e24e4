"""Between the passphrase, which was right, and the code: nobody is signed in yet.

Who it will be is kept in the browser's session, which has no member, for ten minutes.
"""

import time

from django.http import HttpRequest
from django.utils.crypto import constant_time_compare

from accounts.models import Member

KEY = "halfway"
SECONDS = 600


def begin(request: HttpRequest, member: Member, address: str) -> None:
    """Remember who gave the right passphrase, and the address to go on to afterwards."""
    request.session.cycle_key()
    request.session[KEY] = {
        "member": member.pk,
        "backend": getattr(member, "backend", ""),
        "passphrase": member.get_session_auth_hash(),
        "until": time.time() + SECONDS,
        "address": address,
    }


def member_of(request: HttpRequest) -> Member | None:
    """Who is halfway; None when nobody is, it took too long, or the passphrase was changed."""
    kept = request.session.get(KEY)
    if kept is None or time.time() > kept["until"]:
        return None
    member = Member.objects.filter(pk=kept["member"], is_active=True).first()
    if member is None:
        return None
    same = constant_time_compare(member.get_session_auth_hash(), kept["passphrase"])
    return member if same else None


def end(request: HttpRequest) -> tuple[str, str]:
    """The address to go on to and the backend that knew the passphrase; forgets all of it."""
    kept = request.session.pop(KEY)
    return kept["address"], kept["backend"]
