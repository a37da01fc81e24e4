"""Which areas a member covers: the one value that every filter by permission starts from."""

from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import Q


@dataclass(frozen=True)
class Scope:
    """Area-code prefixes that a member covers; a prefix covers its whole subtree.

    ``everywhere`` is for administrators. An empty scope covers nothing.
    """

    prefixes: frozenset[str] = frozenset()
    everywhere: bool = False

    def covers(self, code: str) -> bool:
        """Whether the area of this code lies in the scope."""
        return self.everywhere or any(code.startswith(prefix) for prefix in self.prefixes)

    def touches(self, code: str) -> bool:
        """Whether the scope covers the area of this code, or some part of it."""
        return self.covers(code) or any(prefix.startswith(code) for prefix in self.prefixes)

    def filter(self, field: str = "code") -> Q:
        """A filter on a column of area codes; nothing passes for an empty scope."""
        if self.everywhere:
            return Q()
        terms = [Q(**{f"{field}__startswith": prefix}) for prefix in sorted(self.prefixes)]
        return reduce(or_, terms, Q(pk__in=[]))

    def __bool__(self) -> bool:
        return self.everywhere or bool(self.prefixes)
