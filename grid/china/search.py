"""Finding a division of China by name, pinyin, initials or the beginning of its code."""

import re

from django.db.models import QuerySet

from grid.china.letters import is_generic, plain
from grid.models import NationalDivision, NationalLevel

#: The last of all letters: what begins with a word sorts before the word and this.
_LAST = "\U0010ffff"
_CHINESE = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff]")
#: A part within a name is sought from this many letters on: shorter ones no index finds.
_PART = 3


def found(word: str, *, level: int | None = None, most: int = 20) -> list[NationalDivision]:
    """Divisions that begin with the word, provinces first; then those whose name has it within.

    A word of digits is the beginning of a code; Chinese is a name; anything else is pinyin or the
    initials of a name, from two letters on. At most two queries, each along an index.
    """
    word = "".join(word.split())
    levels = [level] if level is not None else NationalLevel.values
    if word.isdecimal() and word.isascii():
        return _beginning("code", word, levels, most)
    if _CHINESE.search(word):
        begins = _beginning("name", word, levels, most)
        if len(begins) >= most or len(word) < _PART or is_generic(word):
            return begins
        have = {division.code for division in begins}
        within = NationalDivision.objects.filter(name__contains=word, level__in=levels)
        more = within.order_by("level", "code")[:most]
        return [*begins, *(row for row in more if row.code not in have)][:most]
    letters = plain(word)
    if len(letters) < 2:
        return []
    rows = [
        *_beginning("initials", letters, levels, most),
        *_beginning("pinyin", letters, levels, most),
    ]
    once = {row.code: row for row in rows}.values()
    return sorted(once, key=lambda row: (row.level, len(row.pinyin), row.code))[:most]


def _beginning(field: str, word: str, levels: list[int], most: int) -> list[NationalDivision]:
    """So many of each level at most: an index gives them in order, however many there are."""
    parts: list[QuerySet[NationalDivision]] = [
        NationalDivision.objects.filter(
            level=level, **{f"{field}__gte": word, f"{field}__lt": word + _LAST}
        ).order_by(field)[:most]
        for level in levels
    ]
    rows = parts[0] if len(parts) == 1 else parts[0].union(*parts[1:], all=True)
    return sorted(rows, key=lambda row: (row.level, len(getattr(row, field)), row.code))[:most]


def names_above(divisions: list[NationalDivision]) -> dict[str, str]:
    """The names of all divisions that lie above these, by their codes. One query."""
    codes = {
        division.code[:level]
        for division in divisions
        for level in NationalLevel.values
        if level < division.level
    }
    rows = NationalDivision.objects.filter(code__in=codes)
    return dict(rows.values_list("code", "name"))
