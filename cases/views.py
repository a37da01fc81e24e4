"""What anybody sees without an account: reporting a fault, and following what becomes of it."""

import datetime as dt
import uuid

from django import forms
from django.conf import settings
from django.contrib.gis.geos import Point
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from api.errors import GridwalkError
from api.input import lon_lat
from api.sender import address_of
from cases import news
from cases.attempts import count
from cases.models import Case, Photo
from cases.models.cases import ENDED
from cases.photo_views import shown
from cases.reporting import follow as ask_for_news
from cases.surroundings import around, search, words_or_nothing
from streetlights.models import Lamp

PICTURE = "cases.report.picture"
MOST_KEY = 2**63 - 1
#: Lamps of one number that a page asks about.
MOST_NAMESAKES = 10
#: A page that shows a picture is open for so long at most.
PICTURE_AGE = dt.timedelta(days=1)


@require_safe
def lamp_link(request: HttpRequest, lamp: str) -> HttpResponse:
    """``/l/<number>``, what the code on a pole leads to: a report that knows its lamp.

    Where two communities number alike, it asks which lamp. The lamp's id will do too, where no
    lamp has it as its number.
    """
    numbered = list(Lamp.objects.filter(number=lamp).order_by("pk")[:MOST_NAMESAKES])
    if not numbered and lamp.isdecimal() and len(lamp) < 19:
        return lamp_by_id(request, int(lamp))
    if len(numbered) == 1:
        return lamp_by_id(request, numbered[0].pk)
    if not numbered:
        raise Http404
    namesakes = [(each, words_or_nothing(each.location)) for each in numbered]
    return render(request, "cases/which_lamp.html", {"number": lamp, "lamps": namesakes})


@require_safe
def lamp_by_id(request: HttpRequest, lamp: int) -> HttpResponse:
    """``/l/id/<id>``, for a lamp without a number."""
    if lamp > MOST_KEY or not Lamp.objects.filter(pk=lamp).exists():
        raise Http404
    return HttpResponseRedirect(f"{reverse('report')}?lamp={lamp}")


@require_safe
def surroundings(request: HttpRequest) -> HttpResponse:
    """``/report/around/?spot=LON,LAT``: the place in words and as a small map, a part of a page."""
    lon, _comma, lat = request.GET.get("spot", "").partition(",")
    try:
        found = around(Point(*lon_lat(lon, lat), srid=4326))
    except GridwalkError as error:
        return render(request, "cases/sentence.html", {"sentence": error}, status=400)
    return render(request, "cases/around.html", {"around": found})


@require_safe
def spots(request: HttpRequest) -> HttpResponse:
    """``/report/search/?q=``: places that a typed text may mean, a part of a page."""
    found = search(request.GET.get("q", "")[:200])
    return render(request, "cases/spots.html", {"spots": found, "asked": True})


def picture_token(photo: Photo) -> str:
    """What a page names a picture by that it may show for a while."""
    return signing.dumps(photo.pk.hex, salt=PICTURE)


def with_pictures(cases: list[Case]) -> list[Case]:
    """Each case with ``picture``, the token of its newest photo that was meant for anybody."""
    found = Photo.objects.filter(event__case__in=cases, event__public=True).order_by("uploaded_at")
    newest = {photo.event.case_id: photo for photo in found.select_related("event") if photo.event}
    for case in cases:
        row: object = case
        photo = newest.get(case.pk)
        row.picture = photo and picture_token(photo)  # type: ignore[attr-defined]
    return cases


@require_safe
def picture(request: HttpRequest, token: str) -> HttpResponseBase:
    """A small picture that a report's page shows: one's own, or of a similar case."""
    try:
        key = uuid.UUID(signing.loads(token, salt=PICTURE, max_age=PICTURE_AGE))
    except signing.BadSignature as error:
        raise Http404 from error
    return shown(request, key, "320")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest, key: uuid.UUID) -> HttpResponse:
    """``/report/follow/<key>/``: how it goes, for whoever has the link."""
    case = get_object_or_404(Case.objects.select_related("category"), follow_key=key)
    now, error = timezone.now(), ""
    if request.method == "POST":
        try:
            done = _news_on_or_off(request, case, now)
            return HttpResponseRedirect(f"{request.path}?news={done}")
        except GridwalkError as refused:
            error = str(refused)
        except forms.ValidationError as refused:
            error = " ".join(refused.messages)
    goes_on = news.goes_on(case)
    context = {
        "case": case,
        "story": news.story(case),
        "goes_on": goes_on if goes_on != case else None,
        "goes_on_story": news.story(goes_on) if goes_on != case else [],
        "ended": goes_on.state in ENDED,
        "mails": news.mails(),
        "error": error,
        "email": request.POST.get("email", ""),
        "notice": request.GET.get("news", ""),
    }
    response = render(request, "cases/follow.html", context, status=400 if error else 200)
    response["X-Robots-Tag"] = "noindex"
    return response


def _news_on_or_off(request: HttpRequest, case: Case, now: dt.datetime) -> str:
    """Begin or stop sending e-mail; raises ValidationError, TooManyReports."""
    email = forms.EmailField().clean(request.POST.get("email", ""))
    if "stop" in request.POST:
        news.stop(case, email)
        return "off"
    if not news.mails():
        raise Http404
    count(address_of(request), None, now)
    ask_for_news(news.followed(case), email, get_language() or settings.LANGUAGE_CODE, now)
    return "on"


@require_safe
def follow_photo(
    request: HttpRequest, key: uuid.UUID, photo: uuid.UUID, size: str
) -> HttpResponseBase:
    """A photo that the page of this link shows."""
    case = get_object_or_404(Case, follow_key=key)
    told = {case.pk, news.followed(case).pk, news.goes_on(case).pk}
    if not Photo.objects.filter(pk=photo, event__case__in=told, event__public=True).exists():
        raise Http404
    return shown(request, photo, size)


@never_cache
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def stop_news(request: HttpRequest, token: str) -> HttpResponse:
    """The link at the end of each e-mail. It asks first: mail programs open links by themselves.

    They also stop it for the reader, by a POST without a page (RFC 8058); the token is the proof.
    """
    try:
        follower = news.follower_of(token)
    except signing.BadSignature as error:
        raise Http404 from error
    if request.method == "POST" and follower is not None:
        news.stop(follower.case, follower.email)
    return render(request, "cases/stop_news.html", {"stopped": request.method == "POST"})
