"""Who calls the API: the session of the signed-in member."""

from typing import Any

from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework import authentication, exceptions
from rest_framework.request import Request

from api.errors import CsrfFailed


class SessionAuthentication(authentication.SessionAuthentication):
    """Answers 401 to nobody and ``csrf_failed`` to a page that is out of date; never redirects."""

    def authenticate_header(self, request: Request) -> str:
        # Without a challenge REST framework would answer 403, which reads as "you may not".
        return "Session"

    def enforce_csrf(self, request: Request) -> None:
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied as error:
            raise CsrfFailed() from error


class SessionScheme(OpenApiAuthenticationExtension):
    """How the schema describes it."""

    target_class = "api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
