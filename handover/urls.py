"""Addresses of the pages about responsibility, and of what they ask for."""

from django.urls import path

from handover import api, change_pages, leave_pages, move_pages, pages

urlpatterns = [
    path("responsibility/", pages.board, name="responsibility"),
    path("responsibility/give/", change_pages.Give.as_view(), name="give-responsibility"),
    path("responsibility/<int:pk>/", change_pages.Change.as_view(), name="change-responsibility"),
    path("responsibility/hand-over/", move_pages.Move.as_view(), name="hand-over"),
    path("responsibility/hand-over/<uuid:pk>/", move_pages.Moved.as_view(), name="handover"),
    path("responsibility/leave/", leave_pages.NewLeave.as_view(), name="new-leave"),
    path("responsibility/leave/<uuid:pk>/", leave_pages.LeavePage.as_view(), name="leave"),
    path("api/v1/responsibility/map/", api.ResponsibilityMap.as_view(), name="responsibility-map"),
]
