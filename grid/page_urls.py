"""Addresses of the pages about cells."""

from django.urls import path

from grid import cells_pages

urlpatterns = [
    path("cells/", cells_pages.communities, name="cells"),
    path("cells/<str:code>/", cells_pages.draw, name="draw-cells"),
]
