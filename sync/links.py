"""Whether a page shows the link to the tablet's app."""

from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.models import Member
from sync.areas import carries


def tablet(request: HttpRequest) -> dict[str, object]:
    """A template context processor: ``carries`` is true for who goes out with a tablet.

    Asks the database only on pages that show it (one query).
    """
    return {"carries": SimpleLazyObject(lambda: _carries(request))}


def _carries(request: HttpRequest) -> bool:
    member = getattr(request, "user", None)
    return isinstance(member, Member) and carries(member, timezone.localdate())
