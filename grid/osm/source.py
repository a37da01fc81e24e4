"""Opening an OpenStreetMap file from disk, and refusing what is none."""

import bz2
import gzip
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any
from xml.parsers import expat

from django.utils.translation import gettext as _

from grid.osm.problems import OsmFileError

_PLAIN_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?\Z")
#: A latitude that the reader takes for a place that is nowhere.
_NOWHERE = b'lat="95" lon="0"'


@dataclass(frozen=True, slots=True)
class Source:
    """A file that the OSM reader may open: its path, its format, whether ids may be negative."""

    path: Path
    format: str
    negative_ids: bool = False


@contextmanager
def opened(path: Path) -> Iterator[Source]:
    """Yield the file as a `Source`; what a file is decides its content, not its name.

    XML is looked through once beforehand: the reader gives up a whole file at ``lat="NaN"`` and
    takes ``1e308`` for 0, so such nodes are put nowhere in a temporary copy and end as skipped
    features.

    Raises:
        OsmFileError: not a regular file, unreadable, or in no OpenStreetMap format.
    """
    form = _format(path)
    if not form.startswith("osm"):
        yield Source(path, form)
        return
    odd, negative_ids = _look_through(path, form)
    if not odd:
        yield Source(path, form, negative_ids)
        return
    with tempfile.NamedTemporaryFile(suffix=".osm") as copy:
        with _unpacked(path, form) as xml:
            _copy_without(xml, copy, odd)
        copy.flush()
        yield Source(Path(copy.name), "osm", negative_ids)


def _format(path: Path) -> str:
    # A path that is no regular file ("-", "http://…", a device) is never handed to the reader.
    if not path.is_file():
        raise OsmFileError(_("There is no file %(path)s.") % {"path": path})
    try:
        with path.open("rb") as file:
            head = file.read(64)
    except OSError as error:
        raise OsmFileError(
            _("%(path)s cannot be read: %(cause)s.") % {"path": path, "cause": error.strerror}
        ) from error
    if b"OSMHeader" in head[:20]:
        return "pbf"
    if head.startswith(b"\x1f\x8b"):
        return "osm.gz"
    if head.startswith(b"BZh"):
        return "osm.bz2"
    if head.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<"):
        return "osm"
    raise OsmFileError(
        _("%(path)s is not an OpenStreetMap file (.osm.pbf or .osm).") % {"path": path}
    )


def _unpacked(path: Path, form: str) -> IO[bytes]:
    openers: dict[str, Any] = {"osm": Path.open, "osm.gz": gzip.open, "osm.bz2": bz2.open}
    return openers[form](path, "rb")


class _NotOsmError(Exception):
    """Raised inside the XML parser to stop it."""


def _look_through(path: Path, form: str) -> tuple[list[int], bool]:
    """Byte offsets of nodes whose position is not a plain number, and whether ids are negative."""
    odd: list[int] = []
    negative = False
    root: list[str] = []
    parser = expat.ParserCreate()

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal negative
        if not root:
            root.append(tag)
            if tag not in {"osm", "osmChange"}:
                raise _NotOsmError
        if tag == "node":
            negative = negative or attributes.get("id", "").startswith("-")
            if not (_plain(attributes.get("lat", "0")) and _plain(attributes.get("lon", "0"))):
                odd.append(parser.CurrentByteIndex)

    def entity(*_args: object) -> None:
        raise _NotOsmError

    parser.StartElementHandler = start
    parser.EntityDeclHandler = entity
    not_osm = _("%(path)s is not an OpenStreetMap file (.osm.pbf or .osm).") % {"path": path}
    broken = _("%(path)s is damaged or incomplete, so nothing was imported; fetch it again.") % {
        "path": path
    }
    try:
        with _unpacked(path, form) as xml:
            parser.ParseFile(xml)
    except _NotOsmError as error:
        raise OsmFileError(not_osm) from error
    except (expat.ExpatError, EOFError, OSError, ValueError) as error:
        raise OsmFileError(broken if root else not_osm) from error
    return odd, negative


def _plain(number: str) -> bool:
    return bool(_PLAIN_NUMBER.match(number)) and abs(float(number)) < 1e4


def _copy_without(xml: IO[bytes], copy: IO[bytes], odd: list[int]) -> None:
    """Copy the file, with the position of the nodes that start at these offsets put nowhere."""
    at = 0
    for offset in odd:
        while at < offset:
            block = xml.read(min(1 << 20, offset - at))
            copy.write(block)
            at += len(block)
        tag = bytearray()
        while not tag.endswith(b">"):
            tag += xml.read(1)
        at += len(tag)
        tag = bytearray(re.sub(rb"""\s(lat|lon)\s*=\s*("[^"]*"|'[^']*')""", b"", bytes(tag)))
        copy.write(tag.replace(b"<node", b"<node " + _NOWHERE, 1))
    shutil.copyfileobj(xml, copy)
