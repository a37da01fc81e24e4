"""Heads of building: who speaks for a building, from when to when."""

import datetime as dt

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.http import require_POST

from accounts.api import signed_in
from api.errors import NotFound
from grid.models import Building, Level
from households import access
from households.choosing import asked_building, offered
from households.household_forms import HeadForm
from households.links import shown
from households.models import BuildingHead
from households.register import address_of

#: A list that is longer is filtered by its cell.
MOST_SHOWN = 200


@access.eyes_of_member
def heads(request: HttpRequest) -> HttpResponse:
    """``/care/heads/``: who is in office in the member's areas; the cell is in the address.

    Queries: session, member, whose eyes, responsibilities, areas, heads, whether they
    coordinate, eyes closed.
    """
    areas = access.areas_cared_for(signed_in(request), timezone.now())
    cell = request.GET.get("cell", "")
    within = [area.pk for area in areas if area.code.startswith(cell)]
    found = list(
        BuildingHead.objects.on(timezone.localdate())
        .filter(area__in=within)
        .select_related("area")
        .defer("area__geometry", "area__tile_geometry")
        .order_by("address", "starts_on", "pk")[: MOST_SHOWN + 1]
    )
    context = {
        "heads": found[:MOST_SHOWN],
        "more": len(found) > MOST_SHOWN,
        "most": MOST_SHOWN,
        "cells": [area for area in areas if area.level in (Level.COMMUNITY, Level.CELL)],
        "cell": cell,
    }
    return shown(request, "heads.html", context, page="heads")


@method_decorator(access.eyes_of_member, name="dispatch")
class NewHead(View):
    """``/care/heads/new/``: first the building, then who speaks for it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        areas = access.must_care(signed_in(request), timezone.now())
        building = asked_building(request, areas)
        if building is None:
            context = {"title": _("Add a head of building"), **offered(request, areas)}
            return shown(request, "choose.html", context, page="heads")
        return self._shown(request, building, HeadForm(initial={"starts_on": timezone.localdate()}))

    def post(self, request: HttpRequest) -> HttpResponse:
        areas = access.must_care(signed_in(request), timezone.now())
        building = asked_building(request, areas)
        if building is None:
            return redirect("new-head")
        form = HeadForm(request.POST)
        if not form.is_valid():
            return self._shown(request, building, form, status=400)
        given = form.cleaned_data
        # One at a time for a building: the same page sent twice adds nobody.
        Building.objects.select_for_update(no_key=True, of=("self",)).get(pk=building.pk)
        in_office = BuildingHead.objects.on(given["starts_on"]).filter(building=building)
        # A name is kept encrypted, so it is compared here.
        if all(head.name != given["name"] for head in in_office):
            BuildingHead.objects.create(
                area=building.cell or building.community,
                building=building,
                address=address_of(building),
                **given,
            )
        messages.success(request, _("The head of building is noted."))
        return redirect("heads")

    def _shown(
        self, request: HttpRequest, building: Building, form: HeadForm, status: int = 200
    ) -> HttpResponse:
        context = {
            "form": form,
            "address": address_of(building),
            "place": building.cell or building.community,
        }
        return shown(request, "head.html", context, page="heads", status=status)


@access.eyes_of_member
@require_POST
def end_head(request: HttpRequest, pk: int) -> HttpResponse:
    """``/care/heads/<id>/end/``: today is the last day."""
    areas = access.must_care(signed_in(request), timezone.now())
    head = BuildingHead.objects.select_for_update().filter(pk=pk, area__in=areas).first()
    if head is None:
        raise NotFound
    today: dt.date = timezone.localdate()
    if head.ends_on is None or head.ends_on > today:
        head.ends_on = max(today, head.starts_on)
        head.save(update_fields=["ends_on"])
    messages.success(request, _("Today is the last day in office."))
    return redirect("heads")
