"""``/api/v1/sync/``: what tablets send and fetch."""

from django.urls import path

from sync import package_api, photo_api, upload_api

urlpatterns = [
    path("", upload_api.UploadView.as_view(), name="sync"),
    path("packages/<str:code>/", package_api.PackageView.as_view(), name="sync-package"),
    path("freshness/<str:code>/", package_api.FreshnessView.as_view(), name="sync-freshness"),
    path("reference/", package_api.ReferenceView.as_view(), name="sync-reference"),
    path("photos/<uuid:photo>/", photo_api.PhotoParts.as_view(), name="sync-photo"),
]
