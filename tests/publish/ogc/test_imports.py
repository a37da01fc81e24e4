"""The site starts without pygeoapi: half a second and 19 MB that most processes never need."""

import ast
from pathlib import Path

from publish import ogc

#: What may import it at its top; nothing else may import these at its own.
BEHIND = {"features", "mount", "pictures", "vector_tiles"}


def imported_at_the_top(file: Path) -> set[str]:
    found = set()
    for line in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(line, ast.Import):
            found |= {one.name for one in line.names}
        elif isinstance(line, ast.ImportFrom) and line.module:
            found |= {line.module, *(f"{line.module}.{one.name}" for one in line.names)}
    return found


def test_only_what_a_request_loads_imports_the_library() -> None:
    root = Path(ogc.__file__).parents[1]
    behind = {f"publish.ogc.{name}" for name in BEHIND}
    files = [file for file in root.rglob("*.py") if file.stem not in BEHIND]
    assert len(files) > 40
    for file in files:
        names = imported_at_the_top(file)
        assert not any(name.split(".")[0] in ("pygeoapi", "pygeofilter") for name in names), file
        assert not names & behind, file
