"""``/api/v1/sync/``: what tablets send and fetch."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
