"""Which new cell keeps which old code, with letters for cells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.cells import building_share, fresh_codes, keep_codes


def kept(before: str, after: str) -> dict[str, str | None]:
    """Old letters and new letters per building → the old letter that each new one keeps."""
    old, new = sorted(set(before) - {"-"}), sorted(set(after) - {"-"})
    share = building_share(
        [old.index(one) if one != "-" else -1 for one in before],
        [new.index(one) if one != "-" else -1 for one in after],
        len(old),
        len(new),
    )
    return dict(zip(new, keep_codes(old, share), strict=True))


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("aaabbb", "xxxyyy", {"x": "a", "y": "b"}),
        ("aaabbb", "xxyyyy", {"x": "a", "y": "b"}),
        ("aaabbb", "yxxxxx", {"x": "b", "y": None}),
        ("aaaabb", "xxyyzz", {"x": None, "y": None, "z": "b"}),
        ("aaabbb", "xxxxxx", {"x": "a"}),
        ("aaa---", "xxxyyy", {"x": "a", "y": None}),
        ("aaabbb", "---xxx", {"x": "b"}),
    ],
    ids=[
        "same",
        "one moved",
        "most moved away",
        "half each keeps none",
        "joined",
        "new ones",
        "gone",
    ],
)
def test_a_cell_keeps_its_code_when_it_keeps_most_buildings(
    before: str, after: str, expected: dict
) -> None:
    assert kept(before, after) == expected


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz")), min_size=1))
def test_no_code_is_kept_twice(buildings: list) -> None:
    found = [code for code in kept(*map("".join, zip(*buildings, strict=True))).values() if code]
    assert len(found) == len(set(found))


def test_fresh_codes_were_never_used() -> None:
    used = ["123456789012001", "123456789012007"]
    assert fresh_codes("123456789012", used, 2) == ["123456789012008", "123456789012009"]
    with pytest.raises(ValueError, match="999"):
        fresh_codes("123456789012", ["123456789012998"], 2)
