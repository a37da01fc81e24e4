"""``/cases/``: the list of cases, with its filters in the address."""

from django.contrib.auth.decorators import login_required
from django.db.models import IntegerField, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request

from accounts.models import Member
from api.errors import GridwalkError
from cases.api import CasePages
from cases.listing import CaseQuery, chosen, visible
from cases.models import Reminder, State
from cases.office import SHOWN, areas_of, dated, member_of
from cases.office_forms import category_choices
from grid.responsibility import scope_of

#: A count beyond this says “more than”; counting a million rows takes longer than the page.
COUNT_TO = 999
#: Rows of one page of the list.
ROWS = 50


@method_decorator(login_required, name="dispatch")
class CaseList(View):
    """``/cases/``: the filters are in the address."""

    def get(self, request: HttpRequest) -> HttpResponse:
        member, now = member_of(request), timezone.now()
        wrapped = Request(request)
        problem = ""
        try:
            asked = CaseQuery.of(wrapped)
        except (ValidationError, GridwalkError) as error:
            asked, problem = {}, _("One of the filters is not valid, so none is used.")
            if isinstance(error, GridwalkError):
                problem = str(error)
        if not request.GET:
            asked["state"] = ["open"]
        scope = scope_of(member, timezone.localdate(now))
        seen = visible(member, timezone.localdate(now), scope)
        rows = chosen(seen, asked, member, now).select_related(*SHOWN)
        pages = CasePages()
        pages.page_size = ROWS
        try:
            found = dated(pages.paginate_queryset(rows, wrapped, view=None) or [], now)
        except NotFound:  # an address that was cut short: begin at the first page
            return redirect("cases")
        overdue, soon, unended = _counted(
            member, seen.overdue(now), chosen(seen, {"due": "soon"}, member, now), seen.open()
        )
        context = {
            "here": "cases",
            "cases": found,
            "address": request.GET.urlencode() or "state=open",
            "asked": asked,
            "chosen_state": ",".join(asked.get("state", [])),
            "older": pages.get_next_link(),
            "newer": pages.get_previous_link(),
            "problem": problem,
            "overdue": overdue,
            "soon": soon,
            "open": unended,
            "count_to": COUNT_TO,
            "now": now,
            "states": State.choices,
            "categories": category_choices(empty=_("All categories")),
            "areas": areas_of(scope),
            "reminders": _reminders(member),
        }
        return render(request, "cases/list.html", context)


class _Rows(Subquery):
    """How many rows a query finds, as one value."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS found)"
    output_field = IntegerField()


def _counted(member: Member, *asked: QuerySet) -> tuple[int, ...]:
    """How many each finds, up to one more than is told. One query, hung on the member's row."""
    rows = [_Rows(cases.order_by().values("pk")[: COUNT_TO + 1]) for cases in asked]
    found: tuple[int, ...] = Member.objects.filter(pk=member.pk).values_list(*rows).get()
    return found


def _reminders(member: Member) -> list[Reminder]:
    """What the member was reminded of and has not looked at, the latest due time first."""
    unseen = Reminder.objects.filter(member=member, seen_at=None).exclude(
        case__state__in=[State.CLOSED, State.DECLINED, State.MERGED, State.DONE, State.VERIFIED]
    )
    return list(unseen.select_related("case__category").order_by("due_at")[:20])
