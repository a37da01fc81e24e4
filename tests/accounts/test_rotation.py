"""``manage.py rotate_keys``: everything encrypted goes under the first key, and nothing is lost."""

import io
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from cryptography.fernet import Fernet
from django.core.management import CommandError, call_command
from django.db import connection

from accounts import rotation, second_factor
from accounts.acting import as_job
from accounts.models import Member
from households.models import BuildingHead
from tests.town import Town

pytestmark = pytest.mark.django_db
NEW = Fernet.generate_key().decode()


def heads(town: Town, count: int) -> None:
    with as_job("import"):
        for number in range(count):
            BuildingHead.objects.create(
                area=town.west,
                building=town.buildings[0],
                kind=BuildingHead.Kind.ELECTED,
                name=f"Head {number}",
                contact=f"139 {number}" if number % 2 else "",
                starts_on="2026-01-01",
            )


def stored() -> list[tuple[str, str]]:
    with as_job("rotate_keys"), connection.cursor() as cursor:
        cursor.execute("SELECT name, contact FROM households_buildinghead ORDER BY id")
        return cursor.fetchall()


def run(*arguments: str) -> str:
    told = io.StringIO()
    call_command("rotate_keys", *arguments, stdout=told)
    return told.getvalue()


@pytest.fixture
def secret(town: Town, settings: Any) -> str:
    made = second_factor.new_secret()
    TOTP.activate(town.coordinator, made)
    second_factor.new_recovery_codes(town.coordinator)
    return made


def test_all_go_under_the_new_key_and_the_old_one_can_go(
    town: Town, secret: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 2)
    heads(town, 5)
    codes = second_factor.RecoveryCodes(
        Authenticator.objects.get(type="recovery_codes")
    ).generate_codes()
    settings.ENCRYPTION_KEYS = [NEW, *settings.ENCRYPTION_KEYS]
    told = run()
    assert "households.BuildingHead.name: 5 looked at, 5 encrypted anew" in told
    assert "households.BuildingHead.contact: 2 looked at, 2 encrypted anew" in told
    assert "second factors: 2 looked at, 2 encrypted anew" in told
    settings.ENCRYPTION_KEYS = [NEW]
    with as_job("rotate_keys"):
        assert [(head.name, head.contact) for head in BuildingHead.objects.order_by("pk")] == [
            (f"Head {number}", f"139 {number}" if number % 2 else "") for number in range(5)
        ]
    factor = Authenticator.objects.get(type="totp")
    assert second_factor.encryption.decrypt(factor.data["secret"]) == secret
    assert second_factor.accepts(town.coordinator, codes[0])
    assert "5 looked at, 0 encrypted anew" in run()


def test_a_dry_run_changes_nothing(town: Town, secret: str, settings: Any) -> None:
    heads(town, 3)
    before = (stored(), list(Authenticator.objects.values_list("data")))
    settings.ENCRYPTION_KEYS = [NEW, *settings.ENCRYPTION_KEYS]
    assert "6 to encrypt anew; nothing was changed." in run("--dry-run")
    assert (stored(), list(Authenticator.objects.values_list("data"))) == before


def test_broken_off_it_goes_on_where_it_was(
    town: Town, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rotation, "BATCH", 2)
    heads(town, 5)
    before = stored()
    settings.ENCRYPTION_KEYS = [NEW, *settings.ENCRYPTION_KEYS]
    next(rotation.rotate_field(BuildingHead, "name"))
    assert [new != old for new, old in zip(stored(), before, strict=True)] == [True] * 2 + [
        False
    ] * 3
    assert "BuildingHead.name: 5 looked at, 3 encrypted anew" in run()


def test_a_missing_key_is_named_and_the_text_is_left(town: Town, settings: Any) -> None:
    heads(town, 2)
    before = stored()
    settings.ENCRYPTION_KEYS = [NEW]
    with pytest.raises(CommandError, match="no key of ENCRYPTION_KEYS opens"):
        run()
    assert stored() == before
    settings.ENCRYPTION_KEYS = []
    with pytest.raises(CommandError, match="set them, the new one first"):
        run()


def test_every_encrypted_field_of_every_model_is_found() -> None:
    found = {f"{model._meta.label}.{name}" for model, name in rotation.places()}
    assert {"households.Household.contact", "households.CarePlan.consent_name"} <= found
    assert Member not in {model for model, _name in rotation.places()}
