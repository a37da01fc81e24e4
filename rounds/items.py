"""What a round looks at."""

from typing import Any, NamedTuple

from django.utils.translation import get_language


class Item(NamedTuple):
    """One thing that is looked at: a place or facility, never a person.

    ``key`` names it among the items of its plan; ``category`` is that of the case proposed where
    it is not in order, "" for none.
    """

    key: str
    en: str
    zh: str
    category: str = ""

    @property
    def text(self) -> str:
        """In the language of the page, else in the other."""
        chinese = (get_language() or "").startswith("zh")
        return (self.zh if chinese else self.en) or self.en or self.zh


def items_of(kept: list[dict[str, Any]]) -> list[Item]:
    """The items of a plan or round, as the column keeps them."""
    return [Item(**one) for one in kept]
