"""Run the jobs that wait in the database, until told to end."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector


class Command(BaseCommand):
    """procrastinate's own ``worker`` writes a line at each start, which no setting quiets."""

    help = "Runs the jobs that wait in the database; a signal to end lets running ones finish."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--until-done", action="store_true", help="end when no job is waiting any more"
        )
        parser.add_argument(
            "--patience", type=float, default=10, help="seconds that running jobs have to finish"
        )

    def handle(self, *, until_done: bool, patience: float, **options: object) -> None:
        connector = app.connector
        assert isinstance(connector, DjangoConnector)  # noqa: S101
        with app.replace_connector(connector.get_worker_connector()) as worker:
            # What a job was told is not kept: two ids in one queue tell which case was whose.
            worker.run_worker(
                wait=not until_done,
                shutdown_graceful_timeout=patience,
                delete_jobs="successful",
            )
