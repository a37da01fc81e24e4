"""Guessing is stopped by django-axes: what it asks us, and what we ask it."""

import datetime as dt
from typing import Any

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_login_failed
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import Member
from accounts.second_factor import TooManyCodes, accepts


def locked_out(
    request: HttpRequest, original_response: HttpResponse | None = None, credentials: Any = None
) -> HttpResponse:
    """What django-axes answers after too many wrong passwords: the page, saying when to return."""
    wait = dt.timedelta(hours=float(settings.AXES_COOLOFF_TIME))
    minutes = round(wait.total_seconds() / 60)
    context = {"locked_minutes": minutes, "next": request.POST.get("next", "")}
    response = render(request, "accounts/sign_in.html", context, status=429)
    response["Retry-After"] = str(minutes * 60)
    return response


def code_is_good(request: HttpRequest, member: Member, code: str) -> bool:
    """Whether the second factor accepts it; wrong ones count with the wrong passwords.

    After too many django-axes answers in the place of the view.
    """
    credentials = {"username": member.username}
    try:
        if AxesProxyHandler.is_allowed(request, credentials):
            if accepts(member, code):
                return True
            user_login_failed.send(__name__, credentials=credentials, request=request)
            return False
    except TooManyCodes:
        pass
    request.axes_locked_out = True  # type: ignore[attr-defined]
    return False


def passphrase_is_own(request: HttpRequest, member: Member, passphrase: str) -> bool:
    """Whether it is the member's passphrase; wrong ones count as those at the sign-in page do."""
    found = authenticate(request, username=member.username, password=passphrase)
    return found is not None and found.pk == member.pk
