"""``/api/v1/sync/``: what tablets send and fetch."""

from django.urls import path

from sync import photo_api, upload_api

urlpatterns = [
    path("", upload_api.UploadView.as_view(), name="sync"),
    path("photos/<uuid:photo>/", photo_api.PhotoParts.as_view(), name="sync-photo"),
]
