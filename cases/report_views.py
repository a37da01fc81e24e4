"""``/report/``: a resident's report, from the empty page to the case."""

import datetime as dt
import hashlib

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_http_methods

from api.errors import GridwalkError, TooLarge
from api.sender import address_of
from cases import news
from cases.attempts import WINDOW, TooManyReports, count
from cases.deeds import MOST_PHOTOS, Deed
from cases.dispatch import OutsideArea
from cases.handling import take_step
from cases.lamps import UNKNOWN, lamp_meant
from cases.models import Case, Event, Photo, Source
from cases.photo_views import limits, refuse_large
from cases.photos import keep
from cases.report_form import (
    ReportForm,
    in_groups,
    new_stamp,
    offered,
    sign_photo,
    signed_photos,
)
from cases.reporting import Report, follow, take_in
from cases.similar import similar
from cases.surroundings import Surroundings, around
from cases.transitions import Step
from cases.views import picture_token, with_pictures
from streetlights.models import Lamp

#: Cases that this browser reported or confirmed: each counts once.
COOKIE = "gridwalk_reported"
COOKIE_DAYS = 30
MOST_REMEMBERED = 50


# Not no-store: going back must find what was written.
@cache_control(private=True, no_cache=True)
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def report(request: HttpRequest) -> HttpResponse:
    """The page of a report, and what it sends."""
    try:
        # Before the form is read, which the check of its token does.
        refuse_large(request, MOST_PHOTOS)
    except TooLarge as error:
        return render(request, "cases/too_large.html", {"sentence": error}, status=413)
    return _report(request)


@csrf_protect
def _report(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _send(request, timezone.now())
    asked = request.GET.get("lamp", "")
    known = asked.isdecimal() and len(asked) < 19
    lamp = Lamp.objects.filter(pk=int(asked)).first() if known else None
    return _page(request, ReportForm(), lamp)


def _send(request: HttpRequest, now: dt.datetime) -> HttpResponse:
    """Take in what the page sent, or show it again with all that was filled in."""
    form = ReportForm(request.POST)
    form.is_valid()
    lamp, key = form.cleaned_data.get("lamp"), form.cleaned_data.get("stamp")
    if key and (before := Case.objects.filter(key=key).first()):
        return _to_case(request, before)
    photos = signed_photos(request.POST.getlist("kept"))
    try:
        count(address_of(request), lamp, now)
    except TooManyReports as error:
        form.add_error(None, str(error))
        response = _page(request, form, lamp, photos, status=429)
        response["Retry-After"] = str(int(WINDOW.total_seconds()))
        return response
    photos = _with_sent_photos(request, form, photos, now)
    if form.errors or form.point is None:
        return _page(request, form, lamp, photos, status=400)
    if lamp is None:
        answer = request.POST.get("which", "")
        lamp, choice = lamp_meant(form.cleaned_data["category"], form.point, answer)
        if choice:
            return _page(request, form, None, photos, which=choice)
        form.name_lamp(lamp)
    assert form.point is not None  # noqa: S101  a lamp has one too
    alike = list(similar(form.cleaned_data["category"], form.point, lamp, public=True))
    for case in alike:
        if str(case.pk) == request.POST.get("same"):
            return _confirm(request, form, case, photos, now)
    if alike and "different" not in request.POST:
        return _page(request, form, lamp, photos, alike)
    return _take_in(request, form, photos, now)


def _with_sent_photos(
    request: HttpRequest, form: ReportForm, photos: list[Photo], now: dt.datetime
) -> list[Photo]:
    """The photos kept before and those of this request; what is wrong goes to the form."""
    files = request.FILES.getlist("photo")
    if len(photos) + len(files) > MOST_PHOTOS:
        message = _("A report takes %s photos at most; choose the ones that show it best.")
        form.add_error(None, message % MOST_PHOTOS)
        return photos
    found = {bytes(photo.digest): photo for photo in photos}
    for file in files:
        try:
            digest = _digest(file)
            if digest not in found:
                found[digest] = keep(file, None, now=now)
        except GridwalkError as error:
            form.add_error(None, f"{file.name}: {error}")
    return list(found.values())


def _digest(file: UploadedFile) -> bytes:
    file.seek(0)
    found = hashlib.file_digest(file, "sha256").digest()  # type: ignore[arg-type]
    file.seek(0)
    return found


def _take_in(
    request: HttpRequest, form: ReportForm, photos: list[Photo], now: dt.datetime
) -> HttpResponse:
    given = form.cleaned_data
    assert form.point is not None  # noqa: S101
    wanted = Report(
        category=given["category"],
        location=form.point,
        source=Source.RESIDENT,
        key=given["stamp"],
        whereabouts=given["whereabouts"],
        description=given["description"],
        lamp=given["lamp"],
        photos=photos,
        email=given["email"] if news.mails() else "",
        language=get_language() or "",
    )
    try:
        case, _new = take_in(wanted, now=now)
    except IntegrityError:
        # The same page, sent twice at the same moment: the other one was first.
        case = Case.objects.get(key=wanted.key)
    except GridwalkError as error:
        form.add_error(None, str(error))
        return _page(request, form, given["lamp"], photos, status=400)
    return _to_case(request, case)


def _confirm(
    request: HttpRequest, form: ReportForm, case: Case, photos: list[Photo], now: dt.datetime
) -> HttpResponse:
    """The same thing was reported before: it counts once more, once for each browser."""
    given = form.cleaned_data
    again = case.pk in _remembered(request)
    if not again or photos or given["description"]:
        step = Step.NOTE if again else Step.CONFIRM
        deed = Deed(step, key=given["stamp"], photos=photos, note=given["description"])
        try:
            take_step(case, deed, now=now)
        except GridwalkError as error:
            form.add_error(None, str(error))
            return _page(request, form, given["lamp"], photos, status=400)
    if given["email"] and news.mails():
        follow(case, given["email"], get_language() or "", now)
    return _to_case(request, case)


def _to_case(request: HttpRequest, case: Case) -> HttpResponse:
    response = HttpResponseRedirect(reverse("follow", args=[case.follow_key]) + "?news=new")
    response.status_code = 303
    remembered = [*(key for key in _remembered(request) if key != case.pk), case.pk]
    response.set_signed_cookie(
        COOKIE,
        ".".join(map(str, remembered[-MOST_REMEMBERED:])),
        max_age=COOKIE_DAYS * 86_400,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return response


def _remembered(request: HttpRequest) -> list[int]:
    text = request.get_signed_cookie(COOKIE, "", max_age=COOKIE_DAYS * 86_400) or ""
    return [int(part) for part in text.split(".") if part]


def _page(
    request: HttpRequest,
    form: ReportForm,
    lamp: Lamp | None,
    photos: list[Photo] | None = None,
    alike: list[Case] | None = None,
    which: list[Lamp] | None = None,
    status: int = 200,
) -> HttpResponse:
    photos = photos or []
    groups = in_groups(offered(lamp))
    chosen = form["category"].value() or ""
    if lamp is not None and not chosen and groups:
        chosen = groups[0][1][0].code
    context = {
        "form": form,
        "lamp": lamp,
        "groups": groups,
        "chosen": chosen,
        "around": _around(form, lamp),
        "alike": _described(alike or []),
        "which": which or [],
        "unknown": UNKNOWN,
        "lamp_unknown": form.data.get("which") == UNKNOWN,
        "kept": [
            (sign_photo(photo), reverse("report-picture", args=[picture_token(photo)]))
            for photo in photos
        ],
        "stamp": form.data.get("stamp") if form.cleaned("stamp") else new_stamp(),
        "mails": news.mails(),
        **limits(),
    }
    return render(request, "cases/report.html", context, status=status)


def _around(form: ReportForm, lamp: Lamp | None) -> Surroundings | None:
    point = form.point or (lamp and lamp.location)
    try:
        return around(point) if point else None
    except OutsideArea:
        return None


def _described(cases: list[Case]) -> list[Case]:
    """Each similar case with ``told``, how far it is, and ``picture``, the reporter's photo."""
    told = Event.objects.filter(case__in=cases, step__in=news.TOLD).order_by("number")
    steps = dict(told.values_list("case_id", "step"))
    for case in cases:
        row: object = case
        row.told = news.TOLD[Step(steps[case.pk])]  # type: ignore[attr-defined]
    return with_pictures(cases)
