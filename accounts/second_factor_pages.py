"""The pages of the second factor: setting it up, proving it, and its recovery codes."""

import datetime as dt
import json
import time

import segno
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views import View

from accounts import encryption, second_factor, sessions
from accounts.api import signed_in
from accounts.lockout import code_is_good, passphrase_is_own
from accounts.models import Member, MemberSession

#: Where the session keeps, encrypted, a secret that no app has confirmed yet, and new codes.
SECRET, CODES = "second_factor_secret", "recovery_codes"
#: A session this young needs no passphrase to set up a second factor.
YOUNG = dt.timedelta(minutes=15)
#: For so many seconds new recovery codes can be looked at, copied and printed; then never again.
SHOWN = 15 * 60


@method_decorator(login_required, name="dispatch")
class SecondFactor(View):
    """Set it up; or prove it, in a session that was opened before it was there."""

    def get(self, request: HttpRequest) -> HttpResponse:
        member = signed_in(request)
        if not second_factor.has_second_factor(member):
            return _set_up_page(request, member)
        known = sessions.known(request)
        if known is not None and known.second_factor:
            return redirect("account")
        return render(request, "accounts/code.html", {"next": _next(request)})

    def post(self, request: HttpRequest) -> HttpResponse:
        member = signed_in(request)
        if second_factor.has_second_factor(member):
            return self._prove(request, member)
        if not _is_young(request) and not passphrase_is_own(
            request, member, request.POST.get("old", "")
        ):
            return _set_up_page(request, member, _("This is not your passphrase of today."))
        codes = second_factor.set_up(member, _secret(request), request.POST.get("code", ""))
        if codes is None:
            wrong = _("This is not the code of this half minute. Check the phone's clock, too.")
            return _set_up_page(request, member, wrong)
        del request.session[SECRET]
        sessions.sign_in(request, member, second_factor=True)
        _keep_to_show(request, codes, _next(request))
        return redirect("recovery-codes")

    def _prove(self, request: HttpRequest, member: Member) -> HttpResponse:
        if not code_is_good(request, member, request.POST.get("code", "")):
            return render(request, "accounts/code.html", {"wrong": True, "next": _next(request)})
        sessions.sign_in(request, member, second_factor=True)
        return redirect(_next(request))


@method_decorator(login_required, name="dispatch")
class RecoveryCodes(View):
    """The new codes, for a quarter of an hour; ``?as=text`` downloads them. POST makes others."""

    def get(self, request: HttpRequest) -> HttpResponse:
        kept = request.session.get(CODES)
        if kept is None or time.time() > kept["until"]:
            request.session.pop(CODES, None)
            return render(request, "accounts/recovery_codes.html", {"here": "account"})
        codes = json.loads(encryption.decrypt(kept["codes"]))
        spaced = [f"{code[:4]} {code[4:]}" for code in codes]
        if request.GET.get("as") == "text":
            heading = _("Recovery codes for Gridwalk, each good for one sign-in:")
            response = HttpResponse("\n".join([heading, *spaced, ""]), content_type="text/plain")
            response["Content-Disposition"] = 'attachment; filename="gridwalk-codes.txt"'
        else:
            context = {"here": "account", "codes": spaced, "next": kept["next"]}
            response = render(request, "accounts/recovery_codes.html", context)
        response["Cache-Control"] = "no-store"
        return response

    def post(self, request: HttpRequest) -> HttpResponse:
        member = signed_in(request)
        if not code_is_good(request, member, request.POST.get("code", "")):
            messages.error(request, _("This is not the code of this half minute."))
            return redirect("recovery-codes")
        _keep_to_show(request, second_factor.new_recovery_codes(member), "/account/")
        return redirect("recovery-codes")


def _keep_to_show(request: HttpRequest, codes: list[str], address: str) -> None:
    request.session[CODES] = {
        "codes": encryption.encrypt(json.dumps(codes)),
        "until": time.time() + SHOWN,
        "next": address,
    }


def _set_up_page(request: HttpRequest, member: Member, wrong: str = "") -> HttpResponse:
    secret = _secret(request)
    address = second_factor.address_of_secret(member, secret)
    context = {
        "qr": segno.make(address, error="m").svg_inline(border=3, light="#fff", omitsize=True),
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "address": address,
        "ask_passphrase": not _is_young(request),
        "wrong": wrong,
        "next": _next(request),
    }
    response = render(request, "accounts/second_factor.html", context, status=400 if wrong else 200)
    response["Cache-Control"] = "no-store"
    return response


def _secret(request: HttpRequest) -> str:
    if SECRET not in request.session:
        request.session[SECRET] = encryption.encrypt(second_factor.new_secret())
    return encryption.decrypt(request.session[SECRET])


def _is_young(request: HttpRequest) -> bool:
    since = timezone.now() - YOUNG
    key = request.session.session_key
    return MemberSession.objects.filter(session_id=key, since__gt=since).exists()


def _next(request: HttpRequest) -> str:
    asked = request.POST.get("next") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(asked, {request.get_host()}, request.is_secure())
    return asked if safe else "/"
