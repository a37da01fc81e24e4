"""Two people change one record: a table of letters, and what holds for every such table."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.merge import Both, merge

#: The record has the fields x and y. It was ``A A`` in version 1. What is written is what stands
#: now and the version that brought it, then the change with the version it was made from, then
#: what stands afterwards and what is left to decide (mine/theirs).
TABLE = [
    # now          change       saw  after   to decide
    ("A1 A1", "B .", 1, "B A", ""),  # nobody else changed it
    ("A1 A1", "B C", 1, "B C", ""),
    ("A1 A1", "A .", 1, "A A", ""),  # no change at all
    ("A1 C2", "B .", 1, "B C", ""),  # somebody changed the other field
    ("C2 A1", "B .", 2, "B A", ""),  # seen, and changed again
    ("C2 A1", "B .", 1, "C A", "B/C ."),  # not seen: both are kept
    ("C2 A1", "C .", 1, "C A", ""),  # both said the same
    ("C2 A1", "B B", 1, "C B", "B/C ."),  # one field clashes, the other goes through
    ("C2 D3", "B E", 1, "C D", "B/C E/D"),
    ("C2 D3", "B E", 2, "B D", ". E/D"),  # saw one of two changes
    ("A3 A1", "B .", 1, "A A", "B/A ."),  # changed and changed back meanwhile, on purpose
    ("A3 A1", "B .", 3, "B A", ""),
]


@pytest.mark.parametrize(("now", "change", "saw", "after", "left"), TABLE)
def test_the_table(now: str, change: str, saw: int, after: str, left: str) -> None:
    stands = dict(zip("xy", (word[0] for word in now.split()), strict=True))
    changed_in = dict(zip("xy", (int(word[1]) for word in now.split()), strict=True))
    mine = {name: word for name, word in zip("xy", change.split(), strict=True) if word != "."}
    found = merge(stands, mine, saw=saw, changed_in=changed_in)
    assert found.fields == dict(zip("xy", after.split(), strict=True))
    told = [
        f"{found.conflicts[name].mine}/{found.conflicts[name].theirs}"
        if name in found.conflicts
        else "."
        for name in "xy"
    ]
    assert ("" if told == [".", "."] else " ".join(told)) == left
    assert set(found.changed) == {name for name in "xy" if found.fields[name] != stands[name]}


def test_changes_by_the_same_hand_are_seen() -> None:
    # Two edits made one after the other without a network: the second cannot know of version 2.
    found = merge({"x": "B"}, {"x": "C"}, saw=1, changed_in={"x": 2}, own={2})
    assert (found.fields, found.conflicts) == ({"x": "C"}, {})


def test_a_field_that_the_record_has_not_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        merge({"x": "A"}, {"z": "B"}, saw=1, changed_in={})


@dataclass
class Record:
    """A record as the server keeps it."""

    fields: dict[str, Any] = field(default_factory=lambda: dict.fromkeys("xyz", "A"))
    changed_in: dict[str, int] = field(default_factory=lambda: dict.fromkeys("xyz", 1))
    version: int = 1
    conflicts: set[tuple[str, Any, Any]] = field(default_factory=set)

    def take(self, mine: dict[str, Any], saw: int) -> "Record":
        found = merge(self.fields, mine, saw=saw, changed_in=self.changed_in)
        version = self.version + bool(found.changed)
        both = {(name, one.mine, one.theirs) for name, one in found.conflicts.items()}
        return Record(
            found.fields,
            {**self.changed_in, **dict.fromkeys(found.changed, version)},
            version,
            self.conflicts | both,
        )

    def values(self, name: str) -> set[Any]:
        """All that is known of a field: what stands, and what waits to be decided."""
        told = {value for one, *both in self.conflicts if one == name for value in both}
        return told | {self.fields[name]}


CHANGES = st.dictionaries(st.sampled_from("xyz"), st.sampled_from("ABCD"))


@given(CHANGES, CHANGES)
def test_changes_from_one_version_say_the_same_in_either_order(
    one: dict[str, str], other: dict[str, str]
) -> None:
    start = Record()
    there, back = start.take(one, 1).take(other, 1), start.take(other, 1).take(one, 1)
    for name in "xyz":
        if name not in one or name not in other:
            assert there.fields[name] == back.fields[name]
            assert not any(row[0] == name for row in there.conflicts | back.conflicts)
        # Whoever comes first stands; which two values there are to choose from is the same.
        elif one[name] != "A" and other[name] != "A":
            assert there.values(name) == back.values(name) == {one[name], other[name]}


@given(st.lists(st.tuples(CHANGES, st.integers(1, 4)), max_size=6))
def test_no_value_is_lost_without_having_been_seen(
    changes: list[tuple[dict[str, str], int]],
) -> None:
    record = Record()
    for mine, saw in changes:
        seen, before = min(saw, record.version), record
        record = record.take(mine, seen)
        for name, value in mine.items():
            assert value in record.values(name)
            if before.changed_in[name] > seen:
                assert before.fields[name] in record.values(name)


@given(CHANGES, CHANGES)
def test_the_same_change_again_changes_nothing(one: dict[str, str], other: dict[str, str]) -> None:
    once = Record().take(other, 1).take(one, 1)
    again = once.take(one, 1)
    assert (again.fields, again.changed_in, again.version) == (
        once.fields,
        once.changed_in,
        once.version,
    )
    assert again.conflicts == once.conflicts


def test_both_keeps_the_version_that_brought_theirs() -> None:
    found = merge({"x": "C"}, {"x": "B"}, saw=4, changed_in={"x": 7})
    assert found.conflicts == {"x": Both("B", "C", 7)}
