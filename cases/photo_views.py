"""Sending photos, and showing them to those who may see the case."""

import uuid
from typing import Any

from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotModified,
    JsonResponse,
)
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api import signed_in
from accounts.models import Member
from api.errors import BadInput, GridwalkError, TooLarge, plain
from api.sender import address_of
from cases.attempts import count_photo
from cases.deeds import MOST_PHOTOS
from cases.listing import visible
from cases.models import Photo
from cases.photos import MEGABYTE, MOST_BYTES, SIZES, keep, name_of, store
from cases.report_form import sign_photo

#: Of a request, beyond the photos in it.
REST_OF_REQUEST = MEGABYTE


def refuse_large(request: HttpRequest, photos: int) -> None:
    """Raise TooLarge for a request larger than so many photos, before any of it is read.

    What has no length has no body either: the gateway reads as much as is announced.
    """
    if int(request.META.get("CONTENT_LENGTH") or 0) > photos * MOST_BYTES + REST_OF_REQUEST:
        raise TooLarge(
            _("A photo may have %s MB at most. Take it again with a smaller size.")
            % (MOST_BYTES // MEGABYTE)
        )


def limits() -> dict[str, int]:
    """What a page says of photos before they are sent."""
    return {
        "most_photos": MOST_PHOTOS,
        "most_bytes": MOST_BYTES,
        "most_megabytes": MOST_BYTES // MEGABYTE,
    }


class NewPhotoSerializer(serializers.Serializer):
    photo = serializers.FileField(
        help_text="JPEG, PNG, WebP or HEIC, 20 MB at most", allow_empty_file=True
    )


class PhotoAddressesSerializer(serializers.Serializer):
    """``urls`` by size: the longest side in pixels, or ``full``."""

    id = serializers.UUIDField(read_only=True)
    width = serializers.IntegerField(read_only=True)
    height = serializers.IntegerField(read_only=True)
    urls = serializers.SerializerMethodField()

    def get_urls(self, photo: Photo) -> dict[str, str]:
        return {size: reverse("photo", args=[photo.pk, size]) for size in SIZES}


class PhotoUpload(APIView):
    """``POST /api/v1/photos/``: the field ``photo`` of a form."""

    parser_classes = [MultiPartParser]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        # Who calls is asked next, and the answer to that reads the form.
        refuse_large(request, 1)
        super().initial(request, *args, **kwargs)

    @extend_schema(request=NewPhotoSerializer, responses={201: PhotoAddressesSerializer})
    def post(self, request: Request) -> Response:
        """Take in a photo; name its ``id`` in the step or the report it belongs to.

        It is kept for a day until then. Position, time and device in the file are left out.
        """
        member = signed_in(request)
        if len(request.FILES) > 1 or len(request.FILES.getlist("photo")) > 1:
            message = _("Send one photo at a time.")
            raise BadInput(message, fields={"photo": [message]})
        sent = NewPhotoSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        photo = keep(sent.validated_data["photo"], member, now=timezone.now())
        return Response(PhotoAddressesSerializer(photo).data, status.HTTP_201_CREATED)


@csrf_exempt
@require_POST
def residents_photo(request: HttpRequest) -> JsonResponse:
    """``/report/photos/``: a photo ahead of its report, from who has no account.

    The answer's ``id`` goes into the report as ``kept``, for a day. Refused ones count too, so
    errors are answered here: raised, they would take the count with them.
    """
    now = timezone.now()
    try:
        refuse_large(request, 1)
        count_photo(address_of(request), now)
        file = request.FILES.get("photo")
        if file is None:
            raise BadInput(_("Choose a photo."))
        photo = keep(file, None, now=now)
    except GridwalkError as error:
        return plain(request, error)
    return JsonResponse({"id": sign_photo(photo)}, status=201)


@require_safe
def photo_file(request: HttpRequest, photo: uuid.UUID, size: str) -> HttpResponse | FileResponse:
    """``/photos/<id>/<320|1280|full>.jpg``: for who may see the case, or sent the photo.

    Everybody else is told that there is nothing, as about a photo that is not there.
    """
    if not isinstance(request.user, Member):
        raise Http404
    row = Photo.objects.filter(pk=photo).values_list("uploader", "event__case").first()
    uploader, case = row or (None, None)
    if case is None:
        allowed = uploader == request.user.pk
    else:
        allowed = visible(request.user, timezone.localdate()).filter(pk=case).exists()
    if not allowed:
        raise Http404
    return shown(request, photo, size)


def shown(request: HttpRequest, photo: uuid.UUID, size: str) -> HttpResponse | FileResponse:
    """The file as an answer that only this reader keeps, and asks about each time.

    Raises Http404 where the file is gone.
    """
    etag = f'"{photo.hex}-{size}"'
    response: HttpResponse | FileResponse
    if etag in request.headers.get("If-None-Match", ""):
        response = HttpResponseNotModified()
    else:
        try:
            file = store().open(name_of(photo, size))
        except FileNotFoundError as error:
            raise Http404 from error
        response = FileResponse(file, content_type="image/jpeg")
    response["ETag"] = etag
    response["Cache-Control"] = "private, no-cache"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response
