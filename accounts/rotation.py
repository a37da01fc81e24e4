"""Putting everything that is encrypted under the first of ENCRYPTION_KEYS.

Rows are taken in batches, each in a transaction of its own: broken off, the work goes on where it
was when it is run again, since what is under the first key already is left alone. History is not
written, for nothing changes but the key.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import pgtrigger
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db.models import F, Model, QuerySet, TextField, Value
from django.db.models.functions import Cast

from accounts.acting import as_job
from accounts.encryption import EncryptedTextField, rotate

#: Rows of one transaction.
BATCH = 500
#: Keys of an authenticator's data that hold an encrypted text.
SECRETS = ("secret", "seed")


@dataclass
class Rotated:
    """How many texts were looked at, and how many were not under the first key."""

    seen: int = 0
    turned: int = 0


def places() -> list[tuple[type[Model], str]]:
    """Every model with the name of each encrypted field of its own table."""
    return [
        (model, field.name)
        for model in apps.get_models()
        if model._meta.managed and not model._meta.proxy
        for field in model._meta.local_concrete_fields
        if isinstance(field, EncryptedTextField)
    ]


def count(model: type[Model], name: str = "pk") -> int:
    """How many rows there are to look at."""
    with as_job("rotate_keys"):
        return model._base_manager.exclude(**{f"{name}__isnull": True}).count()


def rotate_field(model: type[Model], name: str, *, dry_run: bool = False) -> Iterator[Rotated]:
    """Rotate one field of all rows; yields after each batch.

    Raises Unreadable for a text that no key of the server opens; the batches before it stay.
    """
    # The stored text itself: the field would decrypt it.
    rows = model._base_manager.annotate(stored=Cast(F(name), TextField())).exclude(stored="")
    last = None
    while True:
        with as_job("rotate_keys"), pgtrigger.ignore():
            batch = _after(rows, last).exclude(stored=None).values_list("pk", "stored")[:BATCH]
            done = Rotated()
            for pk, stored in batch:
                fresh, last = rotate(stored), pk
                done.seen += 1
                done.turned += fresh != stored
                if fresh != stored and not dry_run:
                    # What somebody has written in between is under the first key already.
                    text = Value(fresh, output_field=TextField())
                    rows.filter(pk=pk, stored=stored).update(**{name: text})
        if done.seen:
            yield done
        if done.seen < BATCH:
            return


def rotate_second_factors(*, dry_run: bool = False) -> Iterator[Rotated]:
    """Rotate the secrets of second factors and the seeds of recovery codes."""
    last = None
    while True:
        with as_job("rotate_keys"):
            rows = _after(Authenticator.objects.select_for_update(), last)[:BATCH]
            done = Rotated()
            for factor in rows:
                last = factor.pk
                for key in SECRETS:
                    if stored := factor.data.get(key):
                        factor.data[key] = rotate(stored)
                        done.seen += 1
                        done.turned += factor.data[key] != stored
                if not dry_run:
                    factor.save(update_fields=["data"])
        yield done
        if len(rows) < BATCH:
            return


def _after(rows: QuerySet, last: object) -> QuerySet:
    return rows.order_by("pk") if last is None else rows.order_by("pk").filter(pk__gt=last)
