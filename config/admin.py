"""History in the administration: an address that names nothing is not found."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from pghistory import core
from pghistory.admin import EventsAdmin
from pghistory.models import Events

admin.site.unregister(Events)


@admin.register(Events)
class HistoryAdmin(EventsAdmin):
    """pghistory's page believes its own address; a mistyped one made it fail."""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        _refuse_unknown_object(request.GET.get("obj", ""))
        _refuse_unknown_events(request.GET.get("event_model"))
        return super().changelist_view(request, extra_context)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        _refuse_unknown_events(unquote(object_id).partition(":")[0])
        return super().change_view(request, object_id, form_url, extra_context)


def _refuse_unknown_object(named: str) -> None:
    """Raise Http404 unless it names an object (``model:key``); pghistory ignores other words."""
    name, _colon, key = named.partition(":")
    try:
        model = apps.get_model(name)
    except (LookupError, ValueError):
        return
    try:
        model._default_manager.get(pk=key)
    except (ObjectDoesNotExist, ValueError, ValidationError) as error:
        raise Http404(f"{named} is not stored") from error


def _refuse_unknown_events(named: str | None) -> None:
    """Raise Http404 unless it is empty or names a model of events."""
    if named and named not in {model._meta.label_lower for model in core.event_models()}:
        raise Http404(f"{named} holds no history")
