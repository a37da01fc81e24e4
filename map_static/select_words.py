"""Every sentence of selecting on the map and acting on it. As map_static.words."""

from django.utils.translation import gettext as _


def select_words() -> dict[str, str]:
    """By key, in the language of this request."""
    return _choosing() | _acting()


def _choosing() -> dict[str, str]:
    return {
        "select.head": _("Select and act"),
        "select.how": _(
            "Click the corners of a polygon on the map, or drag a rectangle with Shift held down."
            " With the keyboard: Enter sets a corner in the middle of the map, Backspace takes it"
            " back, the space bar closes the polygon."
        ),
        "select.pick": _(
            "Ctrl (⌘) or Shift and a click on the map takes one street, lamp, case or cell in,"
            " or out again."
        ),
        "select.pick_none": _("Nothing of yours lies there. Click closer to it, or zoom in."),
        "select.mode": _("What is drawn"),
        "select.replace": _("selects anew"),
        "select.add": _("adds (Ctrl)"),
        "select.remove": _("takes away (Alt)"),
        "select.draw": _("Draw on the map"),
        "select.finish": _("Close the polygon"),
        "select.undo": _("Take back a corner"),
        "select.clear": _("Select nothing"),
        "select.asking": _("Looking what lies inside …"),
        "select.none": _("Nothing of yours lies inside. Draw around something else."),
        "select.too_many": _(
            "{kind}: {n} are too many, {most} can be selected at once. Draw a smaller polygon."
        ),
        "select.tick": _("Select {name}"),
        "select.open": _("Act on what is selected ({n})"),
        "select.kind_lamps_one": _("lamp"),
        "select.kind_lamps_other": _("lamps"),
        "select.kind_cases_one": _("open case"),
        "select.kind_cases_other": _("open cases"),
        "select.kind_streets_one": _("piece of street"),
        "select.kind_streets_other": _("pieces of street"),
        "select.kind_cells_one": _("cell"),
        "select.kind_cells_other": _("cells"),
    }


def _acting() -> dict[str, str]:
    return {
        "select.give_head": _("Give the cases to somebody"),
        "select.to": _("To whom"),
        "select.due": _("Due (empty: as it is)"),
        "select.give_one": _("Dispatch {n} case"),
        "select.give_other": _("Dispatch {n} cases"),
        "select.nobody": _("Nobody yet"),
        "select.crews": _("Crews"),
        "select.members": _("Members"),
        "select.lamps_head": _("Have the lamps looked at"),
        "select.category": _("Category of the cases"),
        "select.note": _("What is to be done"),
        "select.make_one": _("Make {n} case"),
        "select.make_other": _("Make {n} cases"),
        "select.walk_one": _("Plan a walk over this cell"),
        "select.walk_other": _("Plan a walk over these cells"),
        "select.walk_many": _("A walk can be planned over {most} cells at most. Select fewer."),
        "select.walk_streets_one": _("Plan a walk over {n} piece of street"),
        "select.walk_streets_other": _("Plan a walk over {n} pieces of street"),
        "select.walk_many_streets": _(
            "A walk can be planned over {most} pieces of street at most. Select fewer."
        ),
        "select.files": _("Take away as a file"),
        "select.working": _("Working through the list …"),
        "select.done": _("{n} of {all} done"),
        "select.refused": _("{n} refused"),
        "select.done_list": _("What was done"),
        "select.give_back": _("Undo: give {n} back to whom they were with"),
        "select.first": _(
            "{n} were given to somebody for the first time. That cannot be undone: a case does not"
            " go back to “accepted”. Give them to somebody else, or put them on hold in the case."
        ),
    }
