"""The GDAL and GEOS that the pyogrio and shapely wheels carry: no system package is needed.

Found without importing either: pyogrio brings pandas along, a second that no command should wait.
"""

import os
from importlib.util import find_spec
from pathlib import Path


def _folder(package: str) -> Path:
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise ImportError(f"The package {package} is not installed.")
    return Path(spec.origin).parent


def _carried(package: str, stem: str) -> str | None:
    folder = _folder(package)
    places = [folder.parent / f"{folder.name}.libs", folder / ".dylibs"]
    found = [file for place in places for file in sorted(place.glob(f"{stem}*"))]
    return str(found[0]) if found else None


#: Paths for Django's GDAL_LIBRARY_PATH and GEOS_LIBRARY_PATH; None where the system's are used.
GDAL_LIBRARY_PATH = _carried("pyogrio", "libgdal")
GEOS_LIBRARY_PATH = _carried("shapely", "libgeos_c")

if GDAL_LIBRARY_PATH:
    # A carried library looks for its data (projections, above all) where it was built.
    data = _folder("pyogrio")
    os.environ.update(GDAL_DATA=str(data / "gdal_data"), PROJ_DATA=str(data / "proj_data"))
