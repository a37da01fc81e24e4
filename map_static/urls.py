"""Addresses of the pages."""

from django.urls import path

from map_static import field_views, views

urlpatterns = [
    path("", views.map_page, name="map"),
    path("field/", field_views.field_page, name="field"),
    path("field/sw.js", field_views.service_worker, name="field-worker"),
    path("field/matching.js", field_views.matching_worker, name="field-matching"),
    path("field/manifest.webmanifest", field_views.manifest, name="field-manifest"),
    path("field/icon-<slug:name>.png", field_views.icon, name="field-icon"),
    path("field/session.json", field_views.session, name="field-session"),
]
