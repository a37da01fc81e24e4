"""The coordinator's pages of imports: send a file, say which column is what, see what came."""

import json
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View

from accounts.api import signed_in
from accounts.models import Member
from api.errors import GridwalkError, NotFound
from households import register, uploads
from households.access import eyes_of_member
from households.import_columns import KINDS, guess
from households.import_report import as_file
from households.links import shown
from households.models import HouseholdImport

#: Homes without a plan that the page names.
MOST_SHOWN = 100
State = HouseholdImport.State


@method_decorator(eyes_of_member, name="dispatch")
class Imports(View):
    """``/care/import/``: send a file; what was sent within the hour; homes without a plan."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._shown(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        member, now = signed_in(request), timezone.now()
        code, kind = request.POST.get("community", ""), request.POST.get("kind", "homes")
        areas = uploads.coordinated(member, now)
        community = next((area for area in areas if area.code == code), None)
        file = request.FILES.get("file")
        if community is None or kind not in KINDS:
            return self._shown(request, _("Choose a community and what the file holds."))
        if file is None:
            return self._shown(request, _("Choose a file first."))
        try:
            kept = uploads.keep(file, file.name or "", kind, community, member=member, now=now)
        except GridwalkError as error:
            return self._shown(request, str(error), status=error.http_status)
        return redirect("household-import-file", pk=kept.pk)

    def _shown(self, request: HttpRequest, problem: str = "", status: int = 200) -> HttpResponse:
        member, now = signed_in(request), timezone.now()
        communities = uploads.coordinated(member, now)
        without = register.without_plan(member, now)[: MOST_SHOWN + 1]
        context = {
            "communities": communities,
            "coordinates": True,
            "kind": request.POST.get("kind") or request.GET.get("kind") or "homes",
            "files": HouseholdImport.objects.filter(member=member).defer("content", "told"),
            "without_plan": without[:MOST_SHOWN],
            "more": len(without) > MOST_SHOWN,
            "most": MOST_SHOWN,
            "problem": problem,
        }
        status = 400 if problem and status == 200 else status
        return shown(request, "import.html", context, page="import", status=status)


@method_decorator(eyes_of_member, name="dispatch")
class ImportFile(View):
    """``/care/import/<id>/``: which column is what, then how far it is, then what came of it."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        return self._shown(request, _own(signed_in(request), pk))

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        member = signed_in(request)
        kept = _own(member, pk)
        if "delete" in request.POST:
            if kept.state == State.RUNNING:
                return self._shown(request, kept, _("Wait until the import is through."), 409)
            kept.delete()
            messages.success(request, _("The file and what was told of it are deleted."))
            return redirect("household-import")
        said = {
            column: request.POST.get(f"column-{number}", "")
            for number, column in enumerate(kept.columns)
        }
        try:
            uploads.begin(pk, said, member=member)
        except GridwalkError as error:
            return self._shown(request, kept, str(error), error.http_status, said)
        return redirect("household-import-file", pk=pk)

    def _shown(
        self,
        request: HttpRequest,
        kept: HouseholdImport,
        problem: str = "",
        status: int = 200,
        said: dict[str, str] | None = None,
    ) -> HttpResponse:
        context: dict[str, Any] = {"file": kept, "problem": problem, "coordinates": True}
        if kept.state == State.ASKED:
            fields = guess(kept.columns, kept.kind)
            chosen = said or {column: field for field, column in fields.items()}
            context["columns"] = [(column, chosen.get(column, "")) for column in kept.columns]
            context["fields"] = [(field, _(told.label)) for field, told in KINDS[kept.kind].items()]
        if kept.state == State.DONE and kept.told:
            context["told"] = json.loads(kept.told)
        context["going_on"] = kept.state in (State.WAITING, State.RUNNING)
        return shown(request, "import_file.html", context, page="import", status=status)


@eyes_of_member
def to_correct(request: HttpRequest, pk: UUID, kind: str) -> HttpResponse:
    """``/care/import/<id>/to-correct.csv`` or ``.xlsx``: the rows that were not taken in."""
    kept = _own(signed_in(request), pk)
    table = json.loads(kept.told)["table"] if kept.told else []
    if not table:
        raise NotFound
    return as_file(table, kind)


def _own(member: Member, pk: UUID) -> HouseholdImport:
    """The member's own upload, of a community still coordinated. Raises NotFound, NotAllowed."""
    communities = uploads.coordinated(member, timezone.now())
    found = HouseholdImport.objects.filter(pk=pk, member=member, area__in=communities)
    kept = found.defer("content").first()
    if kept is None:
        raise NotFound(_("This import is gone: files are kept for an hour. Send it again."))
    return kept
