"""Opening a map file somebody sent: only what it says it is, only from this disk.

A file is recognised by its first bytes, never by its name, and what GDAL gets to see is a copy
under a name of ours: a VRT renamed .shp, a /vsicurl/ path, or a zip that climbs out of its folder
never reaches it.
"""

import shutil
import sqlite3
import stat
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from django.utils.translation import gettext as _

from api.errors import BadFile

MOST_BYTES = 500 * 1024 * 1024
#: A map packs to a tenth of its size; a bomb to a thousandth.
MOST_RATIO = 200
MOST_MEMBERS = 200
SHAPEFILE_PARTS = ("shp", "shx", "dbf", "prj", "cpg")


@dataclass(frozen=True)
class Opened:
    """A copy in a folder of ours: ``kind`` is geojson, gpkg or shp; ``path`` its main file."""

    kind: str
    path: Path


@contextmanager
def opened(path: Path) -> Iterator[Opened]:
    """The file (or the one map inside a zip), copied and recognised; gone when done.

    Raises BadFile, with a sentence, for everything else.
    """
    with TemporaryDirectory(prefix="gridwalk-") as folder:
        _check_regular(path)
        head = _head(path)
        if head.startswith(b"PK"):
            yield _from_zip(path, Path(folder))
            return
        kind = _kind(head, path.name)
        if kind == "shp":
            for part in SHAPEFILE_PARTS:
                beside = _beside(path, part)
                if beside is not None:
                    _check_regular(beside)
                    shutil.copyfile(beside, Path(folder) / f"layer.{part}")
        else:
            shutil.copyfile(path, Path(folder) / f"layer.{kind}")
        yield _checked(Opened(kind, Path(folder) / f"layer.{kind}"), path.name)


def _check_regular(path: Path) -> None:
    try:
        found = path.stat()
    except (OSError, ValueError) as error:
        raise BadFile(_("There is no file %s, or it cannot be read.") % path) from error
    if not stat.S_ISREG(found.st_mode):
        raise BadFile(_("%s is not a file.") % path)
    if found.st_size > MOST_BYTES:
        raise BadFile(_("%s is larger than 500 MB.") % path.name)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(2048)
    except OSError as error:
        raise BadFile(_("There is no file %s, or it cannot be read.") % path) from error


def _kind(head: bytes, name: str) -> str:
    """What the first bytes say."""
    if head.startswith(b"SQLite format 3\x00") and head[68:72] in {b"GPKG", b"GP10", b"GP11"}:
        return "gpkg"
    if head.startswith(b"\x00\x00\x27\x0a"):
        return "shp"
    if head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        return "geojson"
    raise BadFile(_("%s is not a GeoJSON, GeoPackage or Shapefile, nor a zip of one.") % name)


def _beside(path: Path, part: str) -> Path | None:
    """The part of a shapefile beside its .shp, whatever the case of its suffix."""
    for suffix in (part, part.upper()):
        found = path.with_suffix(f".{suffix}")
        if found.exists():
            return found
    return path if part == "shp" else None


def _checked(found: Opened, name: str) -> Opened:
    if found.kind == "shp":
        for part in ("shx", "dbf"):
            if not found.path.with_suffix(f".{part}").exists():
                raise BadFile(
                    _("The shapefile %(name)s has no .%(part)s beside it.")
                    % {"name": name, "part": part}
                )
    if found.kind == "gpkg":
        _check_tables(found.path, name)
    return found


def _check_tables(path: Path, name: str) -> None:
    """Virtual tables can open other files; a GeoPackage needs none but its spatial index."""
    try:
        address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
        with closing(sqlite3.connect(address, uri=True)) as connection:
            rows = connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL")
            statements = [" ".join(str(row[0]).lower().split()) for row in rows]
    except sqlite3.Error as error:
        raise BadFile(_("%s is damaged.") % name) from error
    if any(
        text.startswith("create virtual table") and " using rtree" not in text
        for text in statements
    ):
        raise BadFile(_("%s holds tables that point elsewhere. Nothing was read.") % name)


def _from_zip(path: Path, folder: Path) -> Opened:
    try:
        with zipfile.ZipFile(path) as archive:
            members = safe_members(archive, path.name)
            main = _one_map(members, path.name)
            stem = PurePosixPath(main.filename).with_suffix("")
            suffix = PurePosixPath(main.filename).suffix.lower().lstrip(".")
            wanted = SHAPEFILE_PARTS if suffix == "shp" else (suffix,)
            for member in members:
                own = PurePosixPath(member.filename)
                part = own.suffix.lower().lstrip(".")
                if own.with_suffix("") == stem and part in wanted:
                    _extract(archive, member, folder / f"layer.{part}")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise BadFile(
            _("%s is damaged, encrypted or packed in an unknown way.") % path.name
        ) from error
    copied = folder / f"layer.{suffix}"
    kind = _kind(_head(copied), main.filename)
    final = folder / f"layer.{kind}"
    if final != copied:
        copied.rename(final)
    return _checked(Opened(kind, final), path.name)


def safe_members(archive: zipfile.ZipFile, name: str) -> list[zipfile.ZipInfo]:
    """All files of the archive, once none of them is a trick."""
    members = [member for member in archive.infolist() if not member.is_dir()]
    if len(members) > MOST_MEMBERS:
        raise BadFile(_("%s holds too many files.") % name)
    for member in members:
        inside = PurePosixPath(member.filename.replace("\\", "/"))
        mode = member.external_attr >> 16
        if inside.is_absolute() or ".." in inside.parts or ":" in inside.parts[0]:
            raise BadFile(_("%s holds a path that leads out of it. Nothing was unpacked.") % name)
        if stat.S_IFMT(mode) not in {0, stat.S_IFREG}:
            raise BadFile(_("%s holds a link. Nothing was unpacked.") % name)
        if member.file_size > MOST_RATIO * max(member.compress_size, 1024):
            raise BadFile(_("%s unpacks to far more than a map does.") % name)
    if sum(member.file_size for member in members) > MOST_BYTES:
        raise BadFile(_("%s unpacks to more than 500 MB.") % name)
    return members


def _one_map(members: list[zipfile.ZipInfo], name: str) -> zipfile.ZipInfo:
    maps = [
        member
        for member in members
        if PurePosixPath(member.filename).suffix.lower() in {".shp", ".gpkg", ".geojson", ".json"}
        and "__MACOSX" not in member.filename
    ]
    if len(maps) != 1:
        raise BadFile(
            _("%(name)s holds %(count)s maps; send a zip of exactly one.")
            % {"name": name, "count": len(maps)}
        )
    return maps[0]


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path) -> None:
    """Unpack one file, no byte beyond the size it claims."""
    left = member.file_size
    with archive.open(member) as source, target.open("wb") as copy:
        while block := source.read(min(1 << 20, left + 1)):
            left -= len(block)
            if left < 0:
                raise BadFile(_("A file in the archive is larger than it claims."))
            copy.write(block)
