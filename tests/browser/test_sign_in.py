"""Signing in and out, and the language, in a real browser."""

import pytest
from playwright.sync_api import Page, expect

from accounts.models import Member
from map_static.words import words
from tests.browser.conftest import Open
from tests.test_translations import CATALOGUE
from tests.town import PASSWORD, Town

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def sign_in(page: Page, username: str, password: str) -> None:
    page.locator("#id_username").fill(username)
    page.locator("#id_password").fill(password)
    page.locator("form .primary").click()


def test_the_map_asks_to_sign_in_and_then_opens(town: Town, open_page: Open) -> None:
    page = open_page(None, "/")
    assert "/sign-in/" in page.url
    sign_in(page, "worker", PASSWORD)
    expect(page.locator(".cell-name")).to_have_text(["Lantern West"])
    page.locator("#account summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator("#id_username")).to_be_visible()


def test_a_wrong_password_is_told_and_ten_lock_the_door(town: Town, open_page: Open) -> None:
    page = open_page(None, "/sign-in/")
    for attempt in range(10):
        # The page before says the same.
        with page.expect_navigation():
            sign_in(page, "worker", "wrong")
        alert = page.get_by_role("alert")
        expected = "Name or password is not right" if attempt < 9 else "Too many wrong passwords"
        expect(alert).to_contain_text(expected)
    expect(page.get_by_role("alert")).to_contain_text("15 minutes")
    page.get_by_role("link", name="Back to signing in").click()
    with page.expect_navigation():
        sign_in(page, "worker", PASSWORD)
    expect(page.get_by_role("alert")).to_contain_text("Too many wrong passwords")


def test_the_language_is_remembered_with_the_member(town: Town, open_page: Open) -> None:
    page = open_page(town.worker, "/#17/60.17100/24.94100&days=7")
    page.locator("#account summary").click()
    page.get_by_role("button", name="简体中文").click()
    expect(page.get_by_role("button", name="7 天")).to_have_attribute("aria-pressed", "true")
    assert page.url.endswith("#17/60.17100/24.94100&days=7")
    assert Member.objects.get(pk=town.worker.pk).language == "zh-hans"
    # Another browser, set to English: the member's own choice is taken up at signing in.
    other = open_page(None, "/sign-in/")
    expect(other.locator("form .primary")).to_have_text("Sign in")
    sign_in(other, "worker", PASSWORD)
    expect(other.get_by_role("button", name="7 天")).to_be_visible()
    expect(other.locator("html")).to_have_attribute("lang", "zh-Hans")


def test_the_language_can_be_chosen_before_signing_in(town: Town, open_page: Open) -> None:
    page = open_page(None, "/sign-in/?next=/%23days%3D7")
    page.get_by_role("button", name="简体中文").click()
    expect(page.locator("form .primary")).to_have_text("登录")
    page.reload()
    expect(page.locator("form .primary")).to_have_text("登录")


def english() -> set[str]:
    """Whole sentences and words of the catalogue that would be English if they were seen."""
    text = CATALOGUE.read_text(encoding="utf-8")
    found = {line[7:-1] for line in text.splitlines() if line.startswith('msgid "')}
    return {text for text in found | set(words().values()) if len(text) > 3 and "{" not in text}


def visible(page: Page) -> list[str]:
    """Each text that stands on the page or in a label, by itself."""
    return page.evaluate(
        """() => {
            const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
            const found = [];
            while (walker.nextNode()) {
                const { parentElement: parent, textContent: text } = walker.currentNode;
                if (!parent.closest("script, style") && text.trim()) found.push(text.trim());
            }
            for (const e of document.querySelectorAll("[title], [aria-label], [placeholder]")) {
                found.push(e.title, e.getAttribute("aria-label") ?? "", e.placeholder ?? "");
            }
            return found.filter(Boolean);
        }"""
    )


def test_no_english_is_left_on_the_chinese_pages(town: Town, open_page: Open) -> None:
    page = open_page(None, "/sign-in/", language="zh-hans")
    seen = visible(page)
    page = open_page(town.coordinator, "/#19/60.170449/24.941800", language="zh-hans")
    seen += visible(page)
    page.mouse.click(640, 400)
    expect(page.locator("#card-page .chain")).to_be_visible()
    seen += visible(page)
    page.get_by_role("button", name="返回列表").click()
    page.locator(".cell").first.click()
    seen += visible(page)
    assert len(seen) > 60
    assert sorted(set(seen) & english()) == []
