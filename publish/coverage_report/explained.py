"""The figures of the report for docs/report.md, made of their definitions."""

from django.utils import translation

from publish.coverage_report.definitions import DEFINITIONS

_UNITS = {"share": "%", "metres": "m", "days": "days", "count": "number"}


def markdown() -> str:
    """A table of all figures: name in both languages, key in files, unit, meaning in English."""
    with translation.override("zh-hans"):
        chinese = {key: str(one.title) for key, one in DEFINITIONS.items()}
    rows = [
        "| figure | 中文 | in files | unit | what it means |",
        "| --- | --- | --- | --- | --- |",
    ]
    with translation.override("en"):
        for key, one in DEFINITIONS.items():
            rows.append(
                f"| {one.title} | {chinese[key]} | `{key}` | {_UNITS[one.unit]} | {one.meaning} |"
            )
    return "\n".join(rows) + "\n"
