"""manage.py report AREA --from D --to D: the coverage report of an area as a file."""

import datetime as dt
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation
from tqdm import tqdm

from api.errors import GridwalkError
from publish.coverage_report.figures import report_of
from publish.coverage_report.formats import FORMATS, file_name, render

LANGUAGES = ("zh-hans", "en")


def _day(text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text} is not a day like 2026-11-22") from error


def _processes(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 64):
        raise ArgumentTypeError(f"{text} is not a number of processes from 1 to 64")
    return int(text)


class Command(BaseCommand):
    help = "The coverage report of an area: figures, maps and tables of some days, as a file."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("area", help="the code of an area of any level")
        parser.add_argument("--from", type=_day, dest="start", metavar="DAY", required=True)
        parser.add_argument("--to", type=_day, dest="end", metavar="DAY", required=True)
        parser.add_argument("--format", choices=sorted(FORMATS), default="html")
        parser.add_argument("--lang", choices=LANGUAGES, default="zh-hans")
        parser.add_argument(
            "--out", metavar="FILE", help="where to write it, - for the output; else its own name"
        )
        parser.add_argument(
            "--workers", type=_processes, default=1, metavar="N",
            help="count the communities of a large area in so many processes",
        )  # fmt: skip

    def handle(self, **options: Any) -> None:
        bar = _Bar()
        try:
            report = report_of(
                options["area"],
                start=options["start"],
                end=options["end"],
                now=timezone.now(),
                workers=options["workers"],
                progress=bar,
            )
            content = render(report, options["format"], options["lang"])
        except GridwalkError as error:
            with translation.override(None):
                raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            raise CommandError("Stopped; nothing was written.", returncode=130) from None
        finally:
            bar.close()
        out = options["out"] or file_name(report, options["format"])
        if out == "-":
            self._print(content)
            return
        try:
            Path(out).write_bytes(content)
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror}") from error
        self.stderr.write(f"{out}: {len(content):,} bytes")

    def _print(self, content: bytes) -> None:
        raw = getattr(self.stdout, "buffer", None)
        if raw is None:
            # A caller's own text stream.
            self.stdout.write(content.decode())
            return
        raw.write(content)
        raw.flush()


class _Bar:
    """Communities done, where somebody looks and there are several."""

    def __init__(self) -> None:
        self._bar: tqdm | None = None

    def __call__(self, done: int, of_all: int) -> None:
        if self._bar is None:
            self._bar = tqdm(
                total=of_all, unit="", leave=False, disable=None if of_all > 1 else True
            )
        self._bar.update(done - self._bar.n)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.close()
