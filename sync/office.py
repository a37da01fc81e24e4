"""``/sync/``: what tablets sent and was not taken in, for the office to look at and decide."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View

from accounts.api import signed_in
from accounts.models import Member
from accounts.scope import Scope
from api.errors import GridwalkError, NotAllowed, NotFound
from grid.responsibility import homes_of
from households import access
from households.models import Looked
from sync import conflicts, office_shown
from sync.attempts import replay
from sync.models import Conflict, Operation, Reminder
from sync.office_forms import BodyForm, DiscardForm
from sync.waiting import Count, numbers, office_of, seen_by, waiting

State = Operation.State
#: Rows of one page of the list.
ROWS = 50
#: What a list shows besides what waits: what was discarded can be taken back.
SHOWN = (State.REJECTED, State.CONFLICT, State.HELD, State.DISCARDED)
HOUSEHOLD = "household:"


def _office(request: HttpRequest) -> tuple[Member, Scope, dt.datetime]:
    """Who asks, where they decide, and now; raises NotAllowed for who decides nowhere."""
    member, now = signed_in(request), timezone.now()
    scope = office_of(member, timezone.localdate(now))
    if not scope:
        raise NotAllowed(
            _("What tablets sent is decided by coordinators, leaders and administrators.")
        )
    return member, scope, now


@access.eyes_of_member
def waiting_list(request: HttpRequest) -> HttpResponse:
    """``/sync/``: the oldest first, of the areas that the member decides about."""
    _member, scope, now = _office(request)
    state = request.GET.get("state", "")
    rows = waiting(scope, now)
    if state == State.DISCARDED:
        rows = seen_by(scope).filter(state=state)
    elif state in SHOWN:
        rows = rows.filter(state=state)
    # What was sent is read on its own page alone.
    ordered = rows.select_related("member").defer("payload").order_by("received_at", "sequence")
    page = Paginator(ordered, ROWS).get_page(request.GET.get("page"))
    waits = numbers(scope, now)
    context = {
        "here": "tablets",
        "tablets": Count(sum(waits.values())),
        "page": page,
        "rows": [(row, office_shown.kind_of(row), office_shown.reason_of(row)) for row in page],
        "numbers": [(State(name), State(name).label, n) for name, n in waits.items()],
        "chosen": state,
        "discarded": State.DISCARDED,
    }
    return render(request, "sync/list.html", context)


@method_decorator(access.eyes_of_member, name="dispatch")
class OperationPage(View):
    """``/sync/<uuid>/``: one of them: what was sent, why it was refused, and what can be done."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        member, scope, now = _office(request)
        operation = _operation(pk, scope)
        Reminder.objects.filter(operation=operation, member=member, seen_at=None).update(
            seen_at=now
        )
        return self._shown(request, operation, member, now)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        member, scope, now = _office(request)
        operation = _operation(pk, scope)
        change = BodyForm(operation, request.POST) if "change" in request.POST else None
        discard = DiscardForm(request.POST) if "discard" in request.POST else None
        if discard is not None:
            if discard.is_valid():
                _discard(operation, discard.cleaned_data["reason"], member, now)
                messages.success(request, _("Discarded. Whoever sent it is told why."))
                return redirect("sync-waiting")
        elif change is None or change.is_valid():
            if change is not None and not _may_read(operation, member, now):
                raise NotAllowed
            body = None if change is None else change.changed_body()
            done = replay(operation, by=member, now=now, body=body)
            if done.state == State.APPLIED:
                messages.success(request, _("Taken in."))
                return redirect("sync-waiting")
            operation = done
            change = None
        return self._shown(request, operation, member, now, change, discard, status=409)

    def _shown(
        self,
        request: HttpRequest,
        operation: Operation,
        member: Member,
        now: dt.datetime,
        change: BodyForm | None = None,
        discard: DiscardForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        readable = _may_read(operation, member, now)
        open_ones = Conflict.objects.open().filter(operation=operation).select_related("theirs_by")
        context: dict[str, Any] = {
            "here": "tablets",
            "operation": operation,
            "kind": office_shown.kind_of(operation),
            "message": office_shown.reason_of(operation),
            "when": office_shown.when(operation),
            "readable": readable,
            "sent": office_shown.rows(operation) if readable else [],
            "conflicts": office_shown.conflict_rows(list(open_ones)),
            "change": (change or BodyForm(operation)) if readable else None,
            "discard": discard or DiscardForm(),
            "case": operation.subject.removeprefix("case:")
            if operation.subject.startswith("case:")
            else "",
        }
        return render(request, "sync/operation.html", context, status=status)


def _operation(pk: UUID, scope: Scope) -> Operation:
    found = seen_by(scope).select_related("member", "device", "decided_by").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _may_read(operation: Operation, member: Member, now: dt.datetime) -> bool:
    """Whether the member may know what was sent; of a visit, that is a look at the household."""
    if any(subject.startswith("visit:") for subject in operation.waits_for):
        # It follows from a visit that its sender may not know of (any more).
        return homes_of(member, timezone.localdate(now)).covers(operation.area_code)
    subject = operation.subject
    if not subject.startswith(HOUSEHOLD):
        subject = _household_before(operation)
    if not subject:
        # A visit says whose it is, or is not kept; of what was kept before, nobody knows.
        return not operation.kind.startswith("visit.")
    try:
        key = UUID(subject.removeprefix(HOUSEHOLD))
        access.look(member, key, Looked.PAGE, now=now)
    except NotFound:
        return False
    return True


def _household_before(operation: Operation) -> str:
    """The household of the visit that this was recorded after and is held for, if so."""
    named = [subject.partition(":") for subject in operation.waits_for]
    before = Operation.objects.filter(
        pk__in=[key for what, _colon, key in named if what == "operation"],
        subject__startswith=HOUSEHOLD,
    )
    return before.values_list("subject", flat=True).first() or ""


@transaction.atomic
def _discard(operation: Operation, reason: str, member: Member, now: dt.datetime) -> None:
    """What was sent stays until its time is over, so that it can be taken back."""
    row = Operation.objects.select_for_update().get(pk=operation.pk)
    if row.state == State.APPLIED:
        return
    row.state, row.code, row.message = State.DISCARDED, "discarded", reason
    row.decided_at, row.decided_by, row.waits_for = now, member, []
    row.save()
    for conflict in Conflict.objects.open().filter(operation=row):
        conflict.decision, conflict.decided_at = Conflict.Decision.THEIRS, now
        conflict.decided_by = member
        conflict.save()


@access.eyes_of_member
def decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    """``/sync/conflicts/<uuid>/``: keep one side; for the office, and for who sent the other."""
    member, now = signed_in(request), timezone.now()
    row = Conflict.objects.filter(pk=pk).first()
    if row is None or not _decides(row, member, now):
        raise Http404
    keep = request.POST.get("keep", "")
    if request.method == "POST" and keep in (Conflict.Decision.MINE, Conflict.Decision.THEIRS):
        try:
            conflicts.decide(row, keep, member=member, now=now)
        except GridwalkError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Decided."))
    return redirect("case", row.case_number)


def _decides(row: Conflict, member: Member, now: dt.datetime) -> bool:
    scope = office_of(member, timezone.localdate(now))
    return row.by_id == member.pk or scope.covers(row.area_code)
