"""Signing in and out, and the language a member reads."""

import datetime as dt
from typing import Any

from django.conf import settings
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST

from accounts.models import Member


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
        response = super().form_valid(form)
        if language := form.get_user().language:
            _remember_language(response, language)
        return response


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
