"""Who read what is held about a household."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import prefetch_related_objects
from django.utils.translation import gettext as _

from households.models import AccessRecord


def readers_of(household: UUID, most: int | None = None) -> list[AccessRecord]:
    """Every look at the household, the latest first, whichever cell it lay in then. Two queries.

    Empty for who does not care for it.
    """
    records = AccessRecord.objects.raw(
        "SELECT * FROM households_readers(%s) ORDER BY at DESC, id DESC LIMIT %s",
        [household, most],
    )
    found = with_reasons(records)
    prefetch_related_objects(found, "member")
    return found


def with_reasons(records: Iterable[AccessRecord]) -> list[AccessRecord]:
    """The records, each with ``said``: why, where the system's own words are translated."""
    found = list(records)
    for record in found:
        record.said = _(record.why) if record.why else ""  # type: ignore[attr-defined]
    return found
