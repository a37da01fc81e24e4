"""Every sentence of time on the map: playing, two periods, saved views. As map_static.words."""

from django.utils.translation import gettext as _


def time_words() -> dict[str, str]:
    """By key, in the language of this request."""
    return {
        "play.play": _("Play"),
        "play.pause": _("Pause"),
    }
