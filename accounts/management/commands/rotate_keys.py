"""Put what is encrypted in the database under the first of ENCRYPTION_KEYS."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from accounts import rotation
from accounts.encryption import Unreadable


class Command(BaseCommand):
    help = (
        "Encrypt contact details and secrets anew with the first of ENCRYPTION_KEYS. "
        "Can be broken off and run again; when it is through, the other keys can go."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only count")

    def handle(self, *args: Any, **options: Any) -> None:
        self.dry_run = options["dry_run"]
        if not settings.ENCRYPTION_KEYS:
            raise CommandError("There are no ENCRYPTION_KEYS: set them, the new one first.")
        left = 0
        for model, name in rotation.places():
            batches = rotation.rotate_field(model, name, dry_run=self.dry_run)
            left += self._take(f"{model._meta.label}.{name}", rotation.count(model, name), batches)
        batches = rotation.rotate_second_factors(dry_run=self.dry_run)
        left += self._take("second factors", rotation.count(Authenticator), batches)
        if self.dry_run:
            self.stdout.write(f"{left} to encrypt anew; nothing was changed.")
        else:
            self.stdout.write("All are under the first key.")

    def _take(self, title: str, total: int, batches: Iterator[rotation.Rotated]) -> int:
        seen = turned = 0
        with tqdm(total=total, desc=title, file=sys.stderr, leave=False) as bar:
            try:
                for done in batches:
                    seen, turned = seen + done.seen, turned + done.turned
                    bar.update(done.seen)
            except Unreadable as error:
                raise CommandError(
                    f"{title}: after {seen} texts came one that no key of ENCRYPTION_KEYS opens. "
                    "Add the key it was stored with at the end, then run this again."
                ) from error
        verb = "to encrypt anew" if self.dry_run else "encrypted anew"
        self.stdout.write(f"{title}: {seen} looked at, {turned} {verb}")
        return turned
