"""Every sentence of the map's connection to what happens elsewhere. As map_static.words."""

from django.utils.translation import gettext as _


def live_words() -> dict[str, str]:
    """By key, in the language of this request."""
    return {
        "live.live": _("Live"),
        "live.live_hint": _("New walks, cases and lamps appear by themselves."),
        "live.lost": _("Not live"),
        "live.lost_since": _(
            "The connection has been lost since {time}. What you see may be old; nothing is lost,"
            " and the page tries again by itself."
        ),
    }
