"""One's own account in a browser: the second factor from set-up to lost phone, and sessions."""

import re
import time
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from accounts.models import MemberSession
from tests.browser.conftest import Open
from tests.browser.test_sign_in import english, sign_in, visible
from tests.town import PASSWORD, Town

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("quick_passwords"),
]


@pytest.fixture
def guarded(settings: Any) -> None:
    settings.SECOND_FACTOR_ROLES = ["coordinator"]


def code(secret: str, ahead: int = 0) -> str:
    """The app's code of now, or of so many half minutes later, which is good already."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + ahead))


def type_code(page: Page, digits: str) -> None:
    page.locator("#id_code").fill(digits)
    page.locator("form .primary").click()


def sign_out(page: Page) -> None:
    page.locator(".account summary").click()
    page.get_by_role("button", name="Sign out", exact=True).click()
    expect(page.locator("#id_username")).to_be_visible()


@pytest.mark.usefixtures("guarded")
def test_the_second_factor_from_setting_up_to_a_lost_phone(town: Town, open_page: Open) -> None:
    page = open_page(None, "/sign-in/?next=/cases/")
    sign_in(page, "coordinator", PASSWORD)
    expect(page.get_by_role("heading", name="Set up the second factor")).to_be_visible()
    box = page.locator(".qr svg").bounding_box()
    assert box is not None
    assert box["width"] > 150
    page.get_by_text("Or type the secret").click()
    secret = page.locator("#secret").inner_text().replace(" ", "")
    page.goto("/")
    expect(page.locator(".qr svg")).to_be_visible()
    page.goto("/account/second-factor/?next=/cases/")
    type_code(page, "000000")
    expect(page.get_by_role("alert")).to_contain_text("not the code of this half minute")
    type_code(page, code(secret))
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    expect(page.locator(".recovery code")).to_have_count(10)
    codes = page.locator(".recovery code").all_inner_texts()
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    assert codes[9] in download.value.path().read_text(encoding="utf-8")
    page.get_by_role("link", name="I have kept them").click()
    page.wait_for_url("**/cases/")

    sign_out(page)
    page.goto("/sign-in/?next=/account/")
    sign_in(page, "coordinator", PASSWORD)
    type_code(page, "123 456")
    expect(page.get_by_role("alert")).to_contain_text("not right, or was used already")
    type_code(page, code(secret, 1))
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()

    sign_out(page)
    page.goto("/sign-in/?next=/account/")
    sign_in(page, "coordinator", PASSWORD)
    type_code(page, codes[0])
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()


def test_another_place_is_seen_and_signed_out(town: Town, open_page: Open) -> None:
    here, there = open_page(None, "/sign-in/?next=/account/"), open_page(None, "/sign-in/")
    for page in (there, here):
        sign_in(page, "worker", PASSWORD)
    expect(here.get_by_text("this one")).to_have_count(1)
    expect(here.locator(".places li")).to_have_count(2)
    here.get_by_role("button", name="Sign out there").click()
    expect(here.get_by_role("status")).to_have_text("Signed out there.")
    expect(here.locator(".places li")).to_have_count(1)
    assert MemberSession.objects.count() == 1
    there.goto("/account/")
    expect(there.locator("#id_username")).to_be_visible()


def test_the_passphrase_is_changed(town: Town, open_page: Open) -> None:
    page = open_page(town.worker, "/account/", wait=False)
    page.locator("#id_old").fill("not this one")
    for field in ("#id_new_password1", "#id_new_password2"):
        page.locator(field).fill("four lanterns by the canal")
    page.locator("form .primary").click()
    expect(page.get_by_role("alert")).to_contain_text("not your passphrase of today")
    page.locator("#id_old").fill(PASSWORD)
    for field in ("#id_new_password1", "#id_new_password2"):
        page.locator(field).fill("four lanterns by the canal")
    page.locator("form .primary").click()
    expect(page.get_by_role("status")).to_contain_text("The passphrase is changed")
    sign_out(page)
    sign_in(page, "worker", "four lanterns by the canal")
    page.wait_for_url(re.compile(r"/(#.*)?$"))


@pytest.mark.usefixtures("guarded")
def test_no_english_and_no_wide_page_in_chinese_on_a_phone(town: Town, open_page: Open) -> None:
    narrow: dict[str, Any] = {"language": "zh-hans", "size": (390, 844), "wait": False}
    setting_up = open_page(town.coordinator, "/account/second-factor/", **narrow)
    account = open_page(town.worker, "/account/", **narrow)
    codes = open_page(town.worker, "/account/recovery-codes/", **narrow)
    for page in (setting_up, account, codes):
        assert sorted(set(visible(page)) & english()) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
