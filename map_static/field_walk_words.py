"""Sentences of the tablet's walk: the map, recording, the end, and what next."""

from django.utils.translation import gettext as _


def walk_words() -> dict[str, str]:
    """All of them by key, in the language that is active."""
    return _walking() | _troubles() | _ends() | _next()


def _walking() -> dict[str, str]:
    return {
        "field.map.contributors": _("contributors, ODbL"),
        "field.map.follow": _("Follow my position"),
        "field.map.zoom_in": _("Zoom in"),
        "field.map.zoom_out": _("Zoom out"),
        "field.map.things_here_one": _("{n} thing to do here"),
        "field.map.things_here_other": _("{n} things to do here"),
        "field.map.not_own": _("{street}: not in your cells"),
        "field.map.never_walked": _("{street}: not walked in the last 90 days"),
        "field.map.walked_today": _("{street}: walked today"),
        "field.map.walked_one": _("{street}: last walked {n} day ago"),
        "field.map.walked_other": _("{street}: last walked {n} days ago"),
        "field.walk.home": _("What there is to do"),
        "field.walk.start": _("Start walk"),
        "field.walk.start_cycle": _("By bicycle"),
        "field.walk.elsewhere": _("A walk is being recorded in another tab of this tablet."),
        "field.walk.no_map_yet": _(
            "The map of your cells is not on this tablet yet. It comes when you are online."
        ),
        "field.walk.visits_due_one": _("{n} visit due"),
        "field.walk.visits_due_other": _("{n} visits due"),
        "field.walk.cases_open_one": _("{n} open case"),
        "field.walk.cases_open_other": _("{n} open cases"),
        "field.walk.lamps_to_check_one": _("{n} lamp to check"),
        "field.walk.lamps_to_check_other": _("{n} lamps to check"),
        "field.walk.case_not_sent": _("This case is on the tablet and not sent yet."),
        "field.walk.new_case": _("Report a case"),
        "field.walk.last": _("Last walk: {metres}, {when}"),
        "field.walk.recording": _("Recording"),
        "field.walk.paused": _("Paused: nothing is recorded"),
        "field.walk.ending": _("Ending the walk"),
        "field.walk.ending_hint": _("The metres are being counted. Nothing is lost if you leave."),
        "field.walk.time": _("Time"),
        "field.walk.metres": _("Walked"),
        "field.walk.new_metres": _("Newly walked"),
        "field.walk.accuracy": _("Position within"),
        "field.walk.lamp": _("Lamp"),
        "field.walk.pause": _("Pause"),
        "field.walk.go_on": _("Go on"),
        "field.walk.end": _("End walk"),
        "field.walk.end_question": _("End this walk?"),
        "field.walk.end_now": _("End it"),
        "field.walk.not_yet": _("Not yet"),
        "field.walk.end_again": _("Try again to end it"),
        "field.walk.no_lamp_near": _("No lamp is near. Tap the lamp on the map."),
    }


def _troubles() -> dict[str, str]:
    return {
        "field.walk.cannot.elsewhere": _(
            "A walk is being recorded in another tab. End it there first."
        ),
        "field.walk.cannot.unsupported": _(
            "This browser gives no positions, so a walk cannot be recorded. Use Chrome or Firefox."
        ),
        "field.walk.cannot.no_map": _(
            "The map of your cells is not on this tablet yet, and without it no metres can be"
            " counted. Go online once, then start."
        ),
        "field.walk.not_ended": _(
            "The walk could not be ended yet. What was recorded is kept. Make room on the tablet,"
            " or close the app and open it again, then try once more."
        ),
        "field.walk.trouble.denied": _(
            "This app is not allowed to see your position. Allow it in the browser's settings for"
            " this site, then press “Ask again”."
        ),
        "field.walk.trouble.unavailable": _(
            "The tablet cannot find its position. Is location switched on? Step into the open."
        ),
        "field.walk.trouble.unsupported": _("This browser gives no positions."),
        "field.walk.trouble.silent": _(
            "No position for 20 seconds: these metres are not counted. Step into the open."
        ),
        "field.walk.trouble.storage": _(
            "The tablet's storage is full: positions are kept only until the app is closed."
            " Delete other files or apps."
        ),
        "field.walk.trouble.stale": _(
            "This walk was still running when the app was closed, some hours ago. Go on with it,"
            " or end it: it then ends with its last position."
        ),
        "field.walk.ask_again": _("Ask again"),
    }


def _ends() -> dict[str, str]:
    return {
        "field.walk.ended": _("Walk ended"),
        "field.walk.buildings": _("Buildings passed"),
        "field.walk.nothing_wrong": _("Walked, nothing wrong"),
        "field.walk.said_nothing_wrong": _("You said that nothing was wrong."),
        "field.walk.no_fixes": _("No position came during this walk, so no metres were counted."),
        "field.walk.gaps_one": _(
            "Positions were missing once ({times}): nothing is counted there."
        ),
        "field.walk.gaps_other": _(
            "Positions were missing {n} times ({times}): nothing is counted there."
        ),
        "field.walk.dropped_one": _("{n} position was too inexact or too fast to count."),
        "field.walk.dropped_other": _("{n} positions were too inexact or too fast to count."),
        "field.walk.off_street": _("{metres} were walked off the streets."),
        "field.walk.still_open": _("Still open in your cells: {metres}"),
        "field.walk.nothing_open": _("Nothing is overdue in your cells."),
        "field.walk.more_streets_one": _("and {n} more street"),
        "field.walk.more_streets_other": _("and {n} more streets"),
        "field.walk.unnamed": _("Street without a name"),
        "field.walk.unnamed_kind": _("Unnamed {kind}"),
        "field.walk.to_home": _("Back to the start screen"),
    }


def _next() -> dict[str, str]:
    return {
        "field.next.title": _("What next?"),
        "field.next.kinds": _("What to look for"),
        "field.next.metres_overdue": _("{metres} overdue"),
        "field.next.nothing_overdue": _("nothing overdue"),
        "field.next.from_middle": _(
            "Your position is not known yet: distances are from the middle of the map."
        ),
        "field.next.kind.all": _("Any"),
        "field.next.kind.street": _("Streets"),
        "field.next.kind.lamp": _("Lamps"),
        "field.next.kind.visit": _("Visits"),
        "field.next.kind.case": _("Cases"),
        "field.next.none.all": _("Nothing is due: every street was walked in time."),
        "field.next.none.street": _("Every street of your cells was walked in time."),
        "field.next.none.lamp": _("No lamp needs to be looked at."),
        "field.next.none.visit": _("No visit is due."),
        "field.next.none.case": _("No case is open in your cells."),
        "field.next.open.lamp": _("Say whether it is lit"),
        "field.next.open.visit": _("Record the visit"),
        "field.next.open.case": _("Open the case"),
        "field.next.lamp": _("Lamp {name}"),
        "field.next.lamp.faulty": _("said to be dark"),
        "field.next.lamp.unseen": _("not looked at for 30 days"),
        "field.next.visit.overdue": _("visit overdue"),
        "field.next.visit.today": _("visit today"),
        "field.next.visit.week": _("visit this week"),
    }
