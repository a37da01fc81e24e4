"""What a worker records on the tablet without a network, and what becomes of it, in a browser."""

import io
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone
from PIL import Image
from playwright.sync_api import FilePayload, Page, expect

from accounts import acting
from cases.default_categories import plant as plant_categories
from cases.models import Case, Category, Event, Photo
from households.defaults import plant
from households.models import CarePlan, Checklist, ChecklistItem, ConsentText, Visit
from streetlights.models import Lamp, LampSighting
from sync.models import Operation
from tests.browser.conftest import PATIENCE, Open
from tests.cases.play import do, report
from tests.households.care import DAY, TODAY, begin
from tests.households.homes import by_job, home
from tests.town import Town, place, small_town

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AXE = Path(settings.BASE_DIR) / "node_modules/axe-core/axe.min.js"
#: Three metres north of the lamp.
LON, LAT = place(100, 56)
TARGET = 48
LOOKS = {
    "light": ("en", (1280, 800)),
    "dark": ("zh-hans", (800, 1280)),
    "night": ("en", (800, 1280)),
}


@pytest.fixture(autouse=True)
def _photos(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "photos"


@pytest.fixture
def town(transactional_db: None) -> Town:
    """The small town with what ships, which a flushed database has lost."""
    plant_categories(Category)
    plant(Checklist, ChecklistItem, ConsentText)
    return small_town()


def door(town: Town, label: str = "501", days: int = 0) -> CarePlan:
    with by_job():
        checklist = Checklist.objects.get(purpose="")
        plan = begin(home(town.buildings[0], label), town.coordinator, checklist=checklist)
        Visit.objects.filter(plan=plan).update(planned_for=TODAY + days * DAY)
    return plan


def given_to_worker(town: Town) -> Case:
    """A case that the worker can begin to work on."""
    now = timezone.now()
    case = report(town, now=now, description="A hole", whereabouts="Row 1")
    do(case, "accept", town.coordinator, now=now)
    do(case, "dispatch", town.coordinator, now=now, details={"assignee": town.worker})
    return case


def tablet(open_page: Open, town: Town, **options: Any) -> Page:
    """The worker's tablet, with everything on it."""
    given = {
        "has_touch": True,
        "geolocation": {"longitude": LON, "latitude": LAT, "accuracy": 6},
        "permissions": ["geolocation"],
        **options,
    }
    page = open_page(town.worker, "/field/", wait=False, **given)
    ready(page)
    assert page.evaluate("gridwalk.pull()") == ""
    return page


def ready(page: Page) -> None:
    page.wait_for_selector("body[data-ready]", state="attached", timeout=PATIENCE * 1000)


def show(page: Page, screen: str, **params: Any) -> None:
    page.evaluate("([screen, params]) => gridwalk.show(screen, params)", [screen, params])
    page.wait_for_selector(f"body[data-screen={screen}] .rec-head")


def left(page: Page, screen: str) -> None:
    """The browser goes back when it likes; what is shown before that would be gone again."""
    page.wait_for_selector(f"body:not([data-screen={screen}])")


def until(page: Page, condition: str, seconds: float = PATIENCE) -> None:
    give_up = time.monotonic() + seconds
    while not page.evaluate(condition):
        assert time.monotonic() < give_up, condition
        page.wait_for_timeout(30)


def sent(page: Page) -> None:
    """Everything, with its photos, and what the server made of it is back."""
    until(page, "gridwalk.pull().then((problem) => problem === '' && gridwalk.outbox.unsent === 0)")
    until(page, "gridwalk.outbox.photosUnsent === 0")


def states(page: Page) -> dict[str, str]:
    told = page.evaluate("gridwalk.data.operations().map(({ kind, state }) => [kind, state])")
    return dict(told)


def picture() -> bytes:
    """A photo with a position in it, larger than what is sent."""
    image = Image.effect_noise((1700, 900), 50).convert("RGB")
    exif = Image.Exif()
    exif.get_ifd(0x8825)[2] = (60.0, 10.0, 12.0)
    file = io.BytesIO()
    image.save(file, "JPEG", exif=exif)
    return file.getvalue()


#: An old tablet takes its time to make a photo smaller.
SLOW = """() => {
  const quick = createImageBitmap;
  globalThis.createImageBitmap = async (...all) => {
    await new Promise((resolve) => setTimeout(resolve, 400));
    return quick(...all);
  };
}"""


#: A busy tablet takes its time to read what it has written down.
SLOW_DISK = """() => {
  const quick = gridwalk.data.reload.bind(gridwalk.data);
  gridwalk.data.reload = async (what) => {
    await new Promise((resolve) => setTimeout(resolve, 300));
    return quick(what);
  };
}"""


#: Photos become smaller when the test lets them go.
HELD_PHOTOS = """() => {
  const quick = createImageBitmap;
  globalThis.held = [];
  globalThis.createImageBitmap = async (...all) => {
    await new Promise((resolve) => globalThis.held.push(resolve));
    return quick(...all);
  };
}"""


def take_photo(page: Page, *, wait: bool = True) -> None:
    file = FilePayload(name="IMG_1.jpg", mimeType="image/jpeg", buffer=picture())
    page.set_input_files(".rec-camera input", [file])
    if wait:
        expect(page.locator(".rec-photo img")).to_have_count(1)


def offline_records(page: Page, town: Town) -> None:
    """A case with a photo at a lamp, a lamp seen dark, a visit with its answers."""
    page.context.set_offline(True)
    page.get_by_role("button", name="Report a case").click()
    page.get_by_role("button", name="Streetlight is dark", exact=True).click()
    take_photo(page)
    page.get_by_label("What you see").fill("Dark since yesterday")
    page.get_by_role("button", name="Say which lamp it is").click()
    page.get_by_role("radio", name="Lamp L-1").check()
    expect(page.locator(".rec-place")).to_contain_text("At the lamp")
    # A tap on the map moves the place, and with it who knows which lamp it is.
    page.mouse.click(300, 700)
    expect(page.locator(".rec-place")).to_contain_text("chosen on the map")
    page.get_by_role("button", name="Where I stand").click()
    expect(page.locator(".rec-place")).to_contain_text("Where you stand")
    page.get_by_role("radio", name="Lamp L-1").check()
    page.get_by_role("button", name="Save the report").click()
    expect(page.locator("#notices")).to_contain_text("Saved on this tablet")
    left(page, "case")
    show(page, "lamp", lamp=Lamp.objects.get().pk)
    page.get_by_role("button", name="It is lit").click()
    expect(page.get_by_role("button", name="It is lit")).to_have_attribute("aria-pressed", "true")
    # A wrong tap is put right by tapping the other.
    page.get_by_role("button", name="It is dark").click()
    expect(page.get_by_role("button", name="It is dark")).to_have_attribute("aria-pressed", "true")
    show(page, "visits")
    page.get_by_role("button", name="501").click()
    page.get_by_role("button", name="Visit made").click()
    expect(page.get_by_role("alert")).to_contain_text("must still be answered")
    for question in page.locator(".rec-question").all():
        question.locator(".is-fine").click()
    page.locator(".rec-question", has_text="light").first.get_by_text("Needs attention").click()
    page.get_by_role("button", name="Visit made").click()
    page.get_by_role("button", name="Light on the way").click()
    expect(page.locator(".rec-about")).to_contain_text("Streetlight is dark")
    # About a household's case nothing is written or photographed.
    expect(page.get_by_label("What you see")).to_have_count(0)
    page.get_by_role("radio", name="I do not know").check()
    page.get_by_role("button", name="Save the report").click()
    page.wait_for_selector("body[data-screen=visit]")


def test_records_made_without_a_network_arrive_once(town: Town, open_page: Open) -> None:
    door(town)
    page = tablet(open_page, town)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    until(page, "navigator.serviceWorker.controller !== null")
    offline_records(page, town)
    page.reload()
    ready(page)
    assert set(states(page).values()) == {"waiting"}
    show(page, "status")
    expect(page.locator(".rec-unsent")).to_contain_text("5 records")
    expect(page.locator(".rec-part.is-waiting .rec-card")).to_have_count(5)
    show(page, "visits")
    expect(page.locator(".rec-row")).to_have_count(0)
    expect(page.locator(".rec-card")).to_contain_text("Not sent yet")
    show(page, "lamp", lamp=Lamp.objects.get().pk)
    expect(page.locator(".rec-rows")).to_contain_text("Streetlight is dark")
    page.locator(".rec-row").first.click()
    expect(page.locator(".rec-chips")).to_contain_text("Not sent yet")

    page.context.set_offline(False)
    sent(page)
    assert set(states(page).values()) == {"applied"}
    # Open on the screen, the new case has become the office's own.
    expect(page.locator(".rec-head")).to_contain_text("#")
    expect(page.locator(".rec-chips")).not_to_contain_text("Not sent yet")
    mine = Case.objects.get(lamp__number="L-1")
    assert (mine.description, mine.reporter) == ("Dark since yesterday", town.worker)
    assert Photo.objects.get().event == mine.events.get(number=1)
    # The report says dark, too.
    seen = LampSighting.objects.filter(lamp=mine.lamp).order_by("seen_at")
    assert [one.state for one in seen] == ["dark", "lit", "dark"]
    with acting.as_member(town.worker):
        made = Visit.objects.get(state="done")
        assert made.answers["light"] == "attention"
        assert made.case_number == Case.objects.exclude(pk=mine.pk).get().pk
    assert Operation.objects.count() == 5
    assert Case.objects.count() == 2
    show(page, "status")
    expect(page.locator(".rec-part.is-delivered .rec-card")).to_have_count(5)


def test_what_is_under_way_is_saved_with_the_form_and_does_not_lead_elsewhere(
    town: Town, open_page: Open
) -> None:
    page = tablet(open_page, town)
    page.context.set_offline(True)
    page.evaluate(HELD_PHOTOS)
    show(page, "status")
    show(page, "visits")
    show(page, "case", category="noise")
    take_photo(page, wait=False)
    take_photo(page, wait=False)
    page.get_by_role("button", name="Another category").click()
    page.get_by_role("button", name="Broken paving").click()
    page.get_by_role("button", name="Save the report").click()
    page.get_by_role("button", name="Back").click()
    page.wait_for_selector("body[data-screen=visits]")
    page.evaluate("void (gridwalk.back = () => (globalThis.backTwice = true))")
    until(page, "held.splice(0).map((go) => go()) && gridwalk.data.operations().length === 1")
    expect(page.locator("#notices")).to_contain_text("Saved on this tablet")
    assert page.evaluate("gridwalk.data.operations()[0].photos.length") == 2
    assert not page.evaluate("globalThis.backTwice")


def test_steps_follow_each_other_without_a_network(town: Town, open_page: Open) -> None:
    case = given_to_worker(town)
    page = tablet(open_page, town)
    page.context.set_offline(True)
    show(page, "case_view", case=case.pk)
    page.get_by_role("button", name="Start work").click()
    page.get_by_role("button", name="Work is done").click()
    page.get_by_label("A word about it").fill("Filled with gravel")
    page.evaluate(SLOW)
    take_photo(page, wait=False)
    # Saved before the photo is ready: it waits for it.
    page.get_by_role("button", name="Work is done").click()
    expect(page.locator(".rec-chips")).to_contain_text("done")
    expect(page.locator(".rec-chips")).to_contain_text("Not sent yet")
    until(page, "!history.state?.params.step")
    assert page.evaluate("gridwalk.db.getAllKeys('drafts')") == []
    # Whoever is about to report it again sees that it is known.
    show(page, "case", category="paving")
    expect(page.locator(".rec-alike")).to_contain_text(f"#{case.pk}")
    page.get_by_role("button", name="I see it too").click()
    left(page, "case")
    expect(page.locator(".rec-chips")).to_contain_text("done")
    page.context.set_offline(False)
    sent(page)
    case.refresh_from_db()
    assert case.state == "done"
    assert Event.objects.filter(case=case, step="confirm", author=town.worker).count() == 1
    assert Case.objects.count() == 1
    finish = Event.objects.get(case=case, step="finish")
    assert (finish.note, finish.photos.count()) == ("Filled with gravel", 1)
    expect(page.locator(".rec-chips")).not_to_contain_text("Not sent yet")


def test_a_conflict_is_decided_on_the_tablet(town: Town, open_page: Open) -> None:
    case = given_to_worker(town)
    page = tablet(open_page, town)
    page.context.set_offline(True)
    show(page, "case_view", case=case.pk)
    page.get_by_role("button", name="Correct details").click()
    page.get_by_label("What you see").fill("A deep hole")
    page.get_by_role("button", name="Save the changes").click()
    expect(page.locator(".rec-facts")).to_contain_text("A deep hole")
    page.get_by_role("button", name="Start work").click()
    until(page, "gridwalk.data.operations().length === 2")
    now = timezone.now()
    do(case, "edit", town.coordinator, now=now, details={"changes": {"description": "A crack"}})

    page.context.set_offline(False)
    sent(page)
    case.refresh_from_db()
    # The step does not wait for the edit that has to be decided.
    assert (case.state, case.description) == ("in_progress", "A crack")
    page.get_by_role("button", name="1 needs you").click()
    page.get_by_role("button", name="Look and decide").click()
    expect(page.locator(".is-mine")).to_contain_text("A deep hole")
    expect(page.locator(".is-theirs")).to_contain_text("A crack")
    expect(page.locator(".is-theirs")).to_contain_text("Cui Lan")
    page.get_by_role("button", name="Keep mine").click()
    page.wait_for_selector("body[data-screen=status]")
    expect(page.get_by_role("button", name="Look and decide")).to_have_count(0)
    expect(page.get_by_role("button", name="needs you")).to_have_count(0)
    sent(page)
    case.refresh_from_db()
    assert case.description == "A deep hole"
    assert set(states(page).values()) == {"applied"}


def test_what_is_refused_is_mended_and_sent_again(town: Town, open_page: Open) -> None:
    page = tablet(open_page, town)
    page.context.set_offline(True)
    show(page, "case", category="noise")
    take_photo(page)
    page.get_by_label("What you see").fill("Drilling")
    page.get_by_role("button", name="Back").click()
    left(page, "case")
    # What was filled in is there when the form is opened again.
    show(page, "case", category="noise")
    expect(page.get_by_label("What you see")).to_have_value("Drilling")
    expect(page.locator(".rec-photo")).to_have_count(1)
    page.get_by_role("button", name="Save the report").click()
    left(page, "case")
    Category.objects.filter(code="noise").update(active=False)
    page.context.set_offline(False)
    sent(page)
    show(page, "status")
    refused = page.locator(".rec-part.is-rejected .rec-card")
    expect(refused).to_have_count(1)
    page.get_by_role("button", name="Correct it and send it again").click()
    page.get_by_role("button", name="Broken paving").click()
    expect(page.get_by_label("What you see")).to_have_value("Drilling")
    expect(page.locator(".rec-photo")).to_have_count(1)
    page.get_by_role("button", name="Save the report").click()
    page.wait_for_selector("body[data-screen=status]")
    expect(refused).to_have_count(0)
    sent(page)
    case = Case.objects.get()
    assert (case.category.code, case.description) == ("paving", "Drilling")
    assert Photo.objects.filter(event__case=case).count() == 1


def test_what_was_fetched_can_be_used_at_once_and_shows_where_one_chooses(
    town: Town, open_page: Open
) -> None:
    late = Category.objects.filter(code__in=["noise", "paving"])
    late.update(active=False)
    page = tablet(open_page, town)
    page.evaluate(SLOW_DISK)
    late.filter(code="noise").update(active=True)
    assert page.evaluate("gridwalk.pull()") == ""
    show(page, "case", category="noise")
    # At once, without waiting for it.
    assert page.locator(".rec-about").count() == 1

    page.get_by_role("button", name="Another category").click()
    expect(page.get_by_role("button", name="Broken paving")).to_have_count(0)
    late.update(active=True)
    assert page.evaluate("gridwalk.pull()") == ""
    expect(page.get_by_role("button", name="Broken paving")).to_be_visible()


def screens(town: Town, case: Case, visit: str) -> list[tuple[str, dict[str, Any]]]:
    lamp = {"lamp": Lamp.objects.get().pk}
    return [
        ("case", {}),
        ("case", {**lamp, "lon": LON, "lat": LAT, "category": "lamp"}),
        ("case_view", {"case": case.pk}),
        ("case_view", {"case": case.pk, "step": "note"}),
        ("case_view", {"case": case.pk, "edit": True}),
        ("lamp", lamp),
        ("visits", {}),
        ("visit", {"visit": visit}),
        ("status", {}),
    ]


FAULTS = """async () => {
  const rules = { "color-contrast": { enabled: true } };
  const { violations } = await axe.run("#screen", { rules });
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
}"""
SMALL = """(least) => [...document.querySelectorAll("#screen :is(button, label, input, textarea)")]
  .map((one) => one.closest("label") ?? one)
  .filter((one) => one.matches(":is(button, textarea, input, label:has(input))"))
  .map((one) => [one.textContent, one.getBoundingClientRect()])
  .filter(([, { width, height }]) => width && (width < least || height < least))
  .map(([text, { width, height }]) => `${text} ${width}x${height}`)"""


@pytest.mark.parametrize("look", LOOKS)
def test_every_screen_can_be_read_and_touched(town: Town, open_page: Open, look: str) -> None:
    language, size = LOOKS[look]
    case, plan = given_to_worker(town), door(town, days=-1)
    with by_job():
        visit = str(Visit.objects.get(plan=plan).pk)
    theme = {"name": "gridwalk_theme", "value": look, "domain": "localhost", "path": "/"}
    state = {"cookies": [theme], "origins": []}
    page = tablet(open_page, town, language=language, size=size, storage_state=state)
    page.evaluate(AXE.read_text())
    for screen, params in screens(town, case, visit):
        show(page, screen, **params)
        assert page.evaluate(FAULTS) == [], (screen, params)
        assert page.evaluate(SMALL, TARGET) == [], (screen, params)
        text = page.locator("#screen").inner_text()
        assert "field." not in text, (screen, params)
        assert page.evaluate(
            "document.querySelector('#screen').scrollWidth"
            " <= document.querySelector('#screen').clientWidth"
        ), (screen, params)
