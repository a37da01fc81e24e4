"""Every sentence of what a member is told, on the map. As map_static.words."""

from django.utils.translation import gettext as _


def told_words() -> dict[str, str]:
    """By key, in the language of this request."""
    return {
        "told.title": _("New for you"),
        "told.seen": _("Seen"),
    }
