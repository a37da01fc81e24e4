"""Addresses of photos, and of what residents see."""

from django.urls import path, register_converter

from cases import photo_views, report_views, views
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
    path("l/<str:lamp>", views.lamp_link, name="lamp-link"),
    path("l/id/<int:lamp>", views.lamp_by_id, name="lamp-by-id"),
    path("report/", report_views.report, name="report"),
    path("report/around/", views.surroundings, name="report-around"),
    path("report/photos/", photo_views.residents_photo, name="report-photos"),
    path("report/search/", views.spots, name="report-search"),
    path("report/pictures/<str:token>.jpg", views.picture, name="report-picture"),
    path("report/follow/<uuid:key>/", views.follow, name="follow"),
    path(
        "report/follow/<uuid:key>/photos/<uuid:photo>/<photo_size:size>.jpg",
        views.follow_photo,
        name="follow-photo",
    ),
    path("report/stop/<str:token>/", views.stop_news, name="stop-news"),
]
