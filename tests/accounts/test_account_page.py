"""A member's own page: the passphrase, and where one is signed in."""

import datetime as dt
import os
import re
import subprocess
import sys
from typing import Any

import pytest
from axes.models import AccessAttempt, AccessLog
from django.conf import settings as django_settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts import sessions
from accounts.models import MemberSession
from accounts.retention import forget_attempts
from fixtures import cast
from tests.town import PASSWORD, Town

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("quick_passwords", "town")]
NEW = "four lanterns by the canal"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = (
    "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/140.0.0.0 Mobile Safari/537.36"
)


def client_of(town: Town, agent: str, **more: Any) -> Client:
    client = Client(headers={"user-agent": agent}, **more)
    client.post("/sign-in/", {"username": "worker", "password": PASSWORD})
    return client


def change(client: Client, old: str = PASSWORD, new: str = NEW, again: str | None = None) -> Any:
    sent = {"old": old, "new_password1": new, "new_password2": again or new}
    return client.post("/account/", sent)


class TestPassphrase:
    def test_a_new_one_signs_out_everywhere_else(self, town: Town) -> None:
        here, there = client_of(town, FIREFOX), client_of(town, PHONE)
        assert change(here).status_code == 302
        assert here.get("/account/").status_code == 200
        assert there.get("/account/").status_code == 302
        assert MemberSession.objects.count() == 1
        town.worker.refresh_from_db()
        assert town.worker.check_password(NEW)

    @pytest.mark.parametrize(
        ("old", "new", "again", "told"),
        [
            ("a guess", NEW, NEW, "not your passphrase of today"),
            (PASSWORD, "too short 13!", "too short 13!", "at least 14 characters"),
            (PASSWORD, "12345678901234567890", "12345678901234567890", "common"),
            (PASSWORD, "worker worker 1", "worker worker 1", "too similar"),
            (PASSWORD, NEW, NEW + "!", "match"),
        ],
    )
    def test_what_is_refused(self, town: Town, old: str, new: str, again: str, told: str) -> None:
        town.worker.username = "worker worker"
        town.worker.save()
        client = Client()
        client.force_login(town.worker)
        response = change(client, old, new, again)
        assert response.status_code == 400
        assert told in response.content.decode()
        town.worker.refresh_from_db()
        assert town.worker.check_password(PASSWORD)

    def test_guessing_it_in_a_stolen_session_is_limited(self, town: Town) -> None:
        client = client_of(town, FIREFOX)
        answers = [change(client, f"guess {number}").status_code for number in range(10)]
        assert answers == [400] * 9 + [429]
        assert change(client).status_code == 429

    def test_that_of_the_sample_would_be_taken(
        self, town: Town, settings: Any, tmp_path: Any
    ) -> None:
        settings.DATA_DIR = tmp_path
        validate_password(cast.passphrase(), town.worker)
        with pytest.raises(ValidationError):
            validate_password("short", town.worker)


class TestSessions:
    def test_they_are_listed_with_this_one_marked(self, town: Town) -> None:
        here = client_of(town, FIREFOX)
        client_of(town, PHONE)
        page = here.get("/account/").content.decode()
        assert re.findall(r"<strong>(.*?)</strong>", page).count("Firefox, Linux") == 1
        assert "Chrome, Android" in page
        assert page.count("this one") == page.count("Sign out there") == 1

    def test_one_is_ended_from_another(self, town: Town) -> None:
        here, there, third = (client_of(town, agent) for agent in (FIREFOX, PHONE, ""))
        number = MemberSession.objects.get(browser="Chrome, Android").number
        assert here.post(f"/account/sign-out/{number}/").status_code == 302
        assert [c.get("/account/").status_code for c in (here, there, third)] == [200, 302, 200]
        here.post("/account/sign-out/")
        assert [c.get("/account/").status_code for c in (here, there, third)] == [200, 302, 302]

    def test_nobody_ends_those_of_others(self, client: Client, town: Town) -> None:
        theirs = client_of(town, FIREFOX)
        client.force_login(town.outsider)
        client.post(f"/account/sign-out/{MemberSession.objects.get(member=town.worker).number}/")
        client.post("/account/sign-out/")
        assert theirs.get("/account/").status_code == 200

    def test_no_address_and_no_key_is_shown_or_stored(self, town: Town) -> None:
        client = client_of(town, FIREFOX, REMOTE_ADDR="192.0.2.77")
        page = client.get("/account/").content.decode()
        stored = str(list(MemberSession.objects.values()))
        assert "192.0.2.77" not in page + stored
        assert "Gecko" not in stored
        assert str(client.session.session_key) not in page

    def test_signing_out_and_clearing_take_the_row_along(self, town: Town) -> None:
        client = client_of(town, FIREFOX)
        client.post("/sign-out/")
        assert not MemberSession.objects.exists()
        client_of(town, FIREFOX)
        MemberSession.objects.get().session.__class__.objects.update(expire_date=timezone.now())
        call_command("clearsessions")
        assert not MemberSession.objects.exists()

    def test_one_that_a_new_passphrase_ended_is_not_listed(self, town: Town) -> None:
        client_of(town, FIREFOX)
        town.worker.set_password(NEW)
        town.worker.save()
        assert sessions.sessions_of(town.worker) == []

    def test_being_there_is_noted_by_the_hour(self, town: Town) -> None:
        client = client_of(town, FIREFOX)
        seen = timezone.now() - dt.timedelta(hours=30)
        MemberSession.objects.update(last_seen=seen)
        sessions._known.clear()
        client.get("/account/")
        noted = MemberSession.objects.get().last_seen
        assert noted > seen
        assert (noted.minute, noted.second, noted.microsecond) == (0, 0, 0)

    @pytest.mark.parametrize(("hours", "status"), [(12, 200), (14, 302)])
    def test_one_with_a_second_factor_ends_when_it_lies_idle(
        self, town: Town, hours: int, status: int
    ) -> None:
        client = client_of(town, FIREFOX)
        seen = timezone.now() - dt.timedelta(hours=hours)
        MemberSession.objects.update(second_factor=True, last_seen=seen)
        sessions._known.clear()
        assert client.get("/account/").status_code == status

    def test_a_process_remembers_only_so_many(
        self, town: Town, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sessions, "MOST", 2)
        sessions._known.clear()
        clients = [client_of(town, FIREFOX) for _ in range(3)]
        assert len(sessions._known) == 2
        assert clients[0].get("/account/").status_code == 200


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox, Linux"),
        (PHONE, "Chrome, Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", "Safari, iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge, Windows"),
        ("Mozilla/5.0 (Linux; Android 12) Chrome/9 MicroMessenger/8.0", "WeChat, Android"),
        ("curl/8.0", ""),
    ],
)
def test_the_browser_is_named_plainly(agent: str, name: str) -> None:
    assert sessions.browser_name(agent) == name


class TestLockOut:
    @pytest.mark.parametrize("name", ["worker", "nobody.by.this.name"])
    def test_it_is_the_same_whether_or_not_the_name_is_there(self, town: Town, name: str) -> None:
        client = Client()
        sent = {"username": name, "password": "wrong"}
        answers = [client.post("/sign-in/", sent) for _ in range(11)]
        assert [answer.status_code for answer in answers] == [200] * 9 + [429] * 2
        assert answers[-1]["Retry-After"] == "900"
        pages = [
            re.sub(r'value="[^"]*"', "", a.content.decode()) for a in (answers[0], answers[-1])
        ]
        other = Client()
        sent = {"username": "somebody else", "password": "wrong"}
        others = [other.post("/sign-in/", sent).content.decode() for _ in range(10)]
        assert pages == [re.sub(r'value="[^"]*"', "", page) for page in (others[0], others[-1])]

    def test_it_is_over_after_a_quarter_of_an_hour_and_ends_at_the_address(
        self, town: Town
    ) -> None:
        sent = {"username": "worker", "password": "wrong"}
        for _ in range(10):
            Client(REMOTE_ADDR="192.0.2.1").post("/sign-in/", sent)
        right = {"username": "worker", "password": PASSWORD}
        elsewhere = Client(REMOTE_ADDR="192.0.2.2")
        assert elsewhere.post("/sign-in/", right).status_code == 302
        here = Client(REMOTE_ADDR="192.0.2.1")
        assert here.post("/sign-in/", right).status_code == 429
        AccessAttempt.objects.update(attempt_time=timezone.now() - dt.timedelta(minutes=16))
        assert here.post("/sign-in/", right).status_code == 302

    def test_another_address_of_the_same_connection_is_locked_out_too(self) -> None:
        for nth in range(10):
            sent = {"username": "worker", "password": "wrong"}
            Client(REMOTE_ADDR=f"2001:db8::{nth + 1}").post("/sign-in/", sent)
        right = {"username": "worker", "password": PASSWORD}
        assert Client(REMOTE_ADDR="2001:db8::ff").post("/sign-in/", right).status_code == 429
        elsewhere = Client(REMOTE_ADDR="2001:db8:0:1::1")
        assert elsewhere.post("/sign-in/", right).status_code == 302

    def test_tries_are_forgotten_after_thirty_days(self, town: Town) -> None:
        now = timezone.now()
        for name in ("long ago", "lately"):
            Client().post("/sign-in/", {"username": name, "password": "wrong"})
        client_of(town, FIREFOX)
        month = now - dt.timedelta(days=31)
        AccessAttempt.objects.filter(username="long ago").update(attempt_time=month)
        AccessLog.objects.update(attempt_time=month)
        assert forget_attempts(now) == 2
        assert AccessAttempt.objects.get().username == "lately"
        assert forget_attempts(now) == 0


def test_behind_tls_cookies_are_strict() -> None:
    code = (
        "import django; django.setup(); from django.conf import settings as s; print(s."
        "SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.SESSION_COOKIE_SECURE, s."
        "SESSION_COOKIE_HTTPONLY, s.SESSION_COOKIE_SAMESITE, s.SESSION_COOKIE_PATH, s."
        "SESSION_COOKIE_DOMAIN)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "HTTPS": "on", "DJANGO_SETTINGS_MODULE": "config.settings"},
        cwd=django_settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )
    words = "__Host-sessionid __Host-csrftoken True True Lax / None"
    assert done.stdout.strip() == words
