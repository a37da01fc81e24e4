"""What people wrote and photographed in a case goes; the place, the fault and the steps stay.

For cases that followed from visits to a household that was erased: they know nothing of it, but
who mended something at home may have noted or shown more than that.
"""

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from accounts import acting
from cases.awaited_photos import forget as forget_awaited
from cases.models import AwaitedPhoto, Case, Event, Photo
from cases.photos import SIZES, name_of, store


def forget(numbers: Iterable[int]) -> int:
    """Take words and photos out of these cases and the parts they were split into; how many cases.

    Running it again changes nothing more. Only the owner of the tables may: the web process is
    refused by the database.
    """
    numbers = list(numbers)
    parts = Q(events__details__part_of__in=numbers, parent__in=numbers)
    with acting.as_job("erasure"):
        found = list(
            Case.objects.filter(Q(pk__in=numbers) | parts).values_list("pk", flat=True).distinct()
        )
        Case.objects.filter(pk__in=found).exclude(description="").update(description="")
        Event.objects.filter(case__in=found).exclude(note="").update(note="")
        forget_awaited(AwaitedPhoto.objects.filter(event__case__in=found))
        photos = Photo.objects.filter(event__case__in=found)
        keys = list(photos.values_list("pk", flat=True))
        photos.delete()
        transaction.on_commit(lambda: _delete_files(keys))
    return len(found)


def _delete_files(photos: Sequence[UUID]) -> None:
    """What a crash leaves of them is swept at night, as files without a row."""
    for photo in photos:
        for size in SIZES:
            store().delete(name_of(photo, size))
