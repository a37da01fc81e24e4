"""Addresses under ``/api/v1/care/``."""

from django.urls import path

from households import api, doors_api

urlpatterns = [
    path("checklists/", api.ChecklistsView.as_view(), name="care-checklists"),
    path("doors/", doors_api.DoorsView.as_view(), name="care-doors"),
    path(
        "doors/<int:building>/", doors_api.BuildingDoorsView.as_view(), name="care-building-doors"
    ),
    path("due/", api.DueView.as_view(), name="care-due"),
    path("planned/", api.PlannedView.as_view(), name="care-planned"),
    path("visits/", api.VisitsView.as_view(), name="care-visits"),
]
