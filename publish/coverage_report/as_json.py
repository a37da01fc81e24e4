"""The report for programs: its figures with their definitions, without what only maps need."""

import json

from django.utils import translation

from publish.coverage_report.definitions import DEFINITIONS
from publish.coverage_report.report import Report, jsonable


def json_of(report: Report, language: str) -> bytes:
    """UTF-8; keys are the same in every language, only the definitions are in ``language``."""
    found = report.without_maps().as_dict()
    with translation.override(language):
        found["definitions"] = {
            key: {"title": str(one.title), "unit": one.unit, "meaning": str(one.meaning)}
            for key, one in DEFINITIONS.items()
        }
    return json.dumps(jsonable(found), ensure_ascii=False, indent=1).encode()
