"""manage.py report_figures: how each figure of the coverage report is defined, as Markdown."""

from typing import Any

from django.core.management.base import BaseCommand

from publish.coverage_report.explained import markdown


class Command(BaseCommand):
    help = "How each figure of the coverage report is defined; docs/report.md holds this table."
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        self.stdout.write(markdown(), ending="")
