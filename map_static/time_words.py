"""Every sentence of time on the map: playing, two periods, saved views. As map_static.words."""

from django.utils.translation import gettext as _


def time_words() -> dict[str, str]:
    """By key, in the language of this request."""
    return _playing() | _comparing() | _views()


def _playing() -> dict[str, str]:
    return {
        "play.head": _("Time on the map"),
        "play.play": _("Play"),
        "play.pause": _("Pause"),
        "play.play_hint": _("Play the weeks (space bar)"),
        "play.pause_hint": _("Pause and look at this day (space bar)"),
        "play.slider": _("Day on the map: arrow keys step, the space bar plays"),
        "play.share": _("{share} walked in {days}"),
        "play.value": _("{day}: {said}"),
        "play.more": _("How time is played"),
        "play.step": _("A step is"),
        "play.step_day": _("a day"),
        "play.step_week": _("a week"),
        "play.pace": _("Pace"),
        "play.pace_slow": _("slow"),
        "play.pace_usual": _("usual"),
        "play.pace_fast": _("fast"),
    }


def _comparing() -> dict[str, str]:
    return {
        "compare.head": _("Two periods compared"),
        "compare.begin": _("Compare two periods"),
        "compare.end": _("Stop comparing"),
        "compare.period": _("{from} – {to}"),
        "compare.with": _("with the days up to"),
        "compare.length": _("How many days are compared with"),
        "compare.shown": _("How the two periods are shown"),
        "compare.sides": _("Side by side"),
        "compare.difference": _("What differs"),
        "compare.divider": _("Divider between the maps: arrow keys move it"),
        "compare.table": _("Metres of street by what the two periods have of them"),
        "compare.both": _("Walked in both"),
        "compare.gained": _("Newly walked"),
        "compare.lost": _("No longer walked"),
        "compare.neither": _("Walked in neither"),
        "compare.cells": _("Cell by cell"),
        "compare.cell": _("Cell"),
    }


def _views() -> dict[str, str]:
    return {
        "views.head": _("Share and saved views"),
        "views.share": _("Link to this view"),
        "views.link": _("Link to what the map shows now"),
        "views.copy": _("Copy link"),
        "views.copied": _("The link is copied. Whoever opens it sees what they may see."),
        "views.copy_by_hand": _("The link is marked: copy it with Ctrl+C."),
        "views.save_head": _("Save this view"),
        "views.name": _("Name of the view"),
        "views.who": _("Who finds it"),
        "views.own": _("Only me"),
        "views.members": _("Members of {area}"),
        "views.save": _("Save view"),
        "views.saved": _("“{name}” is saved."),
        "views.list": _("Saved views"),
        "views.none": _("No saved view yet. Save one to come back to it by name."),
        "views.by": _("by {name}"),
        "views.shared": _("shared"),
        "views.rename": _("Rename “{name}”"),
        "views.save_name": _("Save name"),
        "views.delete": _("Delete “{name}”"),
    }
