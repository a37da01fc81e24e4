"""A member's own page: passphrase, second factor, and where one is signed in."""

import uuid

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import SetPasswordForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.http import require_POST

from accounts import sessions
from accounts.api import signed_in
from accounts.lockout import passphrase_is_own
from accounts.models import Member
from accounts.second_factor import has_second_factor


class PassphraseForm(SetPasswordForm):
    """The passphrase of today and, twice, the new one."""

    old = forms.CharField(strip=False)

    def __init__(self, request: HttpRequest, member: Member) -> None:
        super().__init__(member, request.POST or None)
        self.request, self.member = request, member

    def clean_old(self) -> str:
        old = str(self.cleaned_data["old"])
        if not passphrase_is_own(self.request, self.member, old):
            raise forms.ValidationError(gettext_lazy("This is not your passphrase of today."))
        return old


@method_decorator(login_required, name="dispatch")
class Account(View):
    """The page, and changing the passphrase, which signs out everywhere else."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._page(request, PassphraseForm(request, signed_in(request)))

    def post(self, request: HttpRequest) -> HttpResponse:
        member = signed_in(request)
        form = PassphraseForm(request, member)
        if not form.is_valid():
            return self._page(request, form, status=400)
        known = sessions.known(request)
        form.save()
        sessions.end_sessions(member)
        sessions.sign_in(request, member, second_factor=known is not None and known.second_factor)
        messages.success(request, _("The passphrase is changed. Elsewhere you are signed out."))
        return redirect("account")

    def _page(self, request: HttpRequest, form: PassphraseForm, status: int = 200) -> HttpResponse:
        member = signed_in(request)
        context = {
            "here": "account",
            "form": form,
            "sessions": sessions.sessions_of(member),
            "this": request.session.session_key,
            "has_second_factor": has_second_factor(member),
        }
        return render(request, "accounts/account.html", context, status=status)


@login_required
@require_POST
def sign_out_there(request: HttpRequest, number: uuid.UUID | None = None) -> HttpResponse:
    """End one other session of one's own; without a number all others."""
    this = str(request.session.session_key)
    if sessions.end_sessions(signed_in(request), but=this, number=number):
        messages.success(request, _("Signed out there."))
    else:
        messages.info(request, _("Nobody is signed in there any more."))
    return redirect("account")
