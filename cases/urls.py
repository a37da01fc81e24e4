"""Addresses of photos, and of what residents see."""

from django.urls import path, register_converter

from cases import photo_views
from cases.photos import SIZES


class SizeConverter:
    """``320``, ``1280`` or ``full``."""

    regex = "|".join(SIZES)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(SizeConverter, "photo_size")

urlpatterns = [
    path("api/v1/photos/", photo_views.PhotoUpload.as_view(), name="photo-upload"),
    path("photos/<uuid:photo>/<photo_size:size>.jpg", photo_views.photo_file, name="photo"),
]
