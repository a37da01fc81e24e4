from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StreetlightsConfig(AppConfig):
    name = "streetlights"
    verbose_name = _("Streetlights")
