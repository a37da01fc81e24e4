"""Contact details and secrets at rest: encrypted with the keys of ENCRYPTION_KEYS.

Fernet (AES-128-CBC with HMAC-SHA256, random per value): the same text never looks the same twice,
so nothing can be searched for or joined by it, and a copy of the database tells nothing.
"""

from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError
from django.db import models
from django.utils.translation import gettext_lazy as _
from rest_framework import status

from api.errors import GridwalkError


class Unreadable(GridwalkError):
    """What is stored was encrypted with a key that this server does not have."""

    code = "wrong_encryption_key"
    http_status = status.HTTP_503_SERVICE_UNAVAILABLE
    sentence = _(
        "Protected details cannot be read, because the server lacks the key they were stored "
        "with. Nothing is lost; please tell an administrator."
    )


def usable_key(key: str) -> bool:
    """Whether this is a key as ``Fernet.generate_key`` makes it: 32 bytes in URL-safe base64."""
    try:
        Fernet(key)
    except ValueError:
        return False
    return True


def _keys(keys: Sequence[str]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as error:
        raise Unreadable() from error


def encrypt(text: str) -> str:
    """The text under the first key; raises Unreadable where the server has no usable key."""
    return _keys(settings.ENCRYPTION_KEYS).encrypt(text.encode()).decode("ascii")


def decrypt(stored: str) -> str:
    """What ``encrypt`` was given; raises Unreadable where no key of the server fits."""
    try:
        return _keys(settings.ENCRYPTION_KEYS).decrypt(stored.encode()).decode()
    except InvalidToken as error:
        raise Unreadable() from error


def rotate(stored: str) -> str:
    """The same text under the first key; unchanged if it is under that key already."""
    try:
        _keys(settings.ENCRYPTION_KEYS[:1]).decrypt(stored.encode())
    except InvalidToken:
        return encrypt(decrypt(stored))
    return stored


class EncryptedTextField(models.TextField):
    """Text that the database holds encrypted and Python reads in the clear.

    None and "" stay what they are, so that ``isnull`` can be asked; no other lookup can work.
    """

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return encrypt(value) if value else value

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> str | None:
        return decrypt(value) if value else value

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(f"{self.name} is encrypted: it can be asked for isnull only.")
        return super().get_lookup(lookup_name)

    def get_transform(self, lookup_name: str) -> Any:
        raise FieldError(f"{self.name} is encrypted: it can be asked for isnull only.")
