"""What the tablet keeps of the app: every file that its page runs, and the version they make.

The list is read from the files themselves, so that no module is forgotten: all of ``js/field/``,
what those import from beside it, the libraries of the page's import map, and the styles.
"""

import hashlib
import re
from functools import cache
from pathlib import Path, PurePosixPath

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage

OWN = Path(__file__).parent / "static"
FIELD = "map_static/js/field"
#: Served to the service worker's own address and inside its cache nowhere.
WORKER = f"{FIELD}/service_worker.js"
#: Matches walks beside the page; it too has an address of its own.
MATCHING = f"{FIELD}/matching/worker.js"
FIRST = f"{FIELD}/first.js"
MAIN = f"{FIELD}/main.js"
SCRIPTS = ("leaflet/leaflet.js",)
IMPORTS = {"idb": "npm/idb/build/index.js"}
STYLES = ("map_static/css/base.css", "map_static/css/tiles.css", "leaflet/leaflet.css")
ICONS = ("map_static/favicon.svg",)
_IMPORTED = re.compile(
    r"""(?:\bfrom\s*|\bimport\s*\(?\s*|new\s+URL\(\s*)["'](\.{1,2}/[^"']+\.m?js)["']"""
)


def styles() -> tuple[str, ...]:
    """The page's styles in the order of their links: the shared ones, then those of the tablet."""
    own = sorted(path.name for path in (OWN / "map_static/css").glob("field*.css"))
    return (*STYLES, *(f"map_static/css/{name}" for name in own))


def _modules() -> set[str]:
    """All modules of the tablet, and whatever they import, followed to the end."""
    found = {
        path.relative_to(OWN).as_posix()
        for path in (OWN / FIELD).rglob("*.js")
        if path.relative_to(OWN).as_posix() != WORKER
    }
    open_ = set(found)
    while open_:
        name = open_.pop()
        for imported in _IMPORTED.findall((OWN / name).read_text(encoding="utf-8")):
            path = _joined(PurePosixPath(name).parent, imported)
            if path not in found:
                found.add(path)
                open_.add(path)
    return found


def _joined(folder: PurePosixPath, relative: str) -> str:
    parts = list(folder.parts)
    for part in PurePosixPath(relative).parts:
        if part == "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


def names() -> list[str]:
    """The static files that the tablet keeps, as ``{% static %}`` takes them, sorted."""
    return sorted({*styles(), *SCRIPTS, *IMPORTS.values(), *ICONS, *_modules()})


def content(name: str) -> bytes:
    """The bytes as this process serves them; raises FileNotFoundError where there is no such file.

    What is served was collected; in tests and under DEBUG the files come from where they lie.
    """
    collected = Path(settings.STATIC_ROOT) / name
    if settings.SERVING and not settings.DEBUG and collected.exists():
        return collected.read_bytes()
    found = finders.find(name)
    if found is None:
        raise FileNotFoundError(f"{name} is imported by the tablet's pages and is nowhere")
    return Path(found).read_bytes()


def files() -> list[tuple[str, str]]:
    """(address, SHA-256 in hex) of each file that is kept; worked out once in a process."""
    return _files_once() if not settings.DEBUG else _files()


def _files() -> list[tuple[str, str]]:
    return [
        (staticfiles_storage.url(name), hashlib.sha256(content(name)).hexdigest())
        for name in names()
    ]


_files_once = cache(_files)


def version(*parts: str) -> str:
    """A name for exactly these files and the given parts of the page: 16 hex digits."""
    digest = hashlib.sha256()
    for address, found in files():
        digest.update(f"{address} {found}\n".encode())
    for part in (content(WORKER).decode(), *parts):
        digest.update(part.encode())
    return digest.hexdigest()[:16]
