"""``/cases/lamps/``: a sheet of codes to print and to put on poles.

A code leads to the lamp's report page, which opens without an account. It holds the lamp's number
and nothing else.
"""

import segno
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from api.errors import GridwalkError
from api.input import area_code
from cases.office import member_of
from grid.models import Area, Level
from grid.responsibility import scope_of
from streetlights.models import Lamp

#: Codes of one print; more is a matter for several.
MOST_CODES = 960
#: A scratched label is still read with a quarter of it gone.
CORRECTION = "Q"


@login_required
@require_safe
def sheet(request: HttpRequest) -> HttpResponse:
    """Lamps of one area the member covers, in the order of their numbers."""
    member = member_of(request)
    scope = scope_of(member, timezone.localdate())
    areas = list(
        Area.objects.current()
        .in_scope(scope)
        .filter(level__gte=Level.COMMUNITY)
        .only("code", "name")
        .order_by("code")[:500]
    )
    problem, lamps = "", []
    if code := request.GET.get("area", ""):
        try:
            checked = area_code(code)
            lamps = _lamps(checked) if scope.covers(checked) else []
        except GridwalkError as error:
            problem = str(error)
        if len(lamps) > MOST_CODES:
            problem = _("There are more than %s lamps here. Choose a cell.") % MOST_CODES
            lamps = []
    addresses = [(lamp, _address(request, lamp)) for lamp in lamps]
    context = {
        "here": "lamps",
        "areas": areas,
        "area": code,
        "problem": problem,
        "codes": [(lamp, address, _code(address)) for lamp, address in addresses],
    }
    return render(request, "cases/lamp_codes.html", context)


def _lamps(code: str) -> list[Lamp]:
    where = "cell__code" if len(code) == Level.CELL else "community__code__startswith"
    rows = Lamp.objects.filter(**{where: code}).select_related("cell").defer("cell__geometry")
    return list(rows.order_by("number", "pk")[: MOST_CODES + 1])


def _address(request: HttpRequest, lamp: Lamp) -> str:
    """By its number where it has one that fits into an address, else by its id."""
    if lamp.number and "/" not in lamp.number:
        path = reverse("lamp-link", args=[lamp.number])
    else:
        path = reverse("lamp-by-id", args=[lamp.pk])
    return settings.SITE_URL + path if settings.SITE_URL else request.build_absolute_uri(path)


def _code(address: str) -> SafeString:
    drawn = segno.make(address, error=CORRECTION, micro=False)
    # The drawing is made of numbers; the address itself is not in it.
    return mark_safe(drawn.svg_inline(border=2, omitsize=True))  # noqa: S308
