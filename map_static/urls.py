"""Addresses of the pages."""

from django.urls import path

from map_static import views

urlpatterns = [
    path("", views.map_page, name="map"),
]
