"""``/api/v1/sync/photos/<uuid>/``: a photo in parts, each after the one before."""

import uuid
from typing import IO, Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import signed_in
from api.errors import GridwalkError, NotFound, TooLarge, body
from api.input import Query
from cases.awaited_photos import mine, receive
from cases.models import AwaitedPhoto

#: Of one part: what a weak network carries in a minute, and a cut one loses.
MOST_AT_ONCE = 2**20


class BytesParser(BaseParser):
    """The body as it is, a part of a photo at most; raises TooLarge."""

    media_type = "application/octet-stream"

    def parse(self, stream: IO[bytes], *args: Any, **kwargs: Any) -> Any:
        data = stream.read(MOST_AT_ONCE + 1)
        if len(data) > MOST_AT_ONCE:
            raise TooLarge()
        return data


class OffsetQuery(Query):
    offset = serializers.IntegerField(min_value=0, max_value=2**31 - 1)


class AwaitedPhotoSerializer(serializers.Serializer):
    """How much of a photo is here; ``refused`` is no photo and not wanted again."""

    id = serializers.UUIDField()
    bytes = serializers.IntegerField()
    received = serializers.IntegerField()
    state = serializers.ChoiceField(["unknown", "awaited", "complete", "refused"])


def shown(row: AwaitedPhoto) -> dict[str, Any]:
    """The answer about a photo."""
    state = "awaited"
    if row.problem:
        state = "refused"
    elif row.received == row.bytes:
        state = "complete"
    return {"id": str(row.pk), "bytes": row.bytes, "received": row.received, "state": state}


class PhotoParts(APIView):
    """One photo on its way. To anybody but who announced it, it is unknown."""

    parser_classes = [BytesParser]

    @extend_schema(responses=AwaitedPhotoSerializer)
    def get(self, request: Request, photo: uuid.UUID) -> Response:
        """How much of it is here."""
        try:
            return Response(shown(mine(photo, signed_in(request))))
        except NotFound:
            unknown = {"id": str(photo), "bytes": 0, "received": 0, "state": "unknown"}
            return Response(unknown)

    @extend_schema(
        parameters=[OffsetQuery],
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses={
            200: AwaitedPhotoSerializer,
            400: OpenApiResponse(
                description="photo_broken: begin anew; bad_photo: give up; too_many: later"
            ),
            404: OpenApiResponse(description="not_found: no record of this member named it"),
            409: OpenApiResponse(description="wrong_offset: go on from `received`"),
            413: OpenApiResponse(description="too_large: a part has 1 MiB at most"),
            507: OpenApiResponse(description="no_room: nothing was stored"),
        },
    )
    def put(self, request: Request, photo: uuid.UUID) -> Response:
        """Take in a part of 1 MiB at most; ``offset`` is how many bytes went before it."""
        row = mine(photo, signed_in(request))
        offset = OffsetQuery.of(request)["offset"]
        data: Any = request.data
        try:
            receive(row, offset, data, now=timezone.now())
        except GridwalkError as error:
            # Answered here: raised, it would take back what the row says now.
            told = {**body(error.code, error, error.fields), **shown(row)}
            return Response(told, error.http_status)
        return Response(shown(row))
