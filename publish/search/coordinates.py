"""Positions as people type them.

All are taken as WGS 84: the numbers do not tell whether they are GCJ-02, and nothing is guessed.
"""

import re

from api.input import lon_lat

_NUMBER = r"\d{1,3}(?:\.\d+)?"


def _pattern(name: str) -> str:
    """An angle: degrees, perhaps minutes and seconds, and a letter before or behind."""
    return rf"""(?P<{name}before>[NSEW])?\s*(?P<{name}sign>[+\-−])?
        (?P<{name}degrees>{_NUMBER})\s*[°º度d]?
        (?:\s*(?P<{name}minutes>{_NUMBER})\s*['′’分m]
        (?:\s*(?P<{name}seconds>{_NUMBER})\s*(?:["″”秒]|'')?)?)?
        (?({name}before)|\s*(?P<{name}after>[NSEW])?)"""


_PAIR = re.compile(
    rf"\s*{_pattern('a')}(?:\s*[,，;/]\s*|\s+){_pattern('b')}\s*", re.VERBOSE | re.IGNORECASE
)
_SIDES = str.maketrans({"北": "N", "南": "S", "东": "E", "西": "W", "経": "", "纬": "", "经": ""})


def position(text: str) -> tuple[float, float] | None:
    """(lon, lat) in degrees of a typed position, or None where the text is none.

    Decimal degrees or degrees, minutes and seconds; longitude first unless letters (N, S, E, W)
    say otherwise. Raises BadCoordinate for a pair of numbers that is no place on Earth.
    """
    match = _PAIR.fullmatch(text.translate(_SIDES))
    if match is None:
        return None
    (first, side), (second, other) = _angle(match, "a"), _angle(match, "b")
    # A house number looks the same ("12 3"): a bare pair has decimals, signs or marks.
    bare = re.fullmatch(r"\s*\d+\s+\d+\s*", text)
    if bare or first is None or second is None:
        return None
    if side and other and (side in "NS") == (other in "NS"):
        return None
    if (side and side in "NS") or (other and other in "EW"):
        first, second = second, first
    return lon_lat(first, second)


def _angle(match: re.Match[str], name: str) -> tuple[float | None, str]:
    side = ((match[f"{name}before"] or "") + (match[f"{name}after"] or "")).upper()
    minutes, seconds = (float(match[f"{name}{part}"] or 0) for part in ("minutes", "seconds"))
    if len(side) > 1 or minutes >= 60 or seconds >= 60:
        return None, side
    found = float(match[f"{name}degrees"]) + minutes / 60 + seconds / 3600
    negative = bool(match[f"{name}sign"] and match[f"{name}sign"] != "+") != (side in ("S", "W"))
    return (-found if negative else found), side
