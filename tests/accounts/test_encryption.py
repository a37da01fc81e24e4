"""What is stored encrypted: unreadable without the key, and the key can be changed."""

from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError
from hypothesis import HealthCheck, given
from hypothesis import settings as example_settings
from hypothesis import strategies as st

from accounts.encryption import EncryptedTextField, Unreadable, decrypt, encrypt, rotate


@given(text=st.text(st.characters(codec="utf-8")))
@example_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_encrypted_comes_back(text: str) -> None:
    stored = encrypt(text)
    assert decrypt(stored) == text
    assert rotate(stored) == stored


def test_the_same_text_never_looks_the_same() -> None:
    assert encrypt("138 0013 8000") != encrypt("138 0013 8000")
    assert "138" not in encrypt("138 0013 8000")


def test_a_new_key_in_front_reads_the_old_and_takes_over(settings: Any) -> None:
    old, new = settings.ENCRYPTION_KEYS[0], Fernet.generate_key().decode()
    stored = encrypt("door 3")
    settings.ENCRYPTION_KEYS = [new, old]
    assert decrypt(stored) == "door 3"
    turned = rotate(stored)
    settings.ENCRYPTION_KEYS = [new]
    assert decrypt(turned) == "door 3"
    with pytest.raises(Unreadable, match="tell an administrator"):
        decrypt(stored)


@pytest.mark.parametrize("keys", [[], ["too short"]])
def test_no_usable_key_is_said_in_one_sentence(settings: Any, keys: list[str]) -> None:
    stored = encrypt("door 3")
    settings.ENCRYPTION_KEYS = keys
    for act in (encrypt, decrypt, rotate):
        with pytest.raises(Unreadable, match="lacks the key"):
            act(stored)


@pytest.mark.parametrize("stored", ["", "plain text", "gAAAAAB", "é"])
def test_what_was_never_encrypted_is_not_taken_for_it(stored: str) -> None:
    with pytest.raises(Unreadable):
        decrypt(stored)


def test_a_field_keeps_what_is_empty_and_encrypts_the_rest() -> None:
    field = EncryptedTextField(name="contact")
    assert [field.get_prep_value(empty) for empty in (None, "")] == [None, ""]
    stored = field.get_prep_value("139")
    assert stored != "139"
    assert [field.from_db_value(value, None, None) for value in (None, "", stored)] == [
        None,
        "",
        "139",
    ]


@pytest.mark.parametrize("lookup", ["exact", "icontains", "in", "gt"])
def test_a_field_refuses_to_be_searched(lookup: str) -> None:
    field = EncryptedTextField(name="contact")
    with pytest.raises(FieldError, match="isnull only"):
        field.get_lookup(lookup)
    assert field.get_lookup("isnull") is not None
