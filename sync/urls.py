"""Pages of what tablets sent and could not be taken in as it was."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
