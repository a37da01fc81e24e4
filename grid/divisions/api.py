"""``/api/v1/divisions/``: versions of a community's cells, drafts, and their edits.

For coordinators of the community, leaders above it, and administrators.
"""

from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from accounts.api import signed_in
from accounts.models import Role
from accounts.scope import Scope
from api.errors import NotAllowed, NotFound, UnknownArea
from grid.divisions import automatic as splitting
from grid.divisions import drafts
from grid.divisions.adopting import adopt
from grid.divisions.comparing import compared
from grid.divisions.drafts import TODAY, Cells, cells_of
from grid.divisions.edits import edited, other_cells
from grid.divisions.ground import Ground
from grid.divisions.serializers import (
    AdoptSerializer,
    AutomaticSerializer,
    ChangeSerializer,
    CommunityQuery,
    CompareQuery,
    ComparisonSerializer,
    DivisionSerializer,
    EditSerializer,
    NewDraftSerializer,
    VersionsSerializer,
)
from grid.divisions.shown import whole
from grid.divisions.streets import streets_to_snap
from grid.divisions.versions import losing
from grid.models import Area, AutomaticSplit, Division, Level
from grid.responsibility import scope_of

#: Who draws the cells of a community.
DRAWING = frozenset({Role.COORDINATOR, Role.LEADER, Role.ADMINISTRATOR})

_REFUSALS = {
    403: OpenApiResponse(description="not_allowed: cells are drawn elsewhere, or not by this role"),
    404: OpenApiResponse(description="not_found"),
}
_CHANGED = {
    200: DivisionSerializer,
    400: OpenApiResponse(description="edit_refused, bad_input"),
    **_REFUSALS,
    409: OpenApiResponse(description="stale_draft: somebody changed it; conflict: no draft"),
}


def drawing_scope(request: Request) -> Scope:
    """Where the member draws cells. At most one query."""
    return scope_of(signed_in(request), timezone.localdate(), roles=DRAWING)


def check_drawing(request: Request, code: str) -> None:
    """Raise NotAllowed unless the member draws the cells of this community (12 digits)."""
    if not drawing_scope(request).covers(code):
        raise NotAllowed(_("Only coordinators and leaders here draw the cells of a community."))


class DivisionViewSet(GenericViewSet):
    """Versions, plans and drafts of a community's cells."""

    queryset = Division.objects.select_related("community")
    serializer_class = DivisionSerializer
    pagination_class = None
    filter_backends: list[Any] = []
    lookup_value_converter = "int"

    def _division(self, pk: int) -> Division:
        found = self.get_queryset().filter(pk=pk).first()
        scope = drawing_scope(self.request)
        if not scope:
            raise NotAllowed(_("Only coordinators and leaders here draw the cells of a community."))
        if found is None:
            raise NotFound
        if not scope.covers(found.community.code):
            raise NotAllowed(_("Only coordinators and leaders here draw the cells of a community."))
        return found

    @extend_schema(parameters=[CommunityQuery], responses={200: VersionsSerializer, **_REFUSALS})
    def list(self, request: Request) -> Response:
        """All versions of a community, newest first, after its drafts and plans."""
        community = _community(CommunityQuery.of(request)["community"])
        check_drawing(request, community.code)
        rows = (
            Division.objects.filter(community=community)
            .annotate(
                cell_count=Count("cells", filter=Q(cells__step=F("step"))),
                maker=F("made_by__name"),
            )
            .order_by(F("starts_on").desc(nulls_first=True), "-pk")
        )
        versions = list(rows)
        for one in versions:
            if one.state == Division.State.IN_FORCE:
                one.cell_count = Area.objects.cells().inside(community.code).count()  # type: ignore[attr-defined]
        found = {
            "community": {
                "code": community.code,
                "name": community.name,
                "bounds": community.geometry.extent,
            },
            "versions": versions,
        }
        return Response(VersionsSerializer(found).data)

    @extend_schema(request=NewDraftSerializer, responses={201: DivisionSerializer, **_REFUSALS})
    def create(self, request: Request) -> Response:
        """Begin a draft from today's cells, from an automatic split, or from another division."""
        asked = NewDraftSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        community = _community(given["community"])
        check_drawing(request, community.code)
        source = given["source"]
        if isinstance(source, int):
            source = Division.objects.filter(community=community, pk=source).first()
            if source is None:
                raise NotFound
        draft = drafts.make(
            community,
            source,
            by=signed_in(request),
            standard=given["per"]["standard"] if "per" in given else None,
            key=given.get("key"),
        )
        return self._answer(draft, Ground(community), status_code=status.HTTP_201_CREATED)

    @extend_schema(responses={200: DivisionSerializer, **_REFUSALS})
    def retrieve(self, request: Request, pk: int) -> Response:
        """One division with its cells and the verdict on them."""
        division = self._division(pk)
        return self._answer(division, Ground(division.community))

    @extend_schema(responses={204: None, **_REFUSALS})
    @transaction.atomic
    def destroy(self, request: Request, pk: int) -> Response:
        """Throw a draft away, or a plan; what is or was in force stays."""
        self._division(pk)
        division, _done = drafts.taken(pk, None)
        drafts.check_unused(division)
        division.delete()
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=EditSerializer, responses=_CHANGED)
    @action(detail=True, methods=["post"])
    def edits(self, request: Request, pk: int) -> Response:
        """Make one edit. After it the cells tile as before, or nothing is changed."""
        self._division(pk)
        asked = EditSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        with transaction.atomic():
            draft, done = drafts.taken(pk, given["revision"], given.get("key"))
            ground = Ground(draft.community)
            if done:
                return self._answer(draft, ground)
            drafts.check_draft(draft)
            cells = edited(draft, cells_of(draft, ground), given["edit"], ground)
            drafts.take_step(draft, cells, given.get("key"))
        return self._answer(draft, ground, cells)

    @extend_schema(request=ChangeSerializer, responses=_CHANGED)
    @action(detail=True, methods=["post"])
    def undo(self, request: Request, pk: int) -> Response:
        """Take the last edit back."""
        return self._stand(request, pk, -1)

    @extend_schema(request=ChangeSerializer, responses=_CHANGED)
    @action(detail=True, methods=["post"])
    def redo(self, request: Request, pk: int) -> Response:
        """Make an edit again that was taken back."""
        return self._stand(request, pk, 1)

    def _stand(self, request: Request, pk: int, by: int) -> Response:
        self._division(pk)
        asked = ChangeSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        with transaction.atomic():
            draft, done = drafts.taken(pk, given["revision"], given.get("key"))
            if not done:
                drafts.check_draft(draft)
                drafts.stand_at(draft, draft.step + by, given.get("key"))
        return self._answer(draft, Ground(draft.community))

    @extend_schema(request=AdoptSerializer, responses=_CHANGED)
    @action(detail=True, methods=["post"])
    def adopt(self, request: Request, pk: int) -> Response:
        """Put the draft in force today, or plan it for a day to come."""
        self._division(pk)
        asked = AdoptSerializer(data=request.data)
        asked.is_valid(raise_exception=True)
        given = asked.validated_data
        adopted = adopt(
            pk,
            given["revision"],
            starts_on=given["starts_on"],
            note=given["note"],
            by=signed_in(request),
            today=timezone.localdate(),
            key=given.get("key"),
        )
        return self._answer(adopted.division, Ground(adopted.division.community))

    @extend_schema(responses={200: AutomaticSerializer, **_REFUSALS})
    @action(detail=True)
    def automatic(self, request: Request, pk: int) -> Response:
        """How far the automatic split by this division's standard is, as asked for last."""
        return Response(_told(splitting.asked_last(self._division(pk))))

    @extend_schema(
        request=None, responses={200: AutomaticSerializer, 202: AutomaticSerializer, **_REFUSALS}
    )
    @automatic.mapping.post
    def ask_automatic(self, request: Request, pk: int) -> Response:
        """Have the community split by this division's standard; 200 when that is done already."""
        split = splitting.ask(self._division(pk), timezone.now())
        done = split.state == AutomaticSplit.State.DONE
        return Response(
            _told(split), status=status.HTTP_200_OK if done else status.HTTP_202_ACCEPTED
        )

    @extend_schema(responses={200: AutomaticSerializer, **_REFUSALS})
    @automatic.mapping.delete
    def stop_automatic(self, request: Request, pk: int) -> Response:
        """Stop splitting; what is done stays."""
        division = self._division(pk)
        splitting.cancel(division)
        return Response(_told(splitting.asked_last(division)))

    @extend_schema(
        parameters=[CompareQuery],
        responses={
            200: ComparisonSerializer,
            **_REFUSALS,
            409: OpenApiResponse(description="split_not_ready: ask for the automatic split first"),
        },
    )
    @action(detail=True)
    def compare(self, request: Request, pk: int) -> Response:
        """What is in another cell here than today, after an automatic split, or in another one.

        ``members`` are those whose responsibility ends if this draft is put in force.
        """
        division = self._division(pk)
        other = CompareQuery.of(request).get("with", TODAY)
        ground = Ground(division.community)
        found = compared(cells_of(division, ground), other_cells(division, other, ground), ground)
        lost = losing(division, timezone.localdate()) if other == TODAY else []
        members = [
            {"name": str(member), "role": role, "cell": code, "becomes": "loses"}
            for member, role, code in lost
        ]
        return Response({**found, "members": members})

    @extend_schema(responses={200: OpenApiResponse(description="GeoJSON"), **_REFUSALS})
    @action(detail=True)
    def streets(self, request: Request, pk: int) -> Response:
        """Streets, water and railways that borders snap to, as GeoJSON lines."""
        return Response(streets_to_snap(Ground(self._division(pk).community)))

    def _answer(
        self, division: Division, ground: Ground, cells: Cells | None = None, *,
        status_code: int = status.HTTP_200_OK,
    ) -> Response:  # fmt: skip
        found = cells_of(division, ground) if cells is None else cells
        return Response(whole(division, found, ground), status=status_code)


def _told(split: AutomaticSplit | None) -> dict[str, Any]:
    if split is None:
        return {"state": "none", "progress": 0, "sentence": ""}
    sentence = split.get_problem_display()
    return {"state": split.state, "progress": split.progress, "sentence": sentence}


def _community(code: str) -> Area:
    found = Area.objects.current().filter(code=code, level=Level.COMMUNITY).first()
    if found is None:
        raise UnknownArea(_("There is no community with the code %s.") % code[:20])
    return found
