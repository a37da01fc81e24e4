"""One change of a community's map at a time."""

from django.db import connection
from django.db.transaction import TransactionManagementError


def lock_community(code: str) -> None:
    """Wait for whoever imports or divides the community of this code (12 digits).

    Let go when the transaction ends; raises TransactionManagementError outside of one, where the
    lock would be gone at once.
    """
    if not connection.in_atomic_block:
        raise TransactionManagementError("lock_community needs a transaction")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int(code)])
