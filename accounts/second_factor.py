"""The second factor: a code of six digits that changes every 30 seconds (TOTP, RFC 6238).

Secrets and recovery codes are django-allauth's, encrypted at rest (`SecondFactorAdapter`). What it
keeps in a cache is kept with the secret here, since each web process has a cache of its own: the
code used last, which is not taken twice, and the wrong codes of the last quarter of an hour,
which are limited whatever address they come from.
"""

import string
import time

from allauth.mfa import app_settings
from allauth.mfa.adapter import DefaultMFAAdapter, get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _
from rest_framework import status

from accounts import encryption
from accounts.models import Member
from api.errors import GridwalkError

#: Wrong codes within WINDOW seconds before no code is taken any more.
MOST_WRONG = 10
WINDOW = 15 * 60


class SecondFactorNeeded(GridwalkError):
    """A role that asks for a second factor, in a session that was opened without."""

    code = "second_factor_needed"
    http_status = status.HTTP_403_FORBIDDEN
    sentence = _("Your role asks for a second factor. Load the map anew in a browser to set it up.")


class TooManyCodes(GridwalkError):
    """So many wrong codes are guesses."""

    code = "too_many_requests"
    http_status = status.HTTP_429_TOO_MANY_REQUESTS


class SecondFactorAdapter(DefaultMFAAdapter):
    """MFA_ADAPTER: django-allauth's secrets under our keys, under the member's user name."""

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text)

    def get_totp_label(self, user: Member) -> str:
        return user.username


def has_second_factor(member: Member) -> bool:
    """Whether the member set one up."""
    return Authenticator.objects.filter(user=member, type=Authenticator.Type.TOTP).exists()


def new_secret() -> str:
    """160 random bits in base 32, for an app to keep."""
    return generate_totp_secret()


def address_of_secret(member: Member, secret: str) -> str:
    """What the QR code says to an app: otpauth://totp/…"""
    return str(get_adapter().build_totp_url(member, secret))


@transaction.atomic
def set_up(member: Member, secret: str, code: str) -> list[str] | None:
    """Keep the secret if the code shows that an app has it; returns the recovery codes."""
    counter = _counter_of(secret, _digits(code))
    if counter is None or has_second_factor(member):
        return None
    factor = TOTP.activate(member, secret).instance
    factor.data["counter"] = counter
    factor.save(update_fields=["data"])
    return new_recovery_codes(member)


@transaction.atomic
def new_recovery_codes(member: Member) -> list[str]:
    """Ten codes of eight digits, each good for one sign-in; those from before are void."""
    Authenticator.objects.filter(user=member, type=Authenticator.Type.RECOVERY_CODES).delete()
    return list(RecoveryCodes.activate(member).generate_codes())


@transaction.atomic
def accepts(member: Member, code: str) -> bool:
    """Whether this is the app's code of now, or a recovery code; either is good only once.

    Raises TooManyCodes after MOST_WRONG wrong ones within WINDOW.
    """
    factor = (
        Authenticator.objects.select_for_update()
        .filter(user=member, type=Authenticator.Type.TOTP)
        .first()
    )
    if factor is None:
        return False
    now = time.time()
    wrong = [at for at in factor.data.get("wrong", []) if now - at < WINDOW]
    if len(wrong) >= MOST_WRONG:
        raise TooManyCodes(
            _("Too many wrong codes. Wait %(minutes)s minutes, then try again.")
            % {"minutes": WINDOW // 60}
        )
    good = _accepts(factor, _digits(code))
    factor.data["wrong"] = [] if good else [*wrong, now]
    factor.save(update_fields=["data"])
    if good:
        factor.record_usage()
    return good


def _accepts(factor: Authenticator, digits: str) -> bool:
    if len(digits) == app_settings.RECOVERY_CODE_DIGITS:
        codes = Authenticator.objects.filter(
            user_id=factor.user_id, type=Authenticator.Type.RECOVERY_CODES
        ).first()
        return codes is not None and RecoveryCodes(codes).validate_code(digits)
    counter = _counter_of(encryption.decrypt(factor.data["secret"]), digits)
    if counter is None or counter <= factor.data.get("counter", 0):
        return False
    factor.data["counter"] = counter
    return True


def _digits(code: str) -> str:
    """What was typed without spaces and dashes, full-width digits of a Chinese keyboard as ours."""
    plain = code.translate(str.maketrans("０１２３４５６７８９", string.digits))
    return "".join(character for character in plain if character in string.digits)


def _counter_of(secret: str, digits: str) -> int | None:
    """The half minute of now, give or take one, whose code this is."""
    for counter in yield_hotp_counters_from_time():
        if constant_time_compare(digits, format_hotp_value(hotp_value(secret, counter))):
            return int(counter)
    return None


@transaction.atomic
def remove(member: Member) -> bool:
    """Take the second factor and its recovery codes away; False where there is none."""
    count, _kinds = Authenticator.objects.filter(user=member).delete()
    return count > 0
