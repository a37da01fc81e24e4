"""``/clients/``: administrators make tokens for programs, see their last use, and revoke them."""

import datetime as dt
import re
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.models import Member
from cases.office import member_of
from grid.models import Area
from grid.responsibility import scope_of
from publish.ogc.clients import make
from publish.ogc.collections import COLLECTIONS
from publish.ogc.models import Client

#: A token lives no longer: who still needs it asks for a new one.
MOST_DAYS = 731
USUAL_DAYS = 365
MOST_AREAS = 50


class ClientForm(forms.Form):
    """What a new program may read, where, and until when."""

    name = forms.CharField(
        max_length=120,
        label=gettext_lazy("Name of the program"),
        help_text=gettext_lazy("Whose program it is, and on which machine."),
    )
    areas = forms.CharField(
        max_length=1000,
        label=gettext_lazy("Areas"),
        help_text=gettext_lazy("Codes, with spaces between; each stands for all below it."),
    )
    collections = forms.MultipleChoiceField(
        choices=[(name, of.title) for name, of in COLLECTIONS.items()],
        label=gettext_lazy("What it may read"),
        widget=forms.CheckboxSelectMultiple,
    )
    expires_on = forms.DateField(
        label=gettext_lazy("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, data: Any = None, *, on: dt.date) -> None:
        super().__init__(data, initial={"expires_on": on + dt.timedelta(days=USUAL_DAYS)})
        self.on = on

    def clean_areas(self) -> list[str]:
        codes = sorted(set(re.split(r"[\s,;，；、]+", self.cleaned_data["areas"].strip())))
        known = set(
            Area.objects.current()
            .filter(code__in=codes[:MOST_AREAS])
            .values_list("code", flat=True)
        )
        if unknown := [code for code in codes if code not in known]:
            raise forms.ValidationError(
                _("No area in force has the code %s.") % ", ".join(unknown[:3])[:60]
            )
        return codes

    def clean_expires_on(self) -> dt.date:
        day: dt.date = self.cleaned_data["expires_on"]
        if not self.on <= day <= self.on + dt.timedelta(days=MOST_DAYS):
            raise forms.ValidationError(_("The last day lies between today and two years on."))
        return day


def _administrator(request: HttpRequest, now: dt.datetime) -> Member:
    """Raises PermissionDenied for anybody else."""
    member = member_of(request)
    if not scope_of(member, timezone.localdate(now)).everywhere:
        raise PermissionDenied(_("Only administrators give programs their tokens."))
    return member


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def clients(request: HttpRequest) -> HttpResponse:
    """All programs; a new one's token is on the page that answers, and never again."""
    now = timezone.now()
    member = _administrator(request, now)
    today = timezone.localdate(now)
    form = ClientForm(request.POST or None, on=today)
    made, token = None, ""
    if request.method == "POST" and form.is_valid():
        made, token = make(**form.cleaned_data, made_by=member, now=now)
        form = ClientForm(on=today)
    programs = Client.objects.select_related("made_by").order_by("revoked_at", "name", "pk")
    context = {
        "here": "clients",
        "form": form,
        "made": made,
        "token": token,
        "address": request.build_absolute_uri("/ogc"),
        "rows": [
            (client, client.state(today), [COLLECTIONS[name].title for name in client.collections
                                           if name in COLLECTIONS])
            for client in programs
        ],
    }  # fmt: skip
    return render(request, "publish/clients.html", context)


@login_required
@require_POST
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    """Put a token out of force at once."""
    now = timezone.now()
    _administrator(request, now)
    client = get_object_or_404(Client, pk=number)
    client.revoke(now)
    messages.info(request, _("The token of %s is out of force.") % client.name)
    return redirect("clients")
