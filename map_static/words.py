"""Every sentence that the map page's scripts show, translated on the server.

The page carries them as a JSON block; a script asks for one by its key. Words in braces are
filled in by the script. ``_one`` and ``_other`` are the plural forms that Intl.PluralRules names.
"""

from django.utils.translation import gettext as _

from map_static.layer_words import layer_words
from map_static.live_words import live_words
from map_static.search_words import search_words
from map_static.select_words import select_words
from map_static.time_words import time_words
from map_static.told_words import told_words


def words() -> dict[str, str]:
    """All sentences by key, in the language of this request."""
    return (
        _figures()
        | _map()
        | _card()
        | _walk()
        | _states()
        | _freshness()
        | _cases()
        | _care()
        | _doors()
        | _lamps()
        | _circuits()
        | _darkness()
        | _names()
        | live_words()
        | time_words()
        | layer_words()
        | search_words()
        | select_words()
        | told_words()
    )


def _figures() -> dict[str, str]:
    return {
        "unit.metres": _("{n} m"),
        "unit.kilometres": _("{n} km"),
        "unit.days_one": _("{n} day"),
        "unit.days_other": _("{n} days"),
        "unit.minutes_one": _("{n} minute"),
        "unit.minutes_other": _("{n} minutes"),
        "figure.covered": _("{covered} of {metres} walked"),
        "figure.overdue": _("{metres} overdue"),
        "figure.none_overdue": _("Nothing overdue"),
        "figure.patrols_one": _("{n} patrol"),
        "figure.patrols_other": _("{n} patrols"),
        "figure.members_one": _("{n} member"),
        "figure.members_other": _("{n} members"),
        "figure.buildings_one": _("{n} building passed"),
        "figure.buildings_other": _("{n} buildings passed"),
        "figure.cells_one": _("{n} cell"),
        "figure.cells_other": _("{n} cells"),
        "figure.no_streets": _("no streets"),
        "figure.coverage_in": _("walked in {days}"),
        "time.now": _("just now"),
        "list.more": _("Show {n} more"),
        "list.nobody": _("nobody responsible"),
        "list.comma": _(", "),
        "chart.head": _("Day by day"),
        "chart.title": _("Walked in {days}, day by day"),
        "chart.value": _("{day}: {share}"),
        "chart.slider": _("Day of the chart: arrow keys move, Enter looks at that day"),
        "chart.table": _("The figures of the chart"),
    }


def _map() -> dict[str, str]:
    return {
        "map.zoom_in": _("Zoom in"),
        "map.zoom_out": _("Zoom out"),
        "map.contributors": _("contributors, ODbL"),
        "layer.cells": _("Cells"),
        "layer.streets": _("Streets by freshness"),
        "layer.darkness": _("Darkness"),
        "layer.buildings": _("Buildings"),
        "layer.lamps": _("Lamps"),
        "layer.circuits": _("Circuits"),
        "layer.cases": _("Open cases"),
        "layer.care": _("Care by cell"),
        "layer.service_points": _("Service points"),
        "layer.doors": _("Doors with a visit due"),
        "layer.tracks": _("Patrol tracks"),
        "base.own": _("Gridwalk's own map"),
        "base.none": _("No base map"),
        "area.mine": _("All my cells"),
        "legend.as_of": _("as of {day}"),
        "legend.grey": _("Grey: not your cells"),
        "tracks.none": _("No patrol track in these {days}."),
        "point.lamp": _("Lamp {name}"),
        "point.too_many": _("Too many open cases to draw them all. Zoom in to see them."),
    }


def _card() -> dict[str, str]:
    return {
        "card.here": _("Who is responsible here"),
        "card.nobody": _("Nobody yet"),
        "card.nobody_hint": _("An administrator can name somebody in the administration."),
        "card.outside": _("No cell or community has been drawn here."),
        "card.no_street": _("No street within {metres} of this place."),
        "card.unnamed": _("Unnamed {kind}"),
        "card.last_walked": _("Last walked"),
        "card.last_elsewhere": _("Not walked at this spot; elsewhere on the street"),
        "card.never_walked": _("Nobody has walked this street yet."),
        "card.simulated": _("Simulated"),
        "card.by": _("by {name}"),
        "card.by_team": _("by {name}, {team}"),
        "card.certain": _("{certain} surely walked, {doubtful} in doubt"),
        "card.nothing_wrong": _("Nothing was wrong on this walk"),
        "card.patrol_hidden": _("Which patrol is shown only to those responsible for this cell."),
        "card.freshness_hidden": _(
            "When streets were walked is shown only to those responsible for this community."
        ),
        "card.show_track": _("Show this patrol's track"),
        "card.window": _("In the last {days}"),
        "card.window_until": _("In the {days} up to {day}"),
        "card.cadence": _("To be walked every {days}"),
        "card.strip": _("How long ago each metre was walked, from one end to the other"),
        "card.cell": _("Cell"),
        "card.back": _("Back to the list"),
    }


def _care() -> dict[str, str]:
    return {
        "care.plans": _("Households with a care plan"),
        "care.due": _("With a visit due in this week"),
        "care.step0": _("Fewer than 5, or none"),
        "care.step1": _("5 to 9 households"),
        "care.step2": _("10 to 19 households"),
        "care.step3": _("20 households or more"),
        "care.label": _("In each cell: with a care plan · with a visit due"),
        "care.week": _("Week from {day}"),
        "care.not_yet": _(
            "Counts of care are published every Monday. The first ones have not been made yet."
        ),
        "care.ranges": _(
            "Fewer than five households are never counted out, so some figures are ranges."
        ),
    }


def _doors() -> dict[str, str]:
    return {
        "door.overdue": _("visit overdue"),
        "door.today": _("visit today"),
        "door.later": _("visit in the next days"),
        "door.number_one": _("{n} door to visit"),
        "door.number_other": _("{n} doors to visit"),
        "door.whole": _("the house"),
        "door.record": _("Record the visit"),
        "door.add": _("Visit today"),
        "door.added": _("Stands on today's list"),
        "door.list": _("Doors to visit from here"),
    }


def _walk() -> dict[str, str]:
    return {
        "walk.title": _("Plan a walk"),
        "walk.from_here": _("Plan a walk from here"),
        "walk.in_cell": _("Plan a walk in this cell"),
        "walk.pick": _("Tap the map where the walk should start, or take:"),
        "walk.not_then": _("The map shows {day}; the walk is planned for today."),
        "walk.start": _("Start: {name}"),
        "walk.best_start": _("wherever it is best"),
        "walk.my_position": _("My position"),
        "walk.middle": _("Middle of the map"),
        "walk.another": _("Another start"),
        "walk.minutes_label": _("minutes"),
        "walk.within": _("Where to walk"),
        "walk.near": _("All that I cover near the start"),
        "walk.only": _("Only {names}"),
        "walk.back": _("Come back to the start"),
        "walk.planning": _("Looking for the walk that closes most …"),
        "walk.closes": _("Closes {closes} of {open} overdue"),
        "walk.chosen": _("Walks {closes} of {open} chosen"),
        "walk.streets": _("Only the {n} pieces of street that were chosen"),
        "walk.shares": _("Overdue in {names}: {before} now, {after} after it"),
        "walk.unreachable": _("{metres} overdue cannot be reached on foot."),
        "walk.nothing_open": _(
            "Nothing is overdue here. Choose another start or area, or more minutes."
        ),
        "walk.too_short": _("No overdue street can be reached in this time. Choose more minutes."),
        "walk.no_position": _(
            "The browser does not tell where you are. Allow it for this site, or tap the start on "
            "the map."
        ),
        "walk.gpx": _("Download GPX"),
        "walk.clear": _("Clear"),
    }


def _states() -> dict[str, str]:
    return {
        "state.offline": _(
            "The server cannot be reached. What is on the map stays; nothing was lost."
        ),
        "state.failed": _("This could not be loaded: {message}"),
        "state.tiles_failed": _("Parts of the map could not be loaded."),
        "state.retry": _("Try again"),
        "state.signed_out": _("Your session has ended. Nothing was lost."),
        "state.sign_in": _("Sign in again"),
        "state.close": _("Close"),
        "empty.no_map": _("There is no map yet"),
        "empty.no_map_staff": _(
            "Load streets and buildings from an OpenStreetMap file. On the server, run:"
        ),
        "empty.no_map_member": _(
            "An administrator loads the streets first. Come back after that, and reload the page."
        ),
        "empty.no_cells": _("No cells yet"),
        "empty.no_cells_staff": _("Divide the community into cells. On the server, run:"),
        "empty.no_cells_member": _("An administrator divides the community into cells first."),
        "empty.no_duty": _("You are not responsible for any area yet"),
        "empty.no_duty_hint": _(
            "The map of places is open to you. Ask your coordinator to enter what you are "
            "responsible for; figures and freshness appear then."
        ),
        "empty.no_patrols": _("Nothing was walked in the last {days}"),
        "empty.no_patrols_until": _("Nothing was walked in the {days} up to {day}"),
        "empty.no_patrols_hint": _("Choose a longer time, or load a patrol's track."),
    }


def _freshness() -> dict[str, str]:
    return {
        "fresh.today": _("Today"),
        "fresh.within": _("Within its cadence"),
        "fresh.due": _("Due soon"),
        "fresh.overdue": _("Overdue"),
        "fresh.never": _("Not in {days}"),
    }


def _cases() -> dict[str, str]:
    return {
        "case.report_here": _("Report a case here"),
        "case.open_it": _("Open the case"),
        "case.due": _("Due"),
        "case.responsible": _("Responsible"),
        "case.with": _("With"),
        "case.reported": _("Reported"),
        "case.overdue": _("overdue"),
        "case.soon": _("due within a day"),
        "case.open": _("not due yet"),
        "case.facility": _("a facility"),
        "case.event": _("an event"),
        "progress.reported": _("reported"),
        "progress.accepted": _("accepted"),
        "progress.dispatched": _("dispatched"),
        "progress.in_progress": _("in progress"),
        "progress.on_hold": _("on hold"),
        "progress.done": _("done"),
        "progress.verified": _("verified"),
    }


def _lamps() -> dict[str, str]:
    return {
        "lamp.working": _("Working"),
        "lamp.dark": _("Not lit"),
        "lamp.unknown": _("Not looked at yet"),
        "lamp.since": _("since {when}"),
        "lamp.nobody_said": _("Nobody has said yet whether it works."),
        "lamp.see_lit": _("I see it lit"),
        "lamp.see_dark": _("I see it dark"),
        "lamp.sending": _("Sending …"),
        "lamp.thanks": _("Noted. Thank you."),
        "lamp.report": _("Report a case about this lamp"),
        "lamp.circuit": _("Circuit {name}, cabinet {cabinet}"),
        "lamp.draft": _("draft"),
        "lamp.no_circuit": _("It is not known which circuit feeds it."),
        "lamp.show_cable": _("Show its cable and what may be broken"),
        "lamp.open_circuit": _("Show the whole circuit"),
        "diagnosis.title": _("What may be broken"),
        "diagnosis.sightings_one": _("From {n} look at its lamps in the last 30 days"),
        "diagnosis.sightings_other": _("From {n} looks at its lamps in the last 30 days"),
        "diagnosis.look_next": _("Look next at lamp {lamp}: that tells most."),
        "diagnosis.nothing": _("nothing is broken"),
        "diagnosis.and": _(" and "),
        "diagnosis.between": _("{named}, between {one} and {two}"),
        "diagnosis.beside": _("{named}, beside {one}"),
        "broken.lamp": _("lamp {label}"),
        "broken.section": _("the cable {label}"),
        "broken.cabinet": _("cabinet {label}"),
    }


def _circuits() -> dict[str, str]:
    return {
        "cable.checked": _("Cable of a circuit"),
        "cable.draft": _("Cable of a draft"),
        "cable.chosen": _("Cable of the chosen circuit"),
        "circuits.none": _(
            "No circuit is known here yet. A list can be imported, or a draft made."
        ),
        "circuits.more_one": _("Show {n} more"),
        "circuits.more_other": _("Show {n} more"),
        "circuit.title": _("Circuit {name}"),
        "circuit.cabinet": _("Cabinet {cabinet}"),
        "circuit.lamps_one": _("{n} lamp"),
        "circuit.lamps_other": _("{n} lamps"),
        "circuit.correct": _("Correct this circuit"),
        "circuit.done": _("Finish correcting"),
        "circuit.how": _(
            "Drag a lamp onto the lamp or cabinet that feeds it. Or tap the lamp, then what feeds"
            " it; or choose both here."
        ),
        "circuit.how_far": _("Zoom in to drag lamps on the map, or choose them here."),
        "circuit.may_not": _("Coordinators, leaders and crews responsible here may correct it."),
        "circuit.draft_hint": _(
            "A draft, computed along the streets. Correct it where it is wrong, then confirm it:"
            " until then it accuses no cable."
        ),
        "circuit.lamp": _("Lamp"),
        "circuit.from": _("Fed from"),
        "circuit.choose": _("choose …"),
        "circuit.loose": _("Not connected"),
        "circuit.hang": _("Connect it there"),
        "circuit.off": _("Take it off its circuit"),
        "circuit.undo": _("Undo the last change"),
        "circuit.confirm": _("Confirm: it is wired like this"),
        "circuit.confirmed": _("Confirmed. From now on it may point at a cable."),
        "circuit.let_go": _("Let go over the lamp or cabinet that feeds lamp {lamp}."),
        "circuit.hangs_nowhere": _("Lamp {lamp} is not connected to any circuit."),
        "circuit.hangs_lamp": _("Lamp {lamp} hangs on lamp {on} of circuit {circuit}."),
        "circuit.hangs_cabinet": _("Lamp {lamp} hangs on cabinet {on}, circuit {circuit}."),
        "circuit.will_lamp": _("Lamp {lamp} will hang on lamp {on} of circuit {circuit}."),
        "circuit.will_cabinet": _("Lamp {lamp} will hang on cabinet {on}, circuit {circuit}."),
        "circuit.along_one": _("{n} lamp behind it goes along."),
        "circuit.along_other": _("{n} lamps behind it go along."),
        "circuit.self": _("A lamp cannot feed itself."),
        "circuit.circle": _("Lamp {on} is fed through lamp {lamp}: the cable would be a circle."),
        "circuit.loose_on": _("Lamp {on} is not connected itself: connect it first."),
    }


def _darkness() -> dict[str, str]:
    return {
        "dark.lit": _("Lit by lamps"),
        "dark.unlit": _("Without light"),
        "dark.fault": _("Dark by a fault"),
        "dark.alone": _("Dark, not walked at night"),
        "dark.night_coverage": _("Walked at night"),
        "dark.night_share": _("{share} in {days}"),
        "dark.list": _("Dark and not walked at night for {days}"),
        "dark.none": _("Every street here is lit, or was walked at night."),
        "dark.more_one": _("Show {n} more"),
        "dark.more_other": _("Show {n} more"),
        "dark.incidents_one": _("{n} incident at night nearby"),
        "dark.incidents_other": _("{n} incidents at night nearby"),
        "dark.fault_metres": _("{metres} by a fault"),
    }


def _names() -> dict[str, str]:
    return {
        "street.main_road": _("main road"),
        "street.street": _("street"),
        "street.alley": _("alley"),
        "street.pedestrian": _("pedestrian street"),
        "street.footway": _("footway"),
        "street.path": _("path"),
        "street.steps": _("steps"),
        "street.cycleway": _("cycleway"),
        "street.track": _("track"),
        "level.4": _("city"),
        "level.6": _("district"),
        "level.9": _("subdistrict"),
        "level.12": _("community"),
        "level.15": _("cell"),
        "service.police": _("police"),
        "service.fire_station": _("fire station"),
        "service.clinic": _("clinic"),
        "service.hospital": _("hospital"),
        "service.pharmacy": _("pharmacy"),
        "service.library": _("library"),
        "service.market": _("market"),
        "service.community_centre": _("community centre"),
        "service.town_hall": _("town hall"),
        "service.government_office": _("government office"),
        "service.social_facility": _("social facility"),
        "service.post_office": _("post office"),
        "service.school": _("school"),
        "service.kindergarten": _("kindergarten"),
        "service.station": _("station"),
        "role.worker": _("cell worker"),
        "role.coordinator": _("coordinator"),
        "role.leader": _("leader"),
        "role.crew": _("repair crew"),
        "role.volunteer": _("volunteer"),
        "role.auditor": _("auditor"),
        "role.administrator": _("administrator"),
    }
