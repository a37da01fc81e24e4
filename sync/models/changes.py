"""What changed, for tablets: which record, and whom it concerns. Triggers write it."""

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import BrinIndex
from django.db.models.functions import Cast, Now

#: The transaction that writes, by a number that never comes again.
THIS_TRANSACTION = Cast(
    models.Func(function="pg_current_xact_id", output_field=models.TextField()),
    models.TextField(),
)


class Change(models.Model):
    """That one record changed in a way that a tablet shows; migration 0002 has the triggers.

    ``audience`` is whom it concerns: the code of an area, ``member:<id>``, ``crew:<id>``, or
    ``device:<uuid>``. A record that moves leaves a row for both, before and after.
    """

    class Kind(models.TextChoices):
        CASE = "case"
        LAMP = "lamp"
        VISIT = "visit"
        OPERATION = "operation"

    kind = models.CharField(max_length=9, choices=Kind.choices)
    #: Its primary key as text. Of a home only its planned visits are named, by their ids.
    record = models.CharField(max_length=36)
    audience = models.CharField(max_length=50)
    #: Of visits: it is no longer planned there.
    departed = models.BooleanField(db_default=False)
    transaction = models.BigIntegerField(
        db_default=Cast(THIS_TRANSACTION, models.BigIntegerField())
    )
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["audience", "transaction"], name="change_since"),
            # Which visits are planned in an area that the member may no longer look into.
            models.Index(
                fields=["audience", "record", "-id"],
                name="change_visits",
                condition=models.Q(kind="visit"),
            ),
            BrinIndex(fields=["at"], name="change_at", autosummarize=True),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.record} for {self.audience}"
