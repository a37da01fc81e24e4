"""Addresses as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from households import addresses
from households.addresses import Address


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("幸福路12号3号楼2单元501室", Address("幸福路12/3栋", "2", "", "501")),
        ("幸福路１２号 ３栋 二单元 501", Address("幸福路12/3栋", "2", "", "501")),
        ("幸福路12号3-2-501", Address("幸福路12/3栋", "2", "", "501")),
        ("幸福路12号院3幢2单元501户", Address("幸福路12/3栋", "2", "", "501")),
        ("幸福小区5栋2-501", Address("幸福小区5栋", "2", "", "501")),
        ("幸福小区十二号楼三单元6楼602室", Address("幸福小区12栋", "3", "6", "602")),
        ("中山路12之1号", Address("中山路12-1")),
        ("中山路12号东门201", Address("中山路12", "东", "", "201")),
        ("Mannerheimintie 12 B 34", Address("mannerheimintie 12", "B", "", "34")),
        ("MANNERHEIMINTIE 12b, 34", Address("mannerheimintie 12b", "", "", "34")),
        ("12 Main Street, Flat 5", Address("mainstreet 12", "", "", "5")),
        ("Flat 5b, 12 Main Street", Address("mainstreet 12", "", "", "5B")),
        ("12 Main Street, 2nd floor, flat 5", Address("mainstreet 12", "", "2", "5")),
        ("Main Street 12-14", Address("mainstreet 12-14")),
        ("", Address("")),
    ],
)
def test_an_address_is_taken_apart(text: str, expected: Address) -> None:
    assert addresses.parse(text) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [("幸福路12号3栋", "幸福路123栋"), ("幸福路1号", "幸福路11号"), ("Row 1 12", "Row 11 2")],
)
def test_different_buildings_stay_different(one: str, other: str) -> None:
    assert addresses.building_text(one) != addresses.building_text(other)


@pytest.mark.parametrize(
    ("text", "street"),
    [
        ("上海市黄浦区外滩街道幸福社区幸福路12号", "幸福路12"),
        ("幸福小区5栋", "幸福小区5栋"),
        ("浙江省杭州市余杭区文一西路9号", "文一西路9"),
    ],
)
def test_what_stands_above_a_street_is_taken_off(text: str, street: str) -> None:
    assert addresses.without_above(addresses.building_text(text)) == street


@pytest.mark.parametrize(
    ("text", "part"),
    [("二单元", "2"), ("501室", "501"), ("Flat 5b", "5B"), ("３层", "3"), ("b", "B"), ("室", "室")],
)
def test_parts_of_a_door(text: str, part: str) -> None:
    assert addresses.part(text) == part


@given(st.text(max_size=60))
def test_any_text_can_be_read_and_comes_to_rest(text: str) -> None:
    found = addresses.parse(text)
    assert addresses.part(addresses.part(found.label)) == addresses.part(found.label)


@given(
    st.integers(1, 999), st.integers(1, 40), st.integers(1, 9), st.integers(101, 2909),
    st.sampled_from(["号楼", "栋", "幢", "座"]), st.sampled_from(["室", "户", ""]),
)  # fmt: skip
def test_every_way_to_write_it_is_the_same_place(
    number: int, block: int, entrance: int, door: int, named: str, ending: str
) -> None:
    usual = addresses.parse(f"幸福路{number}号{block}栋{entrance}单元{door}室")
    assert addresses.parse(f"幸福路{number}号{block}{named}{entrance}单元{door}{ending}") == usual
    assert addresses.parse(f"幸福路{number}号{block}-{entrance}-{door}") == usual
