"""Every sentence of the search on the map. As map_static.words."""

from django.utils.translation import gettext as _


def search_words() -> dict[str, str]:
    """By key, in the language of this request."""
    return {
        "search.label": _("Search streets, houses, lamps, cells, members, cases"),
        "search.hint": _("Search the map ( / )"),
        "search.list": _("What was found"),
        "search.none": _("Nothing is called “{q}” here. Try fewer letters, or pinyin."),
        "search.found_one": _("{n} result. Arrow keys choose."),
        "search.found_other": _("{n} results. Arrow keys choose."),
        "search.recent": _("Searched before"),
        "search.kind_position": _("Position"),
        "search.kind_case": _("Cases"),
        "search.kind_street": _("Streets"),
        "search.kind_building": _("Houses"),
        "search.kind_area": _("Areas"),
        "search.kind_lamp": _("Lamps"),
        "search.kind_service_point": _("Service points"),
        "search.kind_member": _("Members"),
    }
