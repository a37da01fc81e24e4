from django.apps import AppConfig
from django.conf import settings
from django.contrib.admin.apps import AdminConfig


class ConfigConfig(AppConfig):
    """Settings, addresses and the commands that join several apps; holds no models."""

    name = "config"
    verbose_name = "Gridwalk"

    def ready(self) -> None:
        # Importing registers the checks for commands; a server runs none by itself.
        from config import checks

        if settings.SERVING:
            checks.refuse_to_start()


class GridwalkAdminConfig(AdminConfig):
    """Django's administration on our site."""

    default_site = "config.admin_site.Site"
