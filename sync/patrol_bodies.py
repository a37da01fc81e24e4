"""Bodies of the operations of a walk; docs/sync.md lists them."""

from typing import Any

import numpy as np
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from patrols.metres import Matched, Stretch
from patrols.models import Patrol
from patrols.parts import MOST_PARTS
from patrols.upload import MOST_METRES
from sync.kinds import Body

MOST_FIXES = 2000
#: A long day's walk passes some thousands of stretches.
MOST_STRETCHES = 20_000
_MOST_KEY = 2**63 - 1
_MOST_DM = 10**8
#: What JavaScript counts exactly; whether it is a time is seen when the clock's error is known.
_MOST_TIME = 2**53
_MOST_COUNT = 2**31 - 1


class PatrolBody(Body):
    patrol = serializers.UUIDField()


class StartBody(PatrolBody):
    mode = serializers.ChoiceField(Patrol.Mode.choices, default=Patrol.Mode.FOOT)
    team = serializers.CharField(max_length=80, allow_null=True, default=None)


class NothingWrongBody(PatrolBody):
    said = serializers.BooleanField()


class EndBody(PatrolBody):
    ended_at = serializers.IntegerField(min_value=-_MOST_TIME, max_value=_MOST_TIME)
    parts = serializers.IntegerField(min_value=0, max_value=MOST_PARTS)
    nothing_wrong = serializers.BooleanField(default=False)


class Column(serializers.Field):
    """A list of numbers as an array: whole ones, or with ``gaps`` None as NaN.

    Two thousand at a time: a field for each number would take longer than all the rest.
    """

    default_error_messages = {
        "numbers": _("This must be a list of possible numbers, 2,000 at most."),
    }

    def __init__(
        self, least: float, most: float, *, whole: bool = False, gaps: bool = False
    ) -> None:
        super().__init__()
        self.least, self.most = least, most
        self.types: set[type] = {int} if whole else {int, float}
        if gaps:
            self.types.add(type(None))
        self.dtype = np.int64 if whole else np.float64

    def to_internal_value(self, data: Any) -> np.ndarray:
        if not (isinstance(data, list) and len(data) <= MOST_FIXES):
            self.fail("numbers")
        # True is an int to isinstance, and numpy reads numbers in quotes.
        if not set(map(type, data)) <= self.types:
            self.fail("numbers")
        try:
            found = np.array(data, dtype=self.dtype)
        except OverflowError:
            self.fail("numbers")
        if ((found < self.least) | (found > self.most)).any():
            self.fail("numbers")
        return found

    def to_representation(self, value: np.ndarray) -> list:
        return list(value.tolist())


class FixesBody(PatrolBody):
    """A part of a track: parallel lists, degrees (EPSG:4326), milliseconds, metres or null."""

    part = serializers.IntegerField(min_value=0, max_value=MOST_PARTS - 1)
    lon = Column(-180, 180)
    lat = Column(-90, 90)
    ms = Column(-_MOST_TIME, _MOST_TIME, whole=True)
    accuracy = Column(0, MOST_METRES, gaps=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        sizes = {len(attrs[name]) for name in ("lon", "lat", "ms", "accuracy")}
        if len(sizes) != 1 or 0 in sizes:
            raise serializers.ValidationError(
                _("Longitudes, latitudes, times and accuracies differ in number, or are none.")
            )
        return attrs


class Rows(serializers.Field):
    """A list of short lists of numbers, each within its bounds: (least, most, whole)."""

    default_error_messages = {
        "rows": _("This must be a list of rows; row %(row)s is not one, or there are too many."),
    }

    def __init__(self, *bounds: tuple[float, float, bool]) -> None:
        super().__init__()
        self.bounds = bounds

    def to_internal_value(self, data: Any) -> list[list[float]]:
        if not (isinstance(data, list) and len(data) <= MOST_STRETCHES):
            self.fail_at(0)
        for nth, row in enumerate(data):
            if not (isinstance(row, list) and len(row) == len(self.bounds)):
                self.fail_at(nth)
            for value, (least, most, whole) in zip(row, self.bounds, strict=True):
                if type(value) not in ((int,) if whole else (int, float)):
                    self.fail_at(nth)
                if not least <= value <= most:
                    self.fail_at(nth)
        return list(data)

    def fail_at(self, nth: int) -> None:
        raise serializers.ValidationError(str(self.error_messages["rows"]) % {"row": nth})

    def to_representation(self, value: list) -> list:
        return value


_KEY = (1, _MOST_KEY, True)
_DM = (0, _MOST_DM, True)
_TIME = (-_MOST_TIME, _MOST_TIME, True)


class DroppedBody(Body):
    accuracy = serializers.IntegerField(min_value=0, max_value=_MOST_COUNT, default=0)
    speed = serializers.IntegerField(min_value=0, max_value=_MOST_COUNT, default=0)
    time = serializers.IntegerField(min_value=0, max_value=_MOST_COUNT, default=0)
    position = serializers.IntegerField(min_value=0, max_value=_MOST_COUNT, default=0)


class SummaryBody(Body):
    fixes = serializers.IntegerField(min_value=0, max_value=_MOST_COUNT)
    dropped = DroppedBody()
    matched_metres = serializers.FloatField(min_value=0, max_value=10**8)
    off_street_metres = serializers.FloatField(min_value=0, max_value=10**8)


class MetresBody(PatrolBody):
    """What the tablet matched: stretches (segment, decimetres, ms, confidence), buildings."""

    part = serializers.IntegerField(min_value=0, max_value=MOST_PARTS - 1)
    stretches = Rows(_KEY, _DM, _DM, _TIME, (0, 1, False))
    buildings = Rows(_KEY, _TIME)
    summary = SummaryBody()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if any(row[1] >= row[2] for row in attrs["stretches"]):
            raise serializers.ValidationError(
                {"stretches": [_("A stretch begins before its end.")]}
            )
        return attrs


def matched_of(body: dict[str, Any]) -> Matched:
    """A checked MetresBody. A building passed twice was passed first at the earlier time."""
    summary = body["summary"]
    buildings: dict[int, int] = {}
    for pk, at in body["buildings"]:
        buildings[pk] = min(at, buildings.get(pk, at))
    return Matched(
        stretches=[Stretch(*row) for row in body["stretches"]],
        buildings=buildings,
        fixes=summary["fixes"],
        dropped=summary["dropped"],
        matched_metres=summary["matched_metres"],
        off_street_metres=summary["off_street_metres"],
    )
