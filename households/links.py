"""Which links to pages of care a page's header shows."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.models import Member
from grid.responsibility import homes_of
from households.due import coordinated


def care(request: HttpRequest) -> dict[str, object]:
    """A template context processor: ``cares`` is true for who may know of any household,
    ``coordinates`` for who coordinates a community and so may import its households.

    Each asks the database only on pages that show it (one query); a page that knows says it itself.
    """
    return {
        "cares": SimpleLazyObject(lambda: _cares(request)),
        "coordinates": SimpleLazyObject(lambda: _coordinates(request)),
    }


def _cares(request: HttpRequest) -> bool:
    member = getattr(request, "user", None)
    return isinstance(member, Member) and bool(homes_of(member, timezone.localdate()))


def _coordinates(request: HttpRequest) -> bool:
    member = getattr(request, "user", None)
    return isinstance(member, Member) and bool(coordinated(member, timezone.now()))


def shown(
    request: HttpRequest, template: str, context: dict[str, Any], *, page: str, status: int = 200
) -> HttpResponse:
    """A page of care, for who is known to care: the name of the page marks its link."""
    links = {"here": "care", "page": page, "cares": True}
    return render(request, f"households/{template}", {**links, **context}, status=status)
