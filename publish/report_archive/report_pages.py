"""``/reports/<id>/``: a report while it is made and ever after, its files, and two compared."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from api.errors import NotAllowed
from cases.office import member_of
from patrols.coverage import midnight
from patrols.models import Patrol
from publish.coverage_report.definitions import DEFINITIONS
from publish.coverage_report.formats import FORMATS
from publish.coverage_report.telling import period
from publish.models import ArchivedReport, ReportFile
from publish.report_archive import files, making
from publish.report_archive.change_map import change_map
from publish.report_archive.comparing import OF_CELLS, cell_pairs, difference, pairs_of
from publish.report_archive.schedules import DAY
from publish.report_archive.sight import making_scope, versions, visible_reports

State = ArchivedReport.State
#: Other periods of the same area to compare with.
MOST_OTHERS = 12
#: No script, nothing from elsewhere. The page itself names the one style that it carries, which may
#: be that of an earlier version of Gridwalk.
PAGE_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'self'"
)


def _visible(request: HttpRequest, pk: uuid.UUID, *, figures: bool = False) -> ArchivedReport:
    """Raises Http404 for a report of an area that is not the member's to see."""
    rows = visible_reports(member_of(request), timezone.localdate())
    found = (rows.defer(None) if figures else rows).filter(pk=pk).first()
    if found is None:
        raise Http404(_("There is no such report, or it is not of an area of yours."))
    return found


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """How far it is, then the report itself with its files, versions and what differs."""
    found = _visible(request, pk)
    makes = making_scope(member_of(request), timezone.localdate()).covers(found.area_code)
    if request.method == "POST":
        if not makes:
            raise NotAllowed(_("Coordinators and leaders have reports made."))
        _act(request, found)
        return redirect("archived-report", pk)
    context: dict[str, Any] = {
        "here": "reports",
        "report": found,
        "makes": makes,
        "period": period(found.start, found.end),
        "problem": ArchivedReport.Problem(found.problem).label if found.problem else "",
        "step": step_words(found),
    }
    if found.state == State.DONE:
        context |= _ready(request, found)
    return render(request, "publish/archived_report.html", context)


def _act(request: HttpRequest, found: ArchivedReport) -> None:
    act = request.POST.get("act")
    if act == "cancel" and not making.cancel(found):
        messages.info(request, _("It was through already."))
    if act == "again" and not making.again(found, timezone.now()):
        messages.info(request, _("It is there already, or being made."))


def step_words(found: ArchivedReport) -> str:
    """What the job is at."""
    if found.state == State.WAITING:
        return _("Waits for its turn")
    counts = {"done": found.step_done, "all": found.step_all}
    if found.writing:
        return _("Writes file %(number)s of %(all)s") % {**counts, "number": found.step_done + 1}
    if found.step_all > 1:
        return _("Counts: %(done)s of %(all)s communities") % counts
    return _("Counts metres, cases and visits")


def _ready(request: HttpRequest, found: ArchivedReport) -> dict[str, Any]:
    order = list(FORMATS)
    rows = sorted(found.files.all(), key=lambda row: (row.language, order.index(row.format)))
    names = dict(settings.LANGUAGES)
    by_language = {
        language: (names.get(language, language), [row for row in rows if row.language == language])
        for language in found.languages
    }
    asked = request.GET.get("language") or get_language()
    shown = asked if asked in by_language else found.languages[0]
    same = list(versions(found).defer("figures"))
    number = next((n for n, one in enumerate(same, start=1) if one.pk == found.pk), 1)
    return {
        "languages": [
            (language, name, [(row, FORMATS[row.format]) for row in of])
            for language, (name, of) in by_language.items()
        ],
        "shown": shown,
        "number": number,
        "versions": [(n, one) for n, one in enumerate(same, start=1) if one.pk != found.pk],
        "others": _others(request, found),
        **(_since(found, same[number - 2]) if number > 1 else {}),
    }


def _since(found: ArchivedReport, before: ArchivedReport) -> dict[str, Any]:
    """What this version tells otherwise than the one before, and walks that came in between."""
    both = ArchivedReport.objects.in_bulk([found.pk, before.pk])
    found, before = both[found.pk], both[before.pk]
    late = Patrol.objects.inside(found.area_code).filter(
        received_at__gt=before.made_at,
        received_at__lte=found.made_at,
        started_at__gte=midnight(found.start),
        started_at__lt=midnight(found.end + DAY),
    )
    return {
        "before": before,
        "difference": difference(before, found),
        "late": late.count(),
    }


def _others(request: HttpRequest, found: ArchivedReport) -> list[tuple[str, ArchivedReport]]:
    """Reports of other periods of the area."""
    rows = visible_reports(member_of(request), timezone.localdate()).filter(
        area_code=found.area_code, state=State.DONE
    )
    rows = rows.exclude(start=found.start, end=found.end).order_by("-end", "-made_at")
    return [(period(one.start, one.end), one) for one in rows[:MOST_OTHERS]]


@login_required
@never_cache
@require_safe
def progress(request: HttpRequest, pk: uuid.UUID) -> JsonResponse:
    """``{"state", "percent", "words", "over"}``, which the page asks for until it is over."""
    found = _visible(request, pk)
    return JsonResponse(
        {
            "state": found.state,
            "percent": found.progress,
            "words": step_words(found),
            "over": not found.going_on,
        }
    )


@login_required
@require_safe
def report_file(request: HttpRequest, pk: uuid.UUID, language: str, format: str) -> FileResponse:
    """One file; the page to read is shown, also within our own frame, all others are saved."""
    found = _visible(request, pk)
    row = get_object_or_404(ReportFile, report=found, language=language, format=format)
    if format not in FORMATS:
        raise Http404
    kind = FORMATS[format]
    try:
        file = files.store().open(files.name_of(row.pk))
    except FileNotFoundError as error:
        raise Http404(_("The file is gone from the store. Have the report made again.")) from error
    mime = f"{kind.mime}; charset=utf-8" if format == "html" else kind.mime
    name = f"coverage-{found.area_code}-{found.start}-{found.end}-{language}.{kind.ending}"
    response = FileResponse(file, content_type=mime, filename=name, as_attachment=format != "html")
    response["Cache-Control"] = "private, no-cache"
    response["ETag"] = f'"{row.sha256}"'
    response["X-Content-Type-Options"] = "nosniff"
    if format == "html":
        response["Content-Security-Policy"] = PAGE_POLICY
        response["X-Frame-Options"] = "SAMEORIGIN"
    else:
        response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


@login_required
@never_cache
@require_safe
def compare(request: HttpRequest, pk: uuid.UUID, other: uuid.UUID) -> HttpResponse:
    """Two reports side by side, the earlier period or version on the left; 404 for unfinished ones.

    Queries: session, member, and for each report responsibilities and the report; the map's.
    """
    both = [_visible(request, key, figures=True) for key in (pk, other)]
    if any(one.figures is None for one in both):
        raise Http404(_("Both reports have to be ready."))
    before, after = sorted(both, key=lambda one: (one.end, one.start, one.made_at, one.pk))
    old, new = before.figures or {}, after.figures or {}
    same_area = before.area_code == after.area_code
    context = {
        "here": "reports",
        "sides": [(one, period(one.start, one.end)) for one in (before, after)],
        "same_area": same_area,
        "same_days": (before.start, before.end) == (after.start, after.end),
        "pairs": pairs_of(old["figures"], new["figures"]),
        "change": change_map(before, after, timezone.now()),
        "heads": [DEFINITIONS[key].title for key in OF_CELLS],
        "parts": [
            (title, cell_pairs(before, after, of))
            for of, title in (("communities", _("Communities")), ("cells", _("Cells")))
            if same_area and (old.get(of) or new.get(of))
        ],
    }
    return render(request, "publish/report_compare.html", context)
