"""Views of the map under a name: the address of what one looked at, nothing of its content.

Whoever opens a view sees what they may see themselves, so that sharing one gives nobody a right.
"""

import re
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from rest_framework import serializers
from rest_framework.mixins import (
    CreateModelMixin,
    DestroyModelMixin,
    ListModelMixin,
    UpdateModelMixin,
)
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api import signed_in
from accounts.models import Member, Role
from accounts.scope import Scope
from api.errors import BadInput, NotAllowed
from api.input import area_code
from grid.models import Level
from grid.responsibility import scope_of
from patrols.coverage import area_of
from publish.models import SavedView

#: Who needs more has lost sight of them.
MOST_VIEWS = 100
#: What js/state.js writes, and nothing that would lead elsewhere.
_HASH = re.compile(r"#[0-9A-Za-z/._,=&%:;+~!*-]*", re.ASCII)


def _scope(member: Member) -> Scope:
    """Where the member has any role at all."""
    return scope_of(member, timezone.localdate(), roles=frozenset(Role.values))


def visible_views(member: Member) -> QuerySet[SavedView]:
    """The member's own, and those shared with an area that they cover, or in which they work."""
    scope = _scope(member)
    above = {prefix[:digits] for prefix in scope.prefixes for digits in Level.values}
    near = scope.filter("shared_with")
    if not scope.everywhere:
        near |= Q(shared_with__in=above)
    shared = ~Q(shared_with="") & near
    return SavedView.objects.filter(Q(owner=member) | shared).select_related("owner")


class SavedViewSerializer(serializers.ModelSerializer):
    """``hash`` is the part of the map's address from # on; ``shared_with`` an area's code or ""."""

    own = serializers.SerializerMethodField()
    owner = serializers.CharField(source="owner.__str__", read_only=True)

    class Meta:
        model = SavedView
        fields = ["id", "name", "hash", "shared_with", "own", "owner"]

    def get_own(self, view: SavedView) -> bool:
        return view.owner == self.context["request"].user

    def validate_hash(self, value: str) -> str:
        if not _HASH.fullmatch(value):
            raise serializers.ValidationError(_("That is no address of a view of the map."))
        return value

    def validate_shared_with(self, value: str) -> str:
        if value:
            area = area_of(area_code(value))
            if not _scope(signed_in(self.context["request"])).touches(area.code):
                raise NotAllowed(_("A view is shared with an area in which you have a role."))
        return value

    def validate_name(self, value: str) -> str:
        own = SavedView.objects.filter(owner=signed_in(self.context["request"]), name=value)
        if self.instance is not None:
            own = own.exclude(pk=self.instance.pk)
        if own.exists():
            message = _("You have a view of this name already.")
            raise BadInput(message, fields={"name": [message]})
        return value


class SavedViews(
    ListModelMixin, CreateModelMixin, UpdateModelMixin, DestroyModelMixin, GenericViewSet
):
    """Views of the map by name; only the owner changes one."""

    queryset = SavedView.objects.select_related("owner")
    serializer_class = SavedViewSerializer
    pagination_class = None
    lookup_value_converter = "int"
    http_method_names = ["get", "post", "patch", "delete", "head", "options"]

    def get_queryset(self) -> QuerySet[SavedView]:
        if getattr(self, "swagger_fake_view", False):
            return self.queryset
        member = signed_in(self.request)
        # Queries of the list: session, member, responsibilities, views.
        if self.action == "list":
            return visible_views(member).order_by("name", "pk")[: 5 * MOST_VIEWS]
        return self.queryset.filter(owner=member)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Own views and those shared with the member, by name."""
        return Response({"views": super().list(request, *args, **kwargs).data})

    def perform_create(self, serializer: Any) -> None:
        member = signed_in(self.request)
        if SavedView.objects.filter(owner=member).count() >= MOST_VIEWS:
            raise BadInput(_("You have %s views. Delete one that you no longer need.") % MOST_VIEWS)
        serializer.save(owner=member)


@login_required
@require_safe
def open_view(request: HttpRequest, pk: int) -> HttpResponse:
    """The map with what the view shows; 404 for a view that is somebody else's alone."""
    view = visible_views(signed_in(request)).filter(pk=pk).first()
    if view is None:
        raise Http404(_("There is no such view, or it is not shared with you."))
    return redirect(f"/{view.hash}")
