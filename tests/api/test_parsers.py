"""Strict JSON (faults 29 and 30)."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import BadJSON
from api.parsers import loads


@pytest.mark.parametrize(
    "text",
    [
        b'{"lon": NaN}',
        b'{"lon": Infinity}',
        b'{"lon": -Infinity}',
        b'{"lon": 1e999}',
        b'{"lon": ' + b"9" * 400 + b"}",
        b'{"lon": ' + b"9" * 6000 + b"}",
        b'{"lon": 1, "lon": 2}',
        b"[" * 200_000 + b"]" * 200_000,
        b'{"a":' * 200_000 + b"1" + b"}" * 200_000,
        b'{"name": "a\x00b"}',
        b"[" * 33 + b"]" * 33,
        b'{"a":' * 33 + b"1" + b"}" * 33,
        rb'{"name": "a\u0000b"}',
        rb'{"a\u0000b": 1}',
        rb'["\ud800"]',
        b'{"name": "\xff"}',
        b'{"name": "\xed\xa0\x80"}',
        b"{'lon': 1}",
        b'{"lon": 1,}',
        b"",
        b"\xef\xbb\xbf{}",
    ],
)
def test_what_json_does_not_allow_is_refused(text: bytes) -> None:
    with pytest.raises(BadJSON):
        loads(text)


def test_a_written_backslash_is_no_nul() -> None:
    assert loads(rb'"\\u0000"') == "\\u0000"


def test_an_escaped_pair_is_one_character() -> None:
    assert loads(rb'"\ud83c\udfee"') == "🏮"


def test_shapes_are_nested_less_deeply() -> None:
    assert loads(b"[" * 32 + b"]" * 32)


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**18), 10**18)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: st.lists(inner) | st.dictionaries(st.text("abc"), inner),
    max_leaves=10,
)


@given(values)
def test_what_json_allows_comes_back_as_it_was(value: object) -> None:
    assert loads(json.dumps(value).encode()) == value


@given(st.binary(max_size=40))
def test_any_bytes_give_a_value_or_a_refusal(text: bytes) -> None:
    try:
        value = loads(text)
    except BadJSON:
        return
    assert not (isinstance(value, float) and not math.isfinite(value))
