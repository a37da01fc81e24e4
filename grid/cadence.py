"""After how many days a metre is overdue."""

from grid.models import Cadence, StreetKind

#: Weekly in the community, as the field reports have it; tracks and cycleways half-monthly.
DEFAULT_DAYS: dict[str, int] = dict.fromkeys(StreetKind.values, 7) | {
    StreetKind.CYCLEWAY: 14,
    StreetKind.TRACK: 14,
}


class Cadences:
    """All cadences; the nearest area's word counts, then the one without area, then the default."""

    def __init__(self) -> None:
        """Read them in one query; the table has few rows."""
        self._days = {("", kind): days for kind, days in DEFAULT_DAYS.items()}
        stored = Cadence.objects.values_list("area__code", "kind", "days")
        for code, kind, days in stored:
            self._days[code or "", kind] = days
        self._prefixes = sorted({code for code, _kind in self._days}, key=len, reverse=True)

    def days(self, kind: str, code: str) -> int:
        """Days for a kind of street in the area of this code."""
        return next(
            self._days[prefix, kind]
            for prefix in self._prefixes
            if code.startswith(prefix) and (prefix, kind) in self._days
        )

    def longest(self) -> int:
        """The most days that any kind has anywhere."""
        return max(self._days.values())
