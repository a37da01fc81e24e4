"""Addresses of the tiles, of what the map asks for, and of open standards."""

from typing import Any

from django.urls import include, path, register_converter

from publish import care_api, follow_up, map_api, open311, plan_api, saved_views, tiles, time_api
from publish.live import stream
from publish.search.api import Search
from publish.selection import api as selection
from publish.told import Notices, NoticeSeen


class Format:
    """The two formats of Open311, in the address as the standard wants it."""

    regex = "json|xml"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: Any) -> str:
        return str(value)


register_converter(Format, "open311")

VIEWS = saved_views.SavedViews.as_view({"get": "list", "post": "create"})
VIEW = saved_views.SavedViews.as_view({"patch": "partial_update", "delete": "destroy"})

urlpatterns = [
    path("", include("publish.ogc.urls")),
    path("", include("publish.report_archive.urls")),
    path("care/visits/<uuid:pk>/follow-up/", follow_up.FollowUp.as_view(), name="follow-up"),
    path("tiles/<str:layer>/<str:z>/<str:x>/<str:y>.mvt", tiles.serve, name="tile"),
    path("api/v1/live/", stream.live, name="live"),
    path("api/v1/start/", map_api.Start.as_view(), name="map-start"),
    path("api/v1/freshness/", map_api.Freshness.as_view(), name="freshness"),
    path("api/v1/coverage/", map_api.Coverage.as_view(), name="coverage"),
    path("api/v1/series/", map_api.Series.as_view(), name="series"),
    path("api/v1/history/", time_api.History.as_view(), name="history"),
    path("api/v1/history/cases/", time_api.CaseHistory.as_view(), name="case-history"),
    path("api/v1/difference/", time_api.Difference.as_view(), name="difference"),
    path("api/v1/search/", Search.as_view(), name="search"),
    path("api/v1/selection/", selection.Selection.as_view(), name="selection"),
    path("api/v1/selection/cases/", selection.SelectedCases.as_view(), name="selected-cases"),
    path("api/v1/selection/lamps/", selection.SelectedLamps.as_view(), name="selected-lamps"),
    path("api/v1/selection/file/", selection.SelectionFile.as_view(), name="selection-file"),
    path("api/v1/selection/hands/", selection.Hands.as_view(), name="selection-hands"),
    path("api/v1/notices/", Notices.as_view(), name="notices"),
    path("api/v1/notices/<slug:about>/<int:pk>/seen/", NoticeSeen.as_view(), name="notice-seen"),
    path("api/v1/views/", VIEWS, name="saved-views"),
    path("api/v1/views/<int:pk>/", VIEW, name="saved-view"),
    path("views/<int:pk>/", saved_views.open_view, name="open-view"),
    path("api/v1/plan/", plan_api.PlanView.as_view(), name="plan"),
    path("api/v1/darkness/", map_api.Darkness.as_view(), name="darkness"),
    path("api/v1/care/counts/", care_api.CareCounts.as_view(), name="care-counts"),
    path("api/v1/here/", map_api.Here.as_view(), name="here"),
    path(
        "open311/v2/discovery.<open311:form>",
        open311.Discovery.as_view(),
        name="open311-discovery",
    ),
    path("open311/v2/services.<open311:form>", open311.Services.as_view()),
    path("open311/v2/services/<slug:code>.<open311:form>", open311.Service.as_view()),
    path("open311/v2/requests.<open311:form>", open311.Requests.as_view()),
    path("open311/v2/requests/<str:number>.<open311:form>", open311.Request.as_view()),
    path("open311/v2/tokens/<str:token>.<open311:form>", open311.Token.as_view()),
]
