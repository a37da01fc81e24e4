"""One change of a community's map at a time."""

from django.db import connection

#: First of the two numbers of the advisory lock; the second is the community's own.
COMMUNITY_LOCK = 71001


def lock_community(pk: int) -> None:
    """Wait for whoever imports or divides this community; let go when the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [COMMUNITY_LOCK, pk % 2**31])
