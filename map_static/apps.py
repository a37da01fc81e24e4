from django.apps import AppConfig


class MapStaticConfig(AppConfig):
    """What the browser gets; knows addresses only, no models."""

    name = "map_static"

    def ready(self) -> None:
        # Registers the system check of BASE_MAPS.
        from map_static import base_maps  # noqa: F401
