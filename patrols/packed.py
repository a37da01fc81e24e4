"""Columns of many rows from the database, as arrays of whole numbers.

Rows do not pass through Python one by one, which would take most of a report's time: PostgreSQL
packs each column into one array for a group of rows, and sends the array in its binary form.
"""

from typing import Any

import numpy as np
from django.db.models import (
    Aggregate,
    BigIntegerField,
    BinaryField,
    BooleanField,
    Count,
    F,
    Func,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast
from numpy.typing import NDArray

Ints = NDArray[np.int64]

#: Before the items: dimensions, flags, type, length, lower bound.
_HEADER = 20
_ITEM = np.dtype([("size", ">i4"), ("value", ">i8")])


class _Packed(Aggregate):
    template = "array_send(array_agg(%(expressions)s))"
    output_field = BinaryField()


class _Among(Func):
    """One parameter, where ``__in`` takes thousands."""

    template = "%(expressions)s)"
    arg_joiner = " = ANY("
    output_field = BooleanField()


class Epoch(Func):
    """Whole seconds since 1970; reading them as dates would take most of a report's time."""

    template = "FLOOR(EXTRACT(EPOCH FROM %(expressions)s))::bigint"
    output_field = BigIntegerField()


def among(column: str, ids: Ints) -> Func:
    """A condition: the column is one of the numbers."""
    # Without a field, whose check of each number would take longer than the query.
    return _Among(F(column), Value(ids.tolist()))


def packed(
    rows: QuerySet, by: tuple[str, ...], **columns: Any
) -> tuple[list[tuple], Ints, dict[str, Ints]]:
    """Columns of the rows, grouped by fields of few different values. One query.

    ``columns`` are names or expressions of whole numbers, never null. Returns the values of each
    group (G), the number of its rows (G,), and each column (n,), group after group.
    """
    big = {name: _Packed(Cast(of, BigIntegerField())) for name, of in columns.items()}
    found = list(rows.order_by(*by).values_list(*by).annotate(packed_rows=Count("pk"), **big))
    rest = len(by) + 1
    return (
        [row[: len(by)] for row in found],
        np.array([row[len(by)] for row in found], dtype=np.int64),
        {name: _numbers([row[rest + i] for row in found]) for i, name in enumerate(columns)},
    )


def _numbers(arrays: list[Any]) -> Ints:
    items = b"".join(bytes(array[_HEADER:]) for array in arrays)
    return np.frombuffer(items, dtype=_ITEM)["value"].astype(np.int64)
