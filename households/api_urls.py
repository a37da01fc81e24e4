"""Addresses under ``/api/v1/care/``."""

from django.urls import path

from households import api

urlpatterns = [
    path("checklists/", api.ChecklistsView.as_view(), name="care-checklists"),
    path("due/", api.DueView.as_view(), name="care-due"),
    path("planned/", api.PlannedView.as_view(), name="care-planned"),
    path("visits/", api.VisitsView.as_view(), name="care-visits"),
]
