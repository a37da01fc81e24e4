"""Addresses of the pages about households and care, all under ``/care/``."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
