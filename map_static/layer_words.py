"""Every sentence of the map's layers and tools. As map_static.words."""

from django.utils.translation import gettext as _


def layer_words() -> dict[str, str]:
    """By key, in the language of this request."""
    return _layers() | _files() | _tools() | _printing()


def _layers() -> dict[str, str]:
    return {
        "layers.coverage": _("Coverage"),
        "layers.light": _("Lighting"),
        "layers.cases": _("Cases"),
        "layers.care": _("Care"),
        "layers.places": _("Places"),
        "layers.opacity": _("How opaque"),
        "layer.coverage": _("Coverage by cell"),
        "layer.night": _("Walked at night, by cell"),
        "layer.overdue": _("Only what is overdue"),
        "layer.heat": _("Where incidents are dense"),
        "legend.walked": _("Last walked"),
        "legend.head": _("Legend"),
        "case.coloured_by": _("Which cases"),
        "case.by_urgency": _("Open ones, by urgency"),
        "case.by_state": _("By state"),
        "case.state.waiting": _("waiting to be given out"),
        "case.state.work": _("being worked on"),
        "case.state.hold": _("paused"),
        "case.state.done": _("ended"),
        "case.state.declined": _("not accepted"),
        "heat.1": _("few incidents"),
        "heat.3": _("several"),
        "heat.5": _("most, and at least 5"),
        "heat.kernel": _("Each counts {metres} around its place"),
        "heat.none": _("No incident was reported here in this time."),
        "heat.too_many": _("Too many cases to count them all. Zoom in, or choose a shorter time."),
        "tracks.newest": _("The newest {n} of {all} patrols are drawn. Choose a shorter time."),
        "point.cluster": _("{n} together: {layer}. Click to zoom in."),
        "sight.none": _("Nothing of the layers that are switched on is on the screen."),
        "sight.more": _("{n} more. Zoom in to list them."),
    }


def _files() -> dict[str, str]:
    return {
        "files.head": _("Own files"),
        "files.choose": _("Show a file"),
        "files.hint": _(
            "GeoJSON, GPX or KML, or drop it on the map. It stays in this browser and is gone when"
            " the page is closed."
        ),
        "files.shown": _("Zoom to {name}"),
        "files.remove": _("Take {name} away"),
        "files.counts": _("points {points}, lines {lines}, areas {areas}"),
        "files.too_large": _("{name} is larger than {most} MB. Cut it into smaller parts."),
        "files.too_many": _("There are {most} files on the map already. Take one away first."),
        "files.kind": _("{name} is not shown: only GeoJSON, GPX and KML can be read."),
        "files.unreadable": _("{name} cannot be read: it is damaged, or not what its name says."),
        "files.no_entities": _(
            "{name} is not shown: it defines entities of its own, which no map needs."
        ),
        "files.empty": _("{name} holds nothing that can be drawn."),
        "files.not_wgs84": _(
            "{name} holds positions that are not longitude and latitude. Save it in WGS 84"
            " (EPSG:4326)."
        ),
        "files.too_dense": _("{name} has more than {most} corners. Simplify it first."),
    }


def _tools() -> dict[str, str]:
    return {
        "tool.full": _("Full screen"),
        "tool.full_leave": _("Leave full screen"),
        "measure.how": _("Click on the map, or move it and press Enter: that takes its middle."),
        "measure.distance": _("Distance {metres}"),
        "measure.area": _("Area {area}"),
        "measure.undo": _("Take the last point back"),
        "measure.clear": _("Begin anew"),
        "measure.done": _("Finish"),
        "unit.square_metres": _("{n} m²"),
        "unit.hectares": _("{n} ha"),
        "unit.square_kilometres": _("{n} km²"),
        "locate.denied": _("The browser does not tell where you are. Allow it for this site."),
        "locate.failed": _("Your position could not be found. Try again under the open sky."),
        "locate.around": _("You are within {metres} of this place. This is not sent anywhere."),
        "locate.looking": _("Looking for your position …"),
    }


def _printing() -> dict[str, str]:
    return {
        "print.head": _("Print the map"),
        "print.paper": _("Paper"),
        "print.portrait": _("Portrait"),
        "print.landscape": _("Landscape"),
        "print.turned": _("Turned"),
        "print.scale": _("Scale"),
        "print.title": _("Title"),
        "print.pdf": _("Save as PDF"),
        "print.png": _("Save as PNG"),
        "print.hint": _("The frame on the map is what will be printed. Print the PDF at 100 %."),
        "print.drawing": _("Drawing …"),
        "print.saved": _("Saved as {name}."),
        "print.failed": _("It could not be drawn: {message}"),
        "print.scale_line": _("Scale 1:{n} on {paper}"),
        "print.drawn_on": _("Drawn on {day}"),
        "print.base": _("The base map of another provider is not printed."),
    }
