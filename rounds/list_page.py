"""``/rounds/``: one's own rounds due now, and for those who see areas, all of them."""

from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from accounts.api import signed_in
from api.errors import GridwalkError
from api.input import CodeField, Query
from cases.office import areas_of
from grid.responsibility import scope_of
from rounds import notices
from rounds.board import Shown, load
from rounds.models import Round, State
from rounds.plans import deciding

#: Rounds of one's own that are listed.
MOST_OWN = 100


class BoardQuery(Query):
    area = CodeField()
    page = serializers.IntegerField(required=False, min_value=1, max_value=10_000, default=1)


@login_required
@require_safe
def rounds(request: HttpRequest) -> HttpResponse:
    """Queries: session, member, what they decide, what they see, notices, own rounds; with areas
    also plans (2), their rounds, who makes them (2), overdue ones with who makes them (3), counts,
    areas to choose from.
    """
    member, today = signed_in(request), timezone.localdate()
    asked, problem = {}, ""
    try:
        asked = BoardQuery.of(Request(request))
    except (ValidationError, GridwalkError):
        problem = _("One of the filters is not valid, so none is used.")
    scope = scope_of(member, today)
    own = Round.objects.filter(state=State.DUE, starts_on__lte=today).of_member(member, today)
    own = own.with_area().defer("items", "answers").order_by("due_on", "plan__area__code", "pk")
    told = [(one, notices.words(one)) for one in notices.unseen(member)[: notices.MOST]]
    context: dict[str, Any] = {
        "here": "rounds",
        "problem": problem,
        "today": today,
        "told": told,
        "own": [Shown(one, one.is_overdue(today)) for one in own[:MOST_OWN]],
        "plans": bool(deciding(member, today)),
    }
    if scope:
        context |= {
            "board": load(scope, asked.get("area", ""), today, asked.get("page", 1)),
            "areas": areas_of(scope),
            "area": asked.get("area", ""),
            "address": urlencode({"area": asked["area"]} if "area" in asked else {}),
        }
    return render(request, "rounds/list.html", context)
