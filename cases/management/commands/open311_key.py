"""manage.py open311_key NAME: a key for a program that reports through Open311."""

import hashlib
import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cases.models import OpenKey


class Command(BaseCommand):
    help = "Make a key for a program that reports through Open311, and print it this once."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", help="whose program it is")
        parser.add_argument("--withdraw", action="store_true", help="put its key out of force")

    def handle(self, *args: Any, **options: Any) -> None:
        name = options["name"].strip()
        if options["withdraw"]:
            if not OpenKey.objects.filter(name=name).update(active=False):
                raise CommandError(f"No key has the name {name}.")
            self.stdout.write(f"The key of {name} is out of force.")
            return
        if OpenKey.objects.filter(name=name).exists():
            raise CommandError(f"{name} has a key already. Withdraw it, and choose another name.")
        key = secrets.token_urlsafe(24)
        digest = hashlib.sha256(key.encode()).digest()
        OpenKey.objects.create(name=name, digest=digest, made_at=timezone.now())
        self.stdout.write(key)
