"""Protected texts on their way: readable with a passphrase, never with the keys of a server."""

import base64
import hashlib
import secrets
from collections.abc import Sequence
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from django.utils.translation import gettext as _

from accounts.encryption import decrypt, encrypt
from api.errors import BadFile, BadInput
from publish.exchange.tables import Column

#: A passphrase has so many letters at least; scrypt makes guessing slow, not impossible.
SHORTEST = 12


class Wrapped:
    """Turns what a database holds into what the file holds, and back, by one passphrase."""

    def __init__(self, passphrase: str, salt: str = "") -> None:
        if len(passphrase) < SHORTEST:
            raise BadInput(_("The passphrase needs %d letters at least.") % SHORTEST)
        self.salt = salt or secrets.token_hex(16)
        key = hashlib.scrypt(
            passphrase.encode(), salt=self.salt.encode(), n=2**15, r=8, p=1,
            maxmem=2**26, dklen=32,
        )  # fmt: skip
        self._key = Fernet(base64.urlsafe_b64encode(key))

    def outward(self, row: Sequence[Any], columns: Sequence[Column]) -> list[Any]:
        return [
            self._key.encrypt(decrypt(value).encode()).decode("ascii")
            if one.encrypted and value
            else value
            for one, value in zip(columns, row, strict=True)
        ]

    def inward(self, row: Sequence[Any], columns: Sequence[Column]) -> list[Any]:
        """Raises BadFile where the passphrase is another."""
        return [
            encrypt(self._opened(value)) if one.encrypted and value else value
            for one, value in zip(columns, row, strict=True)
        ]

    def _opened(self, value: Any) -> str:
        try:
            return self._key.decrypt(value).decode()
        except (InvalidToken, TypeError, ValueError) as error:
            raise BadFile(_("The passphrase does not fit this file.")) from error
