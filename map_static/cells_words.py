"""Sentences of the page that draws cells."""

from django.utils.translation import gettext as _

from map_static.words import words

#: What the page shares with the map.
SHARED = (
    "unit.",
    "time.now",
    "list.comma",
    "state.offline",
    "state.failed",
    "state.retry",
    "state.signed_out",
    "state.sign_in",
    "state.close",
)


def cells_words() -> dict[str, str]:
    """All of them by key, in the language that is active."""
    shared = {key: word for key, word in words().items() if key.startswith(SHARED)}
    return shared | _versions() | _draft() | _cell() | _tools() | _corners() | _compare() | _ask()


def _versions() -> dict[str, str]:
    return {
        "cells.all": _("All communities"),
        "cells.to_versions": _("Versions and drafts"),
        "cells.back": _("Back"),
        "cells.begin_hint": _(
            "A draft is yours to try things in. Nothing changes until it is put in force."
        ),
        "cells.begin_first": _(
            "This community has no cells yet. Let it be split by a standard, then correct "
            "the draft."
        ),
        "cells.begin_today": _("Draft from today's cells"),
        "cells.begin_automatic": _("Draft from an automatic split"),
        "cells.share_out": _("Share out evenly"),
        "cells.by_households": _("Households"),
        "cells.by_walking": _("Metres to walk"),
        "cells.least": _("At least per cell"),
        "cells.most": _("At most per cell"),
        "cells.split_community": _("Split the community"),
        "cells.splitting": _("Splitting, up to half a minute …"),
        "cells.automatic_hint": _(
            "Cells follow streets and water. Cells kept whole stay as they are."
        ),
        "cells.part_draft": _("Drafts"),
        "cells.part_planned": _("Planned"),
        "cells.part_in_force": _("In force"),
        "cells.part_past": _("Past"),
        "cells.title_draft": _("Draft"),
        "cells.title_planned": _("Planned from {day}"),
        "cells.title_in_force": _("In force since {day}"),
        "cells.title_in_force_ever": _("In force from the beginning"),
        "cells.title_past": _("In force until {until}"),
        "cells.n_cells_one": _("{n} cell"),
        "cells.n_cells_other": _("{n} cells"),
        "cells.made_by": _("by {name}, {ago}"),
        "cells.made_itself": _("made by the system"),
    }


def _draft() -> dict[str, str]:
    return {
        "cells.saved": _("Every step is saved."),
        "cells.sending": _("Saving …"),
        "cells.offline": _("Not sent: there is no connection."),
        "cells.is_stale": _("Somebody else changed this draft."),
        "cells.not_sent": _(
            "The connection was lost, and your last step was not sent. It is kept on this device."
        ),
        "cells.send_again": _("Send it now"),
        "cells.stale": _(
            "Somebody else changed this draft meanwhile. Your last step is not in it; it is kept."
        ),
        "cells.load_anew": _("Load it anew"),
        "cells.edit_waits": _(
            "This is the draft as it is now. Your own last step is not in it. Do it here too?"
        ),
        "cells.edit_again": _("Do it again"),
        "cells.verdict": _("Verdict"),
        "cells.tiles": _("The cells cover the community without gap or overlap."),
        "cells.tiles_not": _("The cells do not cover the community exactly:"),
        "cells.go_there": _("Go there"),
        "cells.go_there_of": _("Go there: {what}"),
        "cells.remarks": _("{n} remarks"),
        "cells.max_to_mean": _("Largest ÷ mean"),
        "cells.within_standard": _("Within the standard"),
        "cells.of": _("{n} of {all}"),
        "cells.compactness": _("Compactness"),
        "cells.standard_households": _("Standard: {least} to {most} households a cell"),
        "cells.standard_not_set": _(
            "No standard was set for these cells; they are measured by {least} to {most} "
            "households a cell."
        ),
        "cells.standard_walking": _("Standard: {least} to {most} m to walk a cell"),
        "cells.standard_care": _("Standard: care of {least} to {most} a cell"),
        "cells.compare": _("Compare"),
        "cells.discard": _("Discard"),
        "cells.copy": _("New draft from this"),
        "cells.put_in_force": _("Put in force …"),
    }


def _cell() -> dict[str, str]:
    return {
        "cells.cells": _("Cells"),
        "cells.order": _("Order"),
        "cells.by_code": _("By number"),
        "cells.by_load": _("By size"),
        "cells.chosen": _("The chosen cell"),
        "cells.unnamed": _("New cell"),
        "cells.households": _("Households"),
        "cells.metres": _("Streets"),
        "cells.load": _("Share of the standard"),
        "cells.within": _("within the standard"),
        "cells.above": _("above the standard"),
        "cells.below": _("below the standard"),
        "cells.fixed": _("kept whole"),
        "cells.keep_whole": _("Keep whole"),
        "cells.keep_whole_hint": _("An automatic split leaves this cell as it is."),
        "cells.rename": _("Rename"),
        "cells.no_cell": _("no cell"),
    }


def _tools() -> dict[str, str]:
    return {
        "cells.split": _("Split"),
        "cells.split_hint": _("Draw a line over a cell"),
        "cells.merge": _("Merge"),
        "cells.merge_hint": _("Make one cell of neighbours"),
        "cells.move": _("Move border"),
        "cells.move_hint": _("Drag the corners of a border"),
        "cells.draw": _("Draw"),
        "cells.draw_hint": _("Draw a new cell"),
        "cells.undo": _("Undo"),
        "cells.redo": _("Redo"),
        "cells.snap": _("Follow streets"),
        "cells.snap_hint": _("Corners go onto streets and water near them"),
        "cells.hint_split_first": _("Choose the cell to split, on the map or in the list."),
        "cells.hint_split": _(
            "{cell}: draw a line from border to border, or choose two corners of the border."
        ),
        "cells.hint_merge_first": _("Choose two or more cells that are neighbours."),
        "cells.hint_merge": _("Choose more, or merge these."),
        "cells.hint_move_first": _("Choose a cell, on the map or in the list."),
        "cells.hint_move": _(
            "{cell}: drag a corner, or choose it with Tab and use the arrow keys."
        ),
        "cells.hint_draw": _(
            "Set the corners of a new cell: click, or use the arrow keys and Enter. "
            "It takes its ground from the others."
        ),
        "cells.merge_n_one": _("Merge {n} cell"),
        "cells.merge_n_other": _("Merge {n} cells"),
        "cells.not_neighbours": _("These cells are no neighbours: they cannot become one."),
        "cells.corner_back": _("Take back a corner"),
        "cells.finish": _("Finish (Ctrl+Enter)"),
        "cells.give_up": _("Give up (Esc)"),
        "cells.done": _("Done (Esc)"),
        "cells.done_split": _("Split: there are {n} cells now."),
        "cells.done_merge": _("Merged: there are {n} cells now."),
        "cells.done_move": _("The border is moved."),
        "cells.done_vertex": _("The border is moved."),
        "cells.done_draw": _("Drawn: there are {n} cells now."),
        "cells.done_rename": _("Renamed."),
        "cells.done_fix": _("Changed."),
        "cells.done_adopt": _("Taken over: there are {n} cells now."),
        "cells.done_undo": _("Undone."),
        "cells.done_redo": _("Done again."),
    }


def _corners() -> dict[str, str]:
    return {
        "cells.corner": _("Corner {n} of {of}, border with {others}"),
        "cells.junction": _("Corner {n} of {of}, where {others} meet"),
        "cells.between": _("New corner here"),
        "cells.pick": _("Corner {n} of {of} of the border"),
        "cells.picked": _("The line begins here. Choose where it ends."),
        "cells.corner_set": _("Corner {n} is set."),
        "cells.corner_on": _("Corner {n} is set on {name}."),
        "cells.moving": _("Arrow keys move, Enter sets, Escape gives up."),
        "cells.moved_back": _("The corner is back where it was."),
        "cells.line_needs": _("A line needs two corners."),
        "cells.ring_needs": _("A cell needs three corners."),
    }


def _compare() -> dict[str, str]:
    return {
        "cells.with": _("Compare with"),
        "cells.with_today": _("Today's cells"),
        "cells.with_automatic": _("An automatic split"),
        "cells.comparing": _("Comparing …"),
        "cells.split_waiting": _("The automatic split waits for its turn."),
        "cells.split_running": _("The community is being split, to compare with it."),
        "cells.split_leave": _("You may leave this page; the split is made all the same."),
        "cells.split_stop": _("Stop splitting"),
        "cells.split_stopped": _("The split was stopped. Nothing was changed."),
        "cells.split_again": _("Split again"),
        "cells.same": _("No difference: every building and street stays in its cell."),
        "cells.nothing_there": _("no building and no street"),
        "cells.moves": _("In another cell:"),
        "cells.pieces": _("Pieces that differ"),
        "cells.piece": _("{from} → {to}"),
        "cells.buildings_one": _("{n} building"),
        "cells.buildings_other": _("{n} buildings"),
        "cells.doors_one": _("{n} household"),
        "cells.doors_other": _("{n} households"),
        "cells.take_over": _("Take over cells"),
        "cells.take_over_hint": _("The ticked cells come into this draft as they are there."),
        "cells.take_one": _("Take over {n} cell"),
        "cells.take_other": _("Take over {n} cells"),
    }


def _ask() -> dict[str, str]:
    return {
        "cells.not_now": _("Not now"),
        "cells.name": _("Name"),
        "cells.rename_now": _("Rename it"),
        "cells.discard_question": _("Discard this draft?"),
        "cells.discard_hint": _("All its steps are gone for good. The cells in force stay."),
        "cells.discard_now": _("Discard it"),
        "cells.discarded": _("The draft is gone. The cells in force are as they were."),
        "cells.put_in_force_question": _("Put this draft in force?"),
        "cells.from_day": _("First day in force"),
        "cells.at_once": _("In force at once."),
        "cells.planned_for": _("Planned: it comes into force in the night before {day}."),
        "cells.note": _("Note (why, decided by whom)"),
        "cells.put_in_force_now": _("Put in force"),
        "cells.lose": _("These members lose a cell, and need to be told:"),
        "cells.loses": _("{name}: {cell}"),
        "cells.nobody_loses": _("Nobody loses a cell: whoever is responsible stays so."),
        "cells.is_in_force": _("The draft is in force. Last month's reports keep their cells."),
        "cells.is_planned": _("The draft is planned. Until that day nothing changes."),
    }
