from django.apps import AppConfig


class ConfigConfig(AppConfig):
    """Settings, addresses and the commands that join several apps; holds no models."""

    name = "config"
    verbose_name = "Gridwalk"
