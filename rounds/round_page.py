"""``/rounds/<id>/``: the checklist, what was found, and the patrols that did a round."""

import re
import uuid
from typing import Any
from urllib.parse import urlencode

from django.apps import apps
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.gis.db.models.functions import PointOnSurface
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View

from accounts.api import signed_in
from accounts.models import Member
from api.errors import BadInput, GridwalkError, NotFound
from cases.models import Case
from grid.models import Area
from grid.responsibility import scope_of
from patrols.models import Patrol
from rounds import doing, notices
from rounds.board import names_of
from rounds.items import Item, items_of
from rounds.models import Finding, How, Round, State
from rounds.walked import Walked

UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
#: Name of the fields that hold the answers, and of those with the keys of findings.
ANSWER, KEY = "answer-", "key-"


@method_decorator(login_required, name="dispatch")
class RoundPage(View):
    """For who makes the round and who decides there, to fill in; for who sees the area, to read."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        member = signed_in(request)
        one = _found(pk, member)
        notices.seen(one, member)
        return _shown(request, one, member)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        member, now = signed_in(request), timezone.now()
        _found(pk, member)
        if request.POST.get("do") == "reopen":
            return _reopened(request, pk, member)
        try:
            one = doing.locked(pk, member, timezone.localdate(now))
            doing.keep(one, _answers(request))
            act, _colon, item = request.POST.get("do", "").partition(":")
            if act == "report":
                key = request.POST.get(KEY + item, "")
                if not UUID.fullmatch(key):
                    raise BadInput(_("This page is out of date. Reload it."))
                finding = doing.note_finding(one, item, uuid.UUID(key), member, now)
                return redirect(address_of(finding))
            if act == "finish":
                doing.finish_by_form(one, member, now)
            elif act == "patrols":
                keys = [word for word in request.POST.getlist("patrol") if UUID.fullmatch(word)]
                doing.finish_by_patrols(one, map(uuid.UUID, keys), member, now)
        except GridwalkError as error:
            again = _found(pk, member)
            if again.state == State.DONE and again.done_by_id == member.pk:
                # The same page, sent twice.
                return redirect("round", pk)
            return _shown(request, again, member, error)
        done = one.state == State.DONE
        messages.success(request, _("The round is done.") if done else _("The answers are kept."))
        return redirect("round", pk)


def _reopened(request: HttpRequest, pk: int, member: Member) -> HttpResponse:
    try:
        doing.reopen(pk, member, timezone.localdate())
    except GridwalkError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The round is open again, with its answers."))
    return redirect("round", pk)


def address_of(finding: Finding) -> str:
    """The page of a new case about a finding: with its key, category and place, and the way back.

    The place is a point in the area, to be moved to where it is. One query.
    """
    one = finding.round
    item = next((item for item in items_of(one.items) if item.key == finding.item), None)
    inside = Area.objects.filter(pk=one.plan.area_id).values_list(PointOnSurface("geometry"))
    point = inside.get()[0]
    asked = {
        "key": finding.key,
        "category": item.category if item else "",
        "lon": f"{point.x:.6f}",
        "lat": f"{point.y:.6f}",
        "back": reverse("round", args=[one.pk]),
    }
    return f"{reverse('new-case')}?{urlencode(asked)}"


def _found(pk: int, member: Member) -> Round:
    """The round, where the member sees its area or makes it. Raises NotFound."""
    one = Round.objects.filter(pk=pk).with_area().select_related("done_by", "plan__area").first()
    if one is None:
        raise NotFound
    today = timezone.localdate()
    if not scope_of(member, today).covers(one.plan.area.code):
        raise NotFound
    return one


def _answers(request: HttpRequest) -> dict[str, str]:
    return {
        name.removeprefix(ANSWER): str(value)
        for name, value in request.POST.items()
        if name.startswith(ANSWER)
    }


def _shown(
    request: HttpRequest, one: Round, member: Member, error: GridwalkError | None = None
) -> HttpResponse:
    today = timezone.localdate()
    may = one.state == State.DUE and doing.may_do(one, member, today)
    findings = list(one.findings.order_by("found_at", "key"))
    cases = doing.cases_of(findings)
    fields = (error and error.fields) or {}
    context: dict[str, Any] = {
        "here": "rounds",
        "round": one,
        "plan": one.plan,
        "late": one.is_overdue(today),
        "members": names_of([one.plan], today)[one.plan_id],
        "may": may,
        "may_reopen": doing.may_reopen(one, member, today),
        "history": _history(one),
        "error": error,
        "items": [_item(one, item, findings, cases, fields) for item in items_of(one.items)],
        "others": [(row, cases.get(row.key)) for row in findings if not row.item],
        "answers": Round.Answer,
        "key": uuid.uuid4(),
        "choosing": may and ("patrols" in request.GET or "patrol" in request.POST),
    }
    if context["choosing"]:
        context["patrols"] = Walked.of(one, timezone.now()).best()
        context["chosen"] = set(request.POST.getlist("patrol"))
    if one.how == How.PATROL:
        rows = Patrol.objects.filter(pk__in=one.patrols).select_related("member", "team")
        context["done_patrols"] = rows.order_by("started_at", "pk")
    return render(request, "rounds/round.html", context, status=400 if error else 200)


def _history(one: Round) -> list[dict[str, Any]]:
    """When it was done and opened again, and by whom, oldest first. Two queries."""
    events = apps.get_model("rounds", "RoundEvent")._default_manager
    rows = events.filter(pgh_obj_id=one.pk).select_related("pgh_context").order_by("pgh_id")
    turns = []
    before = State.DUE
    for row in rows:
        if row.state != before and State.DONE in (row.state, before):
            turns.append(row)
        before = row.state
    by = [row.pgh_context.metadata.get("user") if row.pgh_context else None for row in turns]
    names = Member.objects.in_bulk({user for user in by if isinstance(user, int)})
    return [
        {"at": row.pgh_created_at, "done": row.state == State.DONE, "by": names.get(user)}
        for row, user in zip(turns, by, strict=True)
    ]


def _item(
    one: Round,
    item: Item,
    findings: list[Finding],
    cases: dict[uuid.UUID, Case],
    fields: dict[str, list[str]],
) -> dict[str, Any]:
    """What the page shows of one thing looked at."""
    answer = one.answers.get(item.key, "")
    return {
        "key": item.key,
        "text": item.text,
        "answer": answer,
        "said": Round.Answer(answer).label if answer else "",
        "findings": [(row, cases.get(row.key)) for row in findings if row.item == item.key],
        "problems": fields.get(item.key, []),
        "finding_key": uuid.uuid4(),
    }
