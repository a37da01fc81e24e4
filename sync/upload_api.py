"""``POST /api/v1/sync/``: what a tablet recorded, in batches; docs/sync.md is for its makers."""

import datetime as dt
import logging
import time
import zlib
from collections.abc import Callable
from typing import Any, ClassVar

from django.db import Error, IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.exceptions import UnsupportedMediaType
from rest_framework.parsers import JSONParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import signed_in
from accounts.models import Member
from api.errors import BadJSON, GridwalkError, TooLarge
from api.parsers import loads
from cases.photos import NoRoom
from sync import batch as batches
from sync import intake
from sync.batch import PROTOCOL, Batch
from sync.changes_api import ChangesDoor
from sync.outcomes import sqlstate

log = logging.getLogger("gridwalk.sync")

MOST_BYTES = 5 * 1024 * 1024
TRIES = 3
LOCK_TIMEOUT = "5s"
#: Deadlock, a lock not had in time, two transactions that cannot be put in an order.
_AGAIN = {"40P01", "55P03", "40001"}
_DISK_FULL = {"53100", "58030"}


class Busy(GridwalkError):
    """Others held what this needed, three times over."""

    code = "busy"
    http_status = 503
    headers: ClassVar[dict[str, str]] = {"Retry-After": "5"}
    sentence = _("The server is busy. Nothing was stored; it is sent again in a moment.")


class PackedJSONParser(JSONParser):
    """Strict JSON, gzip-compressed or not, of MOST_BYTES at most once it is unpacked."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        request: Request = (parser_context or {})["request"]
        packing = request.META.get("HTTP_CONTENT_ENCODING", "identity").strip().lower()
        data = stream.read(MOST_BYTES + 1)
        if packing == "gzip":
            data = unpack(data)
        elif packing not in ("", "identity"):
            raise UnsupportedMediaType(packing)
        if len(data) > MOST_BYTES:
            raise TooLarge()
        return loads(data)


def unpack(packed: bytes) -> bytes:
    """Undo gzip, to one byte over MOST_BYTES at most. Raises BadJSON for what is no whole gzip."""
    opened = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        data = opened.decompress(packed, MOST_BYTES + 1)
    except zlib.error as error:
        raise BadJSON(_("The data is not compressed with gzip, or was damaged.")) from error
    if len(data) <= MOST_BYTES and (not opened.eof or opened.unused_data):
        raise BadJSON(_("The data is not compressed with gzip, or was damaged."))
    return data


class OperationSerializer(serializers.Serializer):
    """One thing done on the tablet; ``body`` by kind, see docs/sync.md."""

    id = serializers.UUIDField(help_text="Version 7, made by the tablet")
    sequence = serializers.IntegerField(min_value=1, help_text="1, 2, 3 … for each device")
    kind = serializers.CharField(max_length=40)
    at = serializers.IntegerField(help_text="The tablet's clock, milliseconds since 1970")
    offset = serializers.IntegerField(default=0, help_text="Minutes east of UTC")
    after = serializers.ListField(child=serializers.UUIDField(), default=list)
    body = serializers.DictField()


class UploadSerializer(serializers.Serializer):
    """At most 200 operations and 5 MB; gzip is welcome (Content-Encoding)."""

    protocol = serializers.IntegerField()
    app = serializers.CharField(required=False, max_length=40)
    device = serializers.UUIDField(help_text="One outbox: one member on one tablet")
    sent_at = serializers.IntegerField(help_text="The tablet's clock, milliseconds since 1970")
    member = serializers.IntegerField(
        required=False, help_text="Whose these are; refused when somebody else sends them"
    )
    operations = OperationSerializer(many=True)


#: What an answer says; a discarded operation reads as rejected.
ANSWERS = ["applied", "already_applied", "held", "conflict", "rejected"]


class AnswerSerializer(serializers.Serializer):
    id = serializers.CharField()
    state = serializers.ChoiceField(ANSWERS)
    code = serializers.CharField(allow_blank=True)
    message = serializers.CharField(allow_blank=True)
    fields = serializers.DictField()  # type: ignore[assignment]
    result = serializers.DictField()


class UploadedSerializer(serializers.Serializer):
    protocol = serializers.IntegerField()
    device = serializers.UUIDField()
    server_time = serializers.IntegerField(help_text="Milliseconds since 1970")
    answers = AnswerSerializer(many=True)


@method_decorator(transaction.non_atomic_requests, name="dispatch")
class UploadView(ChangesDoor, APIView):
    """The request's transaction is its own, so that it can be tried again."""

    parser_classes = (PackedJSONParser,)

    def get_exception_handler(self) -> Callable:
        """REST framework undoes the transaction of the request after a fault: here it is empty."""

        def handle(error: Exception, context: dict[str, Any]) -> Response | None:
            with transaction.atomic():
                return super(UploadView, self).get_exception_handler()(error, context)

        return handle

    @extend_schema(
        request=UploadSerializer, responses=UploadedSerializer, operation_id="sync_upload"
    )
    def post(self, request: Request) -> Response:
        """Take in what was recorded on a tablet; whatever is answered is stored."""
        batch = batches.read(request.data)
        member, now = signed_in(request), timezone.now()
        return Response(
            {
                "protocol": PROTOCOL,
                "device": str(batch.device),
                "server_time": int(now.timestamp() * 1000),
                "answers": take_in(batch, member, now),
            }
        )


def take_in(batch: Batch, member: Member, now: dt.datetime) -> list[dict[str, Any]]:
    """In a transaction, tried again where others were in the way; raises Busy, NoRoom."""
    for number in range(1, TRIES + 1):
        try:
            with transaction.atomic(durable=True):
                with connection.cursor() as cursor:
                    cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
                return intake.take_in(batch, member, now=now)
        except Error as error:
            if sqlstate(error) in _DISK_FULL:
                log.error("no room for what tablets send", exc_info=error)
                raise NoRoom(
                    _("The server has no room left. Nothing was stored; tell an administrator.")
                ) from error
            if not (isinstance(error, IntegrityError) or sqlstate(error) in _AGAIN):
                raise
            log.warning("upload, try %s: %s", number, error)
            # Two that met head on should not meet again.
            time.sleep(0.05 * number)
    raise Busy()
