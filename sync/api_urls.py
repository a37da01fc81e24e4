"""``/api/v1/sync/``: what tablets send and fetch."""

from django.urls import path

from sync import photo_api

urlpatterns = [
    path("photos/<uuid:photo>/", photo_api.PhotoParts.as_view(), name="sync-photo"),
]
