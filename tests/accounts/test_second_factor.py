"""The second factor: who must have it, setting it up, signing in with it, and without the phone."""

import datetime as dt
import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from axes.models import AccessAttempt
from django.test import Client
from django.utils import timezone

from accounts import encryption, second_factor, sessions
from accounts.models import Member, MemberSession, Role
from grid.models import Responsibility
from grid.second_factor import needs_second_factor
from tests.town import PASSWORD, Town

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_passwords", "town")]
PAGE = "/account/second-factor/"
ROLES = ["coordinator", "leader", "auditor", "administrator"]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> "Clock":
    return Clock(monkeypatch)


class Clock:
    """Time that stands still, and moves by half minutes."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_800_000_000.0
        monkeypatch.setattr(time, "time", lambda: self.now)

    def next_code(self, secret: str) -> str:
        self.now += 30
        return self.code(secret)

    def code(self, secret: str) -> str:
        return format_hotp_value(hotp_value(secret, int(self.now) // 30))


@pytest.fixture
def guarded(settings: Any) -> None:
    settings.SECOND_FACTOR_ROLES = ROLES


def enrolled(member: Member, clock: Clock) -> tuple[str, list[str]]:
    secret = second_factor.new_secret()
    codes = second_factor.set_up(member, secret, clock.code(secret))
    assert codes is not None
    return secret, codes


def sign_in(client: Client, username: str = "coordinator", **more: str) -> Any:
    return client.post("/sign-in/", {"username": username, "password": PASSWORD, **more})


def type_code(client: Client, code: str) -> Any:
    return client.post("/sign-in/code/", {"code": code})


@pytest.mark.usefixtures("guarded")
class TestWhoMust:
    @pytest.mark.parametrize("name", ["coordinator", "leader", "administrator"])
    def test_a_role_that_sees_much_gets_to_no_page_before(
        self, client: Client, town: Town, name: str
    ) -> None:
        client.force_login(getattr(town, name))
        for address in ("/", "/cases/?state=open", "/account/", "/admin/", "/report/"):
            response = client.get(address)
            assert response.status_code == 302, address
            assert response["Location"].startswith(f"{PAGE}?next=%2F")

    @pytest.mark.parametrize(
        "address", ["/api/v1/start/", "/api/v1/cases/", "/tiles/map/14/0/0.mvt", "/api/v1/docs/"]
    )
    def test_a_program_gets_a_code_that_it_can_act_on(
        self, client: Client, town: Town, address: str
    ) -> None:
        client.force_login(town.coordinator)
        response = client.get(address)
        assert response.status_code == 403
        assert response.json()["error"]["code"] == "second_factor_needed"

    def test_a_worker_and_nobody_are_not_asked(self, client: Client, town: Town) -> None:
        assert client.get("/sign-in/").status_code == 200
        client.force_login(town.worker)
        assert client.get("/").status_code == 200
        assert client.get("/tiles/map/14/0/0.mvt").status_code == 200

    def test_the_invented_members_of_a_sample_are_not_asked(
        self, client: Client, town: Town
    ) -> None:
        Member.objects.update(simulated=True)
        client.force_login(town.administrator)
        assert client.get("/").status_code == 200

    def test_a_role_given_during_a_session_asks_at_once(self, client: Client, town: Town) -> None:
        client.force_login(town.worker)
        assert client.get("/").status_code == 200
        Member.objects.filter(pk=town.worker.pk).update(is_superuser=True)
        assert client.get("/")["Location"].startswith(PAGE)

    @pytest.mark.parametrize(
        ("starts", "ends", "asked"),
        [(-9, None, True), (-9, 0, True), (-9, -1, False), (1, None, False)],
    )
    def test_only_a_role_of_today_counts(
        self, town: Town, starts: int, ends: int | None, asked: bool
    ) -> None:
        today = timezone.localdate()
        Responsibility.objects.create(
            member=town.worker,
            role=Role.AUDITOR,
            area=town.city,
            starts_on=today + dt.timedelta(days=starts),
            ends_on=None if ends is None else today + dt.timedelta(days=ends),
        )
        assert needs_second_factor(town.worker.pk, today) is asked
        assert not needs_second_factor(town.teammate.pk, today)

    def test_superusers_are_asked_where_administrators_are(self, town: Town, settings: Any) -> None:
        today = timezone.localdate()
        assert needs_second_factor(town.administrator.pk, today)
        settings.SECOND_FACTOR_ROLES = ["leader"]
        assert not needs_second_factor(town.administrator.pk, today)

    def test_a_session_from_before_sessions_were_noted_is_one_without(
        self, client: Client, town: Town
    ) -> None:
        client.force_login(town.coordinator)
        MemberSession.objects.all().delete()
        sessions._known.clear()
        assert client.get("/")["Location"].startswith(PAGE)

    def test_signing_out_and_the_language_stay_open(self, client: Client, town: Town) -> None:
        client.force_login(town.coordinator)
        assert client.post("/language/", {"language": "en", "next": PAGE})["Location"] == PAGE
        assert client.post("/sign-out/")["Location"] == "/sign-in/"

    def test_none_of_the_pages_of_allauth_is_there(self, client: Client, town: Town) -> None:
        for path in ("signup", "login", "email", "password/reset", "2fa", "social/signup"):
            for address in (f"/{path}/", f"/accounts/{path}/", f"/account/{path}/"):
                assert client.get(address).status_code == 404, address

    def test_it_costs_one_query_for_who_has_none_and_none_for_who_has_one(
        self, client: Client, town: Town, clock: Clock, django_assert_num_queries: Any
    ) -> None:
        tile = "/tiles/map/14/0/0.mvt"
        client.force_login(town.worker)
        client.get(tile)
        # Whether a role asks for a second factor; the session; the version of the tiles.
        with django_assert_num_queries(3):
            assert client.get(tile).status_code == 200
        secret, _codes = enrolled(town.coordinator, clock)
        other = Client()
        sign_in(other)
        type_code(other, clock.next_code(secret))
        other.get(tile)
        with django_assert_num_queries(2):
            assert other.get(tile).status_code == 200


@pytest.mark.usefixtures("guarded")
class TestSettingUp:
    def secret_on(self, client: Client) -> str:
        page = client.get(PAGE).content.decode()
        found = re.search(r'id="secret">([A-Z2-7 ]+)<', page)
        assert found
        return found[1].replace(" ", "")

    def test_from_the_passphrase_to_the_page_that_was_asked_for(
        self, client: Client, town: Town, clock: Clock
    ) -> None:
        assert sign_in(client, next="/cases/")["Location"] == "/cases/"
        before = client.session.session_key
        secret = self.secret_on(client)
        assert self.secret_on(client) == secret
        sent = {"code": clock.code(secret), "next": "/cases/"}
        assert client.post(PAGE, sent)["Location"] == "/account/recovery-codes/"
        assert client.session.session_key != before
        page = client.get("/account/recovery-codes/")
        codes = re.findall(r"<code>(\d{4} \d{4})</code>", page.content.decode())
        assert len(set(codes)) == 10
        text = client.get("/account/recovery-codes/?as=text")
        assert text["Content-Disposition"].startswith("attachment")
        assert all(code in text.content.decode() for code in codes)
        assert page["Cache-Control"] == text["Cache-Control"] == "no-store"
        assert client.get("/cases/").status_code == 200
        clock.now += 16 * 60
        assert codes[0] not in client.get("/account/recovery-codes/").content.decode()

    def test_a_wrong_code_sets_up_nothing(self, client: Client, town: Town, clock: Clock) -> None:
        client.force_login(town.coordinator)
        secret = self.secret_on(client)
        for code in ("000000", "", "abcdef", clock.code(second_factor.new_secret())):
            assert client.post(PAGE, {"code": code}).status_code == 400
        assert not second_factor.has_second_factor(town.coordinator)
        assert self.secret_on(client) == secret

    def test_an_older_session_is_asked_for_the_passphrase_too(
        self, client: Client, town: Town, clock: Clock
    ) -> None:
        client.force_login(town.coordinator)
        MemberSession.objects.update(since="2020-01-01T00:00Z")
        code = clock.code(self.secret_on(client))
        assert client.post(PAGE, {"code": code, "old": "a guess"}).status_code == 400
        assert not second_factor.has_second_factor(town.coordinator)
        assert client.post(PAGE, {"code": code, "old": PASSWORD}).status_code == 302

    def test_nothing_of_it_can_be_read_in_the_database(
        self, client: Client, town: Town, clock: Clock
    ) -> None:
        client.force_login(town.coordinator)
        secret = self.secret_on(client)
        assert secret not in str(client.session.items())
        client.post(PAGE, {"code": clock.code(secret)})
        codes = second_factor.RecoveryCodes(
            Authenticator.objects.get(type="recovery_codes")
        ).generate_codes()
        stored = str([*Authenticator.objects.values_list("data"), client.session.items()])
        assert not [word for word in (secret, *codes) if word in stored]
        kept = Authenticator.objects.get(type="totp").data["secret"]
        assert encryption.decrypt(kept) == secret

    def test_the_page_holds_no_style_or_script_of_its_own(self, client: Client, town: Town) -> None:
        client.force_login(town.coordinator)
        page = client.get(PAGE).content.decode()
        assert "<svg viewBox" in page
        assert not re.search(r"<script|<style|style=|onclick=", page)

    def test_another_session_proves_it_before_it_goes_on(
        self, client: Client, town: Town, clock: Clock
    ) -> None:
        client.force_login(town.coordinator)
        secret, _codes = enrolled(town.coordinator, clock)
        assert client.get("/")["Location"] == f"{PAGE}?next=%2F"
        assert b"one-time-code" in client.get(PAGE).content
        assert client.post(PAGE, {"code": "000000"}).status_code == 200
        assert client.get("/").status_code == 302
        code = clock.next_code(secret)
        assert client.post(PAGE, {"code": code, "next": "/cases/"})["Location"] == "/cases/"
        assert client.get("/").status_code == 200

    @pytest.mark.parametrize("address", ["https://elsewhere.example/", "//elsewhere.example"])
    def test_it_leads_nowhere_else(
        self, client: Client, town: Town, clock: Clock, address: str
    ) -> None:
        client.force_login(town.coordinator)
        client.post(PAGE, {"code": clock.code(self.secret_on(client)), "next": address})
        assert "elsewhere" not in client.get("/account/recovery-codes/").content.decode()


class TestSigningIn:
    def test_the_passphrase_alone_opens_nothing(
        self, client: Client, town: Town, clock: Clock
    ) -> None:
        secret, _codes = enrolled(town.coordinator, clock)
        assert sign_in(client, next="/cases/")["Location"] == "/sign-in/code/"
        assert client.get("/")["Location"].startswith("/sign-in/")
        assert client.get("/api/v1/start/").status_code == 401
        assert client.get("/tiles/map/14/0/0.mvt").status_code == 403
        assert type_code(client, clock.next_code(secret))["Location"] == "/cases/"
        assert client.get("/cases/").status_code == 200

    def test_a_code_is_good_once_and_for_a_minute(
        self, client: Client, town: Town, clock: Clock
    ) -> None:
        secret, _codes = enrolled(town.coordinator, clock)
        used = clock.code(secret)
        sign_in(client)
        assert type_code(client, used).status_code == 200
        late = clock.next_code(secret)
        clock.now += 90
        assert type_code(client, late).status_code == 200
        spaced = clock.next_code(secret)
        assert type_code(client, f"{spaced[:3]} {spaced[3:]}").status_code == 302

    def test_digits_of_a_chinese_keyboard_are_digits(self, town: Town, clock: Clock) -> None:
        secret, _codes = enrolled(town.coordinator, clock)
        wide = clock.next_code(secret).translate(
            str.maketrans("0123456789", "０１２３４５６７８９")
        )
        assert second_factor.accepts(town.coordinator, wide)

    def test_a_recovery_code_stands_in_once(self, client: Client, town: Town, clock: Clock) -> None:
        _secret, codes = enrolled(town.coordinator, clock)
        sign_in(client)
        assert type_code(client, f"{codes[3][:4]} {codes[3][4:]}").status_code == 302
        other = Client()
        sign_in(other)
        assert type_code(other, codes[3]).status_code == 200
        assert type_code(other, codes[4]).status_code == 302

    def test_new_recovery_codes_need_a_code_and_void_the_old(
        self, client: Client, town: Town, clock: Clock
    ) -> None:
        secret, codes = enrolled(town.coordinator, clock)
        client.force_login(town.coordinator)
        client.post("/account/recovery-codes/", {"code": "000000"})
        assert not re.search(
            r"\d{4} \d{4}", client.get("/account/recovery-codes/").content.decode()
        )
        client.post("/account/recovery-codes/", {"code": clock.next_code(secret)})
        assert re.search(r"\d{4} \d{4}", client.get("/account/recovery-codes/").content.decode())
        assert not second_factor.accepts(town.coordinator, codes[0])

    def test_halfway_ends_after_ten_minutes_and_with_a_new_passphrase(
        self, client: Client, town: Town, clock: Clock
    ) -> None:
        secret, _codes = enrolled(town.coordinator, clock)
        sign_in(client)
        clock.now += 601
        assert type_code(client, clock.next_code(secret))["Location"] == "/sign-in/"
        sign_in(client)
        town.coordinator.set_password("something else altogether")
        town.coordinator.save()
        assert type_code(client, clock.next_code(secret))["Location"] == "/sign-in/"
        assert client.get("/sign-in/code/")["Location"] == "/sign-in/"

    def test_ten_wrong_codes_lock_the_account_at_both_steps(
        self, client: Client, town: Town, clock: Clock
    ) -> None:
        secret, _codes = enrolled(town.coordinator, clock)
        sign_in(client)
        answers = [type_code(client, "000000").status_code for _ in range(10)]
        assert answers == [200] * 9 + [429]
        assert type_code(client, clock.next_code(secret)).status_code == 429
        assert sign_in(Client()).status_code == 429

    def test_codes_are_limited_whatever_address_they_come_from(
        self, client: Client, town: Town, clock: Clock
    ) -> None:
        secret, _codes = enrolled(town.coordinator, clock)
        for number in range(10):
            other = Client(REMOTE_ADDR=f"192.0.2.{number}")
            sign_in(other)
            assert type_code(other, "000000").status_code == 200
        sign_in(client)
        assert type_code(client, clock.next_code(secret)).status_code == 429
        clock.now += 15 * 60
        sign_in(client)
        assert type_code(client, clock.next_code(secret)).status_code == 302

    def test_what_was_typed_is_not_written_down(
        self, client: Client, town: Town, clock: Clock
    ) -> None:
        enrolled(town.coordinator, clock)
        sign_in(client)
        type_code(client, "135791")
        noted = str(list(AccessAttempt.objects.values()))
        assert "coordinator" in noted
        assert "135791" not in noted

    def test_a_lost_key_is_told_in_a_sentence(
        self, client: Client, town: Town, clock: Clock, settings: Any
    ) -> None:
        secret, _codes = enrolled(town.coordinator, clock)
        sign_in(client)
        settings.ENCRYPTION_KEYS = ["b" * 43 + "="]
        response = type_code(client, clock.next_code(secret))
        assert response.status_code == 503
        assert "Nothing is lost" in response.content.decode()


class TestAdministration:
    def test_a_lost_phone_is_taken_out_and_that_is_noted(
        self, client: Client, town: Town, clock: Clock
    ) -> None:
        enrolled(town.coordinator, clock)
        theirs = Client()
        theirs.force_login(town.coordinator)
        client.force_login(town.administrator)
        chosen = [town.coordinator.pk, town.worker.pk]
        sent = {"action": "remove_second_factor", "_selected_action": chosen}
        page = client.post("/admin/accounts/member/", sent, follow=True).content.decode()
        assert "The second factor of 1 member is removed." in page
        assert not second_factor.has_second_factor(town.coordinator)
        assert theirs.get("/").status_code == 302
        history = client.get(f"/admin/accounts/member/{town.coordinator.pk}/history/")
        assert "Removed the second factor." in history.content.decode()

    def test_secrets_have_no_page(self, client: Client, town: Town, clock: Clock) -> None:
        enrolled(town.coordinator, clock)
        client.force_login(town.administrator)
        assert client.get("/admin/mfa/authenticator/").status_code == 404
        assert client.get("/admin/account/emailaddress/").status_code == 404
        assert "allauth" not in client.get("/admin/").content.decode()
