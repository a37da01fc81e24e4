"""Signing in and out, and the language a member reads."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_POST

from accounts import halfway
from accounts.lockout import code_is_good
from accounts.models import Member
from accounts.second_factor import has_second_factor
from accounts.sessions import sign_in


def with_language_of(member: Member, response: HttpResponse) -> HttpResponse:
    """The answer, which also sets the member's own language in this browser."""
    if member.language:
        _remember_language(response, member.language)
    return response


def _remember_language(response: HttpResponseBase, language: str) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        samesite="Lax",
    )


class SignIn(LoginView):
    """The sign-in page; a member's own language is taken up with the member."""

    template_name = "accounts/sign_in.html"
    redirect_authenticated_user = True

    def form_valid(self, form: Any) -> HttpResponse:
        member = form.get_user()
        if has_second_factor(member):
            halfway.begin(self.request, member, self.get_success_url())
            response: HttpResponse = HttpResponseRedirect(reverse("sign-in-code"))
        else:
            response = super().form_valid(form)
        return with_language_of(member, response)


class SignInCode(View):
    """The second step: the code of the second factor, or a recovery code."""

    def get(self, request: HttpRequest) -> HttpResponse:
        if halfway.member_of(request) is None:
            return redirect("sign-in")
        return render(request, "accounts/code.html")

    def post(self, request: HttpRequest) -> HttpResponse:
        member = halfway.member_of(request)
        if member is None:
            messages.info(request, _("That took too long. Please sign in again."))
            return redirect("sign-in")
        if not code_is_good(request, member, request.POST.get("code", "")):
            return render(request, "accounts/code.html", {"wrong": True})
        address, backend = halfway.end(request)
        sign_in(request, member, backend, second_factor=True)
        return redirect(address)


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Remember the language in this browser and, for who is signed in, with the member."""
    language = request.POST.get("language", "")
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)
    if language in dict(settings.LANGUAGES) and check_for_language(language):
        if isinstance(request.user, Member):
            request.user.language = language
            request.user.save(update_fields=["language"])
        _remember_language(response, language)
    return response
