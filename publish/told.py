"""What a member has not seen yet, of responsibility and of rounds: for the map and for tablets."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import signed_in
from accounts.models import Member
from api.errors import NotFound
from handover import notices as responsibility
from rounds import notices as rounds

#: Shown at once; older ones follow when these were seen.
MOST = 20
#: Who tells, by the name in the address: with ``unseen``, ``told`` and ``see``.
TELLERS: dict[str, Any] = {"responsibility": responsibility, "rounds": rounds}


def unseen(member: Member) -> list[dict[str, Any]]:
    """The latest first: a sentence, the page about it, and where to say that it was seen."""
    found = [
        (teller.told(row), about)
        for about, teller in TELLERS.items()
        for row in teller.unseen(member)[:MOST]
    ]
    latest = sorted(found, key=lambda one: (one[0].made_at, one[1], one[0].pk), reverse=True)
    return [
        {
            "about": about,
            "id": told.pk,
            "text": told.text,
            "page": told.address,
            "made_at": told.made_at,
        }
        for told, about in latest[:MOST]
    ]


@extend_schema(responses=dict[str, Any], tags=["me"])
class Notices(APIView):
    """What the member has not seen yet of handovers, leaves and rounds, the latest first.

    In the language of the request. Queries: session, member, notices of responsibility, of rounds.
    """

    def get(self, request: Request) -> Response:
        return Response({"notices": unseen(signed_in(request))})


@extend_schema(request=None, responses=dict[str, Any], tags=["me"])
class NoticeSeen(APIView):
    """One's own notice was seen; again changes nothing.

    It answers with content, by which a tablet knows the server from somebody's network page.
    """

    def post(self, request: Request, about: str, pk: int) -> Response:
        teller = TELLERS.get(about)
        if teller is None or not teller.see(pk, signed_in(request), timezone.now()):
            raise NotFound
        return Response({"about": about, "id": pk, "seen": True})
