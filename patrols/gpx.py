"""Read tracks from GPX 1.0 and 1.1 of any length, as a stream, from files that may be hostile."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple
from xml.etree.ElementTree import Element, ParseError

import numpy as np
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from api.errors import BadTrack

#: A receiver's error at a dilution of precision of 1, in metres (GPS SPS performance standard).
METRES_PER_DILUTION = 5.0
MAX_FIXES = 5_000_000


#: Stands for a time that the source does not give.
NO_TIME = int(np.iinfo(np.int64).min)


class Fixes(NamedTuple):
    """Parallel arrays, one item a fix, as the source has them.

    Degrees in EPSG:4326, milliseconds since 1970 (``NO_TIME`` where missing), accuracy in metres
    (NaN where unknown).
    """

    longitudes: NDArray[np.float64]
    latitudes: NDArray[np.float64]
    milliseconds: NDArray[np.int64]
    accuracies: NDArray[np.float64]


Row = tuple[float, float, int, float]


def _fixes(rows: list[Row]) -> Fixes:
    longitudes, latitudes, milliseconds, accuracies = zip(*rows, strict=True)
    return Fixes(
        np.array(longitudes),
        np.array(latitudes),
        np.array(milliseconds, dtype=np.int64),
        np.array(accuracies),
    )


def _local(tag: str) -> str:
    return tag.rpartition("}")[2].rpartition(":")[2].lower()


def _float(text: str | None) -> float:
    try:
        return float(text) if text else float("nan")
    except ValueError:
        return float("nan")


def _time(text: str | None) -> int:
    """Milliseconds since 1970; a time without zone is UTC, as GPX says."""
    try:
        when = dt.datetime.fromisoformat((text or "").strip())
        when = when if when.tzinfo else when.replace(tzinfo=dt.UTC)
        return round(when.timestamp() * 1000)
    except (ValueError, OverflowError):
        return NO_TIME


def _row(point: Element) -> Row:
    when, accuracy, dilution = NO_TIME, float("nan"), float("nan")
    for item in point.iter():
        match _local(item.tag):
            case "time":
                when = _time(item.text)
            case "accuracy":
                accuracy = _float(item.text)
            case "hdop":
                dilution = _float(item.text) * METRES_PER_DILUTION
    known = dilution if np.isnan(accuracy) else accuracy
    return _float(point.get("lon")), _float(point.get("lat")), when, known


def read(stream: BinaryIO) -> Iterator[Fixes]:
    """The tracks (``trk``) of a GPX file that hold a fix, one by one.

    Routes and waypoints are no walks and are passed over. Raises BadTrack for a file that is not
    GPX, declares entities, or holds more than ``MAX_FIXES``.
    """
    rows: list[Row] = []
    begun = False
    try:
        # forbid_dtd: a GPX file has no use for one, an entity bomb has.
        for event, item in iterparse(stream, events=("start", "end"), forbid_dtd=True):
            name = _local(item.tag)
            if event == "start":
                if not begun and name != "gpx":
                    raise BadTrack(_("This is not a GPX file: it begins with <%s>.") % name[:40])
                begun = True
                continue
            if name == "trkpt":
                rows.append(_row(item))
                item.clear()
                if len(rows) > MAX_FIXES:
                    raise BadTrack(
                        _("A track has more than %s fixes. Split the file.") % f"{MAX_FIXES:,}"
                    )
            elif name == "trkseg":
                item.clear()
            elif name == "trk":
                item.clear()
                if rows:
                    yield _fixes(rows)
                rows = []
    except DefusedXmlException as error:
        raise BadTrack(
            _("The file declares a document type or entities, which no GPX file needs.")
        ) from error
    except (ParseError, LookupError, ValueError) as error:
        raise BadTrack(_("This is not a GPX file that can be read: %s.") % error) from error


def tracks_of(path: Path) -> list[Fixes]:
    """All tracks of a file; raises BadTrack also when there are none, or no file."""
    try:
        with path.open("rb") as stream:
            found = list(read(stream))
    except OSError as error:
        raise BadTrack(
            _("%(file)s cannot be read: %(cause)s.") % {"file": path.name, "cause": error.strerror}
        ) from error
    if not found:
        raise BadTrack(_("The file has no track with fixes; routes and waypoints are no walks."))
    return found
