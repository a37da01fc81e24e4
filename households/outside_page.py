"""``/care/outside/``: look behind a door outside the own area, for a stated reason."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View

from accounts.api import signed_in
from accounts.models import Member
from api.errors import GridwalkError
from grid.models import Area, Building, Level
from households import access
from households.addresses import part
from households.choosing import asked_building, offered
from households.household_forms import OutsideForm
from households.links import shown
from households.register import address_of


@method_decorator(access.eyes_of_member, name="dispatch")
class Outside(View):
    """First the building, anywhere in the own community, then the door and the reason."""

    def get(self, request: HttpRequest) -> HttpResponse:
        areas = _around(signed_in(request))
        building = asked_building(request, areas)
        if building is None:
            context = {
                "title": _("Look outside my area"),
                "outside": True,
                "minutes": access.OUTSIDE_MINUTES,
                **offered(request, areas),
            }
            return shown(request, "choose.html", context, page="outside")
        return self._shown(request, building, OutsideForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        building = asked_building(request, _around(signed_in(request)))
        if building is None:
            return redirect("outside")
        form = OutsideForm(request.POST)
        if not form.is_valid():
            return self._shown(request, building, form, status=400)
        given = form.cleaned_data
        inside = (part(given[name]) for name in ("entrance", "floor", "label"))
        try:
            found = access.open_outside(building.pk, *inside, why=given["why"])
        except GridwalkError as error:
            form.refuse(error)
            return self._shown(request, building, form, status=error.http_status)
        if found is None:
            messages.info(
                request,
                _("Nobody behind this door takes part. That you looked is noted."),
            )
            return redirect("outside")
        return redirect("household", found)

    def _shown(
        self, request: HttpRequest, building: Building, form: OutsideForm, status: int = 200
    ) -> HttpResponse:
        context = {
            "form": form,
            "address": address_of(building),
            "place": building.cell or building.community,
            "minutes": access.OUTSIDE_MINUTES,
        }
        return shown(request, "outside.html", context, page="outside", status=status)


def _around(member: Member) -> list[int]:
    """Ids of the communities that the member works in, and of their cells."""
    own = access.areas_cared_for(member, timezone.now())
    communities = {area.code[: Level.COMMUNITY] for area in own}
    around = Area.objects.filter(level__gte=Level.COMMUNITY)
    return [
        pk
        for code in sorted(communities)
        for pk in around.filter(code__startswith=code).values_list("pk", flat=True)
    ]
