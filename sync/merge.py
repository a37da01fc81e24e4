"""What becomes of a record that two people changed: one pure function, and no database.

A field is changed as a whole. Whoever changes it says which version of the record they saw. The
later change wins only where it saw the earlier one; else both are kept, and somebody decides.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Both:
    """Two values of one field, of which neither knew of the other.

    ``theirs`` stays in force until somebody decides; ``version`` is the one that brought it.
    """

    mine: Any
    theirs: Any
    version: int


@dataclass(frozen=True)
class Merged:
    """``fields`` is the record afterwards; ``changed`` are those that the change altered."""

    fields: dict[str, Any]
    changed: tuple[str, ...] = ()
    conflicts: dict[str, Both] = field(default_factory=dict)


def merge(
    theirs: Mapping[str, Any],
    mine: Mapping[str, Any],
    *,
    saw: int,
    changed_in: Mapping[str, int],
    own: Collection[int] = (),
) -> Merged:
    """The record ``theirs`` with the change ``mine`` to some of its fields.

    ``saw`` is the version that the change was made from, and ``changed_in`` the version that each
    field was last changed in (a field that is missing there never was). ``own`` are later versions
    that came of earlier changes by the same hand: they were seen without being told of. No value
    is lost: each of ``mine`` is in force afterwards, or in a conflict beside the one in force.
    """
    fields = dict(theirs)
    changed: list[str] = []
    conflicts: dict[str, Both] = {}
    for name, value in mine.items():
        if name not in theirs:
            raise KeyError(name)
        version = changed_in.get(name, 0)
        if value == theirs[name]:
            continue
        if version <= saw or version in own:
            fields[name] = value
            changed.append(name)
        else:
            conflicts[name] = Both(value, theirs[name], version)
    return Merged(fields, tuple(changed), conflicts)
