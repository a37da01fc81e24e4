"""Raw tracks live in monthly partitions and are deleted when TRACK_RETENTION_DAYS have passed."""

import datetime as dt

from django.conf import settings
from django.db import connection, transaction
from django.db.models import DateTimeField, F, Func, QuerySet, Value
from django.utils import timezone
from psycopg import sql

from patrols.models import BuildingPassed, TrackChunk, WalkedStretch

MONTHS_AHEAD = 2


def _month(day: dt.date, after: int = 0) -> dt.date:
    months = day.year * 12 + day.month - 1 + after
    return dt.date(months // 12, months % 12 + 1, 1)


def _partition(first: dt.date) -> str:
    return f"patrols_trackchunk_{first:%Y_%m}"


def prepare_months(today: dt.date) -> list[str]:
    """Make the partitions of this month and the next two that are missing; returns their names.

    Chunks that came before their partition wait in the default partition and are moved.
    """
    made = []
    for after in range(MONTHS_AHEAD + 1):
        first, following = _month(today, after), _month(today, after + 1)
        name = sql.Identifier(_partition(first))
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s)", [_partition(first)])
            if cursor.fetchone()[0]:
                continue
            whole = sql.Identifier("patrols_trackchunk")
            spare = sql.Identifier("patrols_trackchunk_default")
            bounds = [sql.Literal(first), sql.Literal(following)]
            for statement in (
                sql.SQL("LOCK TABLE {} IN ACCESS EXCLUSIVE MODE").format(whole),
                sql.SQL("CREATE TABLE {} (LIKE {} INCLUDING ALL)").format(name, whole),
                sql.SQL(
                    "WITH early AS (DELETE FROM {} WHERE received_on >= {} AND received_on < {}"
                    " RETURNING *) INSERT INTO {} SELECT * FROM early"
                ).format(spare, *bounds, name),
                sql.SQL("ALTER TABLE {} ATTACH PARTITION {} FOR VALUES FROM ({}) TO ({})").format(
                    whole, name, *bounds
                ),
            ):
                cursor.execute(statement)
        made.append(_partition(first))
    return made


def _keep_from(today: dt.date) -> dt.date:
    return today - dt.timedelta(days=settings.TRACK_RETENTION_DAYS)


def old_tracks(today: dt.date) -> QuerySet[TrackChunk]:
    """Raw fixes older than the setting."""
    return TrackChunk.objects.filter(received_on__lt=_keep_from(today))


def delete_old_tracks(today: dt.date) -> int:
    """Delete raw fixes older than the setting. Returns the number of chunks deleted.

    What stays is which metres were walked on which day: the time of day, which would tell the
    way somebody took, goes with the fixes. A month that is wholly too old is dropped as a
    partition; the rest goes row by row.
    """
    keep_from = _keep_from(today)
    deleted, _rows = old_tracks(today).delete()
    _keep_the_day_only(keep_from)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits"
            " WHERE inhparent = 'patrols_trackchunk'::regclass"
        )
        for (name,) in cursor.fetchall():
            if _partition(_month(keep_from)) > name > "patrols_trackchunk_0":
                if name == "patrols_trackchunk_default":
                    continue
                cursor.execute(sql.SQL("DROP TABLE {}").format(sql.Identifier(name)))
    return deleted


def _keep_the_day_only(keep_from: dt.date) -> None:
    """Set the times of patrols that came before that day to noon of their day, local time."""
    zone = timezone.get_default_timezone_name()
    noon = dt.timedelta(hours=12)
    limit = dt.datetime.combine(keep_from, dt.time(), dt.UTC)
    for model, field in ((WalkedStretch, "walked_at"), (BuildingPassed, "passed_at")):
        midnight = Func(
            Value("day"), F(field), Value(zone), function="date_trunc", output_field=DateTimeField()
        )
        day = midnight + noon
        model.objects.filter(patrol__received_at__lt=limit).exclude(**{field: day}).update(
            **{field: day}
        )
