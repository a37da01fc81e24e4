"""Chinese names as they are typed without Chinese keys: pinyin and first letters."""

import unicodedata
from functools import lru_cache
from typing import Any

from pypinyin import lazy_pinyin
from pypinyin.contrib.mmseg import seg

#: What most names of divisions end with.
_ENDINGS = (
    "社区居民委员会",
    "社区居委会",
    "村民委员会",
    "街道办事处",
    "居民委员会",
    "村委会",
    "居委会",
    "社区",
    "街道",
)


def is_generic(word: str) -> bool:
    """Whether a word is but a part of such endings, and so in too many names to find one."""
    return any(word in ending for ending in _ENDINGS)


def _one_by_one(other: str) -> Any:
    """Digits and letters that are not Chinese: each is a syllable."""
    return list(other)


@lru_cache(maxsize=1 << 16)
def _syllables(word: str) -> tuple[str, ...]:
    """Of one word as pypinyin's own division of a text into words gives it: few, and often met."""
    return tuple(plain(one) for one in lazy_pinyin(word, errors=_one_by_one))


def spelt(name: str) -> tuple[str, str]:
    """Pinyin and initials of a name, in a to z and digits: 长安 → ``changan``, ``ca``.

    Readings by words where pypinyin knows them (重庆 is chongqing), else each letter's usual one.
    """
    syllables = [syllable for word in seg.cut(name) for syllable in _syllables(word)]
    return "".join(syllables), "".join(syllable[:1] for syllable in syllables)


@lru_cache(maxsize=1 << 12)
def plain(text: str) -> str:
    """Small letters and digits alone: tones, spaces and apostrophes go, ü is v."""
    apart = unicodedata.normalize("NFD", text.lower().replace("ü", "v").replace("u:", "v"))
    # The tones of ü are two marks on a u; its own stays.
    apart = apart.replace("u\u0308", "v")
    return "".join(letter for letter in apart if letter.isascii() and letter.isalnum())
