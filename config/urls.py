"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("publish.urls")),
    path("", include("sync.urls")),
    path("", include("cases.urls")),
    path("", include("cases.office_urls")),
    path("", include("grid.page_urls")),
    path("", include("households.urls")),
    path("", include("handover.urls")),
    path("", include("rounds.urls")),
    path("", include("accounts.urls")),
    path("", include("map_static.urls")),
    path("api/v1/", include("config.api_urls")),
]

handler400 = "api.handlers.bad_request"
handler403 = "api.handlers.not_allowed"
handler404 = "api.handlers.not_found"
handler500 = "api.handlers.server_error"
