"""How a name may be typed: its letters, its pinyin and its initials.

Everything is compared in one form: small letters and digits without spaces, marks and accents, so
that "Ren min lu", "rénmínlù" and "renminlu" are the same.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import product

from pypinyin import Style, lazy_pinyin, pinyin

#: Characters of place names that are read in more than one way; other characters' rare readings
#: (路 also as luo) would find what nobody means.
POLYPHONES = frozenset("长重乐行都朝单盛觉曲藏尉厦番六台柏泊莘堡圩大解区仇盖会调度传石种合和降强少")
#: So many readings of one name are kept: three doubtful characters, and no more.
MOST_READINGS = 8
#: Separates a name as a whole from its parts, in `index_words`.
WHOLE = "|"
_HAN = re.compile(r"[㐀-鿿豈-﫿]+")
_WORD = re.compile(r"\w+")


def plain(text: str) -> str:
    """Letters and digits alone, small, without accents."""
    parts = unicodedata.normalize("NFKD", text.casefold())
    return "".join(one for one in parts if one.isalnum())


@lru_cache(maxsize=4096)
def readings(name: str) -> tuple[tuple[str, ...], ...]:
    """The syllables of a name's Chinese part, likeliest reading first; empty where it has none."""
    han = "".join(_HAN.findall(name))
    if not han:
        return ()
    likely = lazy_pinyin(han, style=Style.NORMAL)
    if len(likely) != len(han):
        return (tuple(map(plain, likely)),)
    choices = [
        # Letter by letter: pypinyin gives a word that it knows one reading only.
        [first, *(other for other in _every(one) if other != first)]
        for one, first in zip(han, likely, strict=True)
    ]
    found: dict[tuple[str, ...], None] = {}
    for reading in product(*choices):
        found[tuple(map(plain, reading))] = None
        if len(found) == MOST_READINGS:
            break
    return tuple(found)


@lru_cache(maxsize=256)
def _every(letter: str) -> tuple[str, ...]:
    if letter not in POLYPHONES:
        return ()
    return tuple(dict.fromkeys(pinyin(letter, style=Style.NORMAL, heteronym=True)[0]))


def index_words(*names: str) -> str:
    """All that finds something of these names, each word with a space before it.

    Before `WHOLE` stands what means the whole name (as written, in pinyin, by its initials), behind
    it what begins later in it: the second syllable, another word.
    """
    whole: dict[str, None] = {}
    parts: dict[str, None] = {}
    for name in filter(None, names):
        whole[plain(name)] = None
        for match in _WORD.finditer(name):
            parts[plain(name[match.start() :])] = None
            parts[plain(match[0])] = None
        for han in _HAN.findall(name):
            parts.update(dict.fromkeys(plain(han[at:]) for at in range(len(han))))
        for syllables in readings(name):
            for at in range(len(syllables)):
                into = parts if at else whole
                into["".join(syllables[at:])] = None
                into["".join(one[:1] for one in syllables[at:])] = None
    left, right = (word for word in whole if word), (word for word in parts if word not in whole)
    return f" {' '.join(left)} {WHOLE} {' '.join(filter(None, right))} "


def rank(asked: str, words: str) -> int:
    """How well `plain` text fits words of `index_words`: 0 the whole name, 1 its beginning, 2 the
    beginning of a part, 3 only alike."""
    whole, _bar, parts = words.partition(WHOLE)
    if asked in whole.split():
        return 0
    if any(word.startswith(asked) for word in whole.split()):
        return 1
    return 2 if any(word.startswith(asked) for word in parts.split()) else 3
