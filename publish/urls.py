"""Addresses of the tiles and of what the map asks for."""

from django.urls import path

from publish import map_api, tiles

urlpatterns = [
    path("tiles/<str:layer>/<str:z>/<str:x>/<str:y>.mvt", tiles.serve, name="tile"),
    path("api/v1/start/", map_api.Start.as_view(), name="map-start"),
    path("api/v1/freshness/", map_api.Freshness.as_view(), name="freshness"),
    path("api/v1/coverage/", map_api.Coverage.as_view(), name="coverage"),
    path("api/v1/series/", map_api.Series.as_view(), name="series"),
    path("api/v1/here/", map_api.Here.as_view(), name="here"),
]
