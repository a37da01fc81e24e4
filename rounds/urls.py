"""Addresses of the pages about rounds."""

from django.urls import path

from rounds import list_page, plan_pages, round_page

urlpatterns = [
    path("rounds/", list_page.rounds, name="rounds"),
    path("rounds/<int:pk>/", round_page.RoundPage.as_view(), name="round"),
    path("rounds/plans/", plan_pages.plans, name="round-plans"),
    path("rounds/plans/new/", plan_pages.NewPlan.as_view(), name="new-round-plan"),
    path("rounds/plans/<int:pk>/", plan_pages.ChangePlan.as_view(), name="round-plan"),
]
