"""Find the GDAL and GEOS that the pyogrio and shapely wheels carry, so that no system package is needed."""

from pathlib import Path

# pyogrio must be imported before GeoDjango loads GDAL: it tells PROJ and GDAL where their data is.
import pyogrio
import shapely


def _carried(package: str, stem: str) -> str | None:
    folder = Path(package).resolve().parent
    places = [folder.parent / f"{folder.name}.libs", folder / ".dylibs"]
    found = [file for place in places for file in sorted(place.glob(f"{stem}*"))]
    return str(found[0]) if found else None


#: Paths for Django's GDAL_LIBRARY_PATH and GEOS_LIBRARY_PATH; None where the system's are used.
GDAL_LIBRARY_PATH = _carried(pyogrio.__file__, "libgdal")
GEOS_LIBRARY_PATH = _carried(shapely.__file__, "libgeos_c")
