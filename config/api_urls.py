"""Every address under /api/v1/."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.routers import SimpleRouter

from cases.api import CaseViewSet, CategoryViewSet
from grid.api import (
    AreaViewSet,
    BuildingViewSet,
    MeView,
    ResponsibleView,
    ServicePointViewSet,
    StreetViewSet,
)
from grid.china.api import NationalDivisionsView
from grid.divisions.api import DivisionViewSet
from patrols.api import PatrolViewSet, SegmentViewSet
from streetlights.api import LampViewSet
from streetlights.circuits_api import CircuitViewSet

router = SimpleRouter(use_regex_path=False)
router.register("areas", AreaViewSet, basename="area")
router.register("streets", StreetViewSet, basename="street")
router.register("buildings", BuildingViewSet, basename="building")
router.register("service-points", ServicePointViewSet, basename="service-point")
router.register("patrols", PatrolViewSet, basename="patrol")
router.register("categories", CategoryViewSet, basename="category")
router.register("cases", CaseViewSet, basename="case")
router.register("lamps", LampViewSet, basename="lamp")
router.register("circuits", CircuitViewSet, basename="circuit")
router.register("divisions", DivisionViewSet, basename="division")
router.register("segments", SegmentViewSet, basename="segment")

#: The description of the API tells nothing about a place or a person, so anybody may read it.
_open = {"permission_classes": [AllowAny], "authentication_classes": []}

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(pattern_name="api-docs"), name="api"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(url_name="api-schema", **_open),
        name="api-docs",
    ),
    path("schema/", SpectacularAPIView.as_view(**_open), name="api-schema"),
    path("me/", MeView.as_view(), name="me"),
    path("responsible/", ResponsibleView.as_view(), name="responsible"),
    path("divisions-of-china/", NationalDivisionsView.as_view(), name="divisions-of-china"),
    path("care/", include("households.api_urls")),
    path("sync/", include("sync.api_urls")),
    *router.urls,
]
