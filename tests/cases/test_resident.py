"""What residents do without an account: report, confirm, follow; and what is refused."""

import datetime as dt
import re
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core import mail, signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from cases import news
from cases.attempts import PER_ADDRESS, PER_LAMP, WINDOW
from cases.models import Attempt, Case, Event, Follower, Photo, Source
from cases.report_form import new_stamp
from cases.reporting import Report, take_in
from cases.surroundings import around, search
from cases.tasks import send_news
from grid.models import Building
from streetlights.models import Lamp
from tests.cases.play import MONDAY, do, point, report, to_done
from tests.cases.test_photos import files, photo
from tests.conftest import Queries
from tests.town import Town, place

__all__ = ["files"]

HERE = ",".join(str(part) for part in place(100, 60))


def sent(client: Client, photos: list[bytes] | None = None, /, **fields: Any) -> Any:
    """The answer to a report; what is not given is as on a good page."""
    uploads = [
        SimpleUploadedFile(f"{number}.jpg", data) for number, data in enumerate(photos or [])
    ]
    given = {"stamp": new_stamp(), "spot": HERE, "category": "paving", "photo": uploads}
    return client.post("/report/", {**given, **fields})


def page(answer: Any) -> str:
    return answer.content.decode()


def hidden(answer: Any, name: str) -> Any:
    """The value of the page's field; a list where there are several of that name."""
    found = re.findall(rf'name="{name}"[^>]* value="([^"]*)"', page(answer))
    assert found, page(answer)
    return found if len(found) > 1 else found[0]


# --- reporting ------------------------------------------------------------------------------------


def test_a_report_becomes_a_case_and_a_link(client: Client, town: Town, files: Path) -> None:
    answer = sent(client, [photo()], description="A hole", whereabouts="By the door")
    case = Case.objects.get()
    assert answer.status_code == 303
    assert answer["Location"] == f"/report/follow/{case.follow_key}/?news=new"
    assert (case.source, case.reporter, case.responsible) == (Source.RESIDENT, None, town.worker)
    assert (case.description, case.whereabouts) == ("A hole", "By the door")
    assert case.location.distance(point()) < 1e-7
    assert Photo.objects.get().event.case == case  # type: ignore[union-attr]


def test_the_page_offers_what_residents_may_report(client: Client, town: Town) -> None:
    text = page(client.get("/report/"))
    assert 'value="paving"' in text and 'value="rubbish"' in text
    assert 'value="night_incident"' not in text
    assert 'name="email"' not in text  # this server sends none


def test_the_page_costs_few_queries(client: Client, town: Town, queries: Queries) -> None:
    lamp = Lamp.objects.get()
    client.get(f"/report/?lamp={lamp.pk}")  # what GeoDjango looks up once
    with queries(1):  # the categories
        client.get("/report/")
    # the lamp, the categories; around it: cells, area, responsible, house, street, shapes (3)
    with queries(10):
        client.get(f"/report/?lamp={lamp.pk}")


@pytest.mark.parametrize("name", ["L-1", "{pk}"])
def test_the_code_on_a_pole_knows_lamp_place_and_category(
    client: Client, town: Town, files: Path, name: str
) -> None:
    lamp = Lamp.objects.get()
    answer = client.get(f"/l/{name.format(pk=lamp.pk)}", follow=True)
    text = page(answer)
    assert "Lamp L-1" in text
    assert re.search(r'value="lamp" checked', text)
    assert 'value="paving"' not in text
    fields = {"stamp": hidden(answer, "stamp"), "lamp": lamp.pk, "category": "lamp"}
    client.post("/report/", {**fields, "photo": SimpleUploadedFile("a.jpg", photo())})
    case = Case.objects.get()
    assert (case.lamp, case.category.code, case.location) == (lamp, "lamp", lamp.location)


@pytest.mark.parametrize("name", ["nothing", "999999", "9" * 40, "%00", "L-1/"])
def test_a_code_that_names_no_lamp_is_not_found(client: Client, town: Town, name: str) -> None:
    assert client.get(f"/l/{name}").status_code in {400, 404}


def test_a_number_that_two_lamps_have_is_not_guessed(client: Client, town: Town) -> None:
    first = Lamp.objects.get()
    second = Lamp.objects.create(community=town.community, number="L-1", location=point(300, 60))
    text = page(client.get("/l/L-1"))
    assert "Row 1 · Lantern West" in text and f"/report/?lamp={first.pk}" in text
    assert "Row 1 · Lantern East" in text and f"/report/?lamp={second.pk}" in text


def test_an_id_never_means_another_lamp_of_that_number(client: Client, town: Town) -> None:
    first = Lamp.objects.get()
    second = Lamp.objects.create(
        community=town.community, number=str(first.pk), location=point(300, 60)
    )
    assert client.get(f"/l/id/{first.pk}")["Location"] == f"/report/?lamp={first.pk}"
    assert client.get(f"/l/{first.pk}")["Location"] == f"/report/?lamp={second.pk}"
    assert client.get(f"/l/id/{'9' * 30}").status_code == 404


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"spot": "0,0"}, "none of the areas"),
        ({"spot": "60.17,24.94"}, "none of the areas"),
        ({"spot": "nan,1"}, "number in degrees"),
        ({"spot": ""}, "Say where"),
        ({"spot": "", "whereabouts": "Nowhere Lane 3"}, "No street here is called that"),
        ({"category": ""}, "Choose what is wrong"),
        ({"category": "facilities"}, "not taken in here"),
        ({"category": "night_incident"}, "not taken in here"),
        ({"stamp": "forged"}, "open for long"),
        ({"stamp": ""}, "open for long"),
        ({"website": "https://spam.example"}, "Leave this field empty"),
        ({"description": "x" * 2001}, "At most 2000"),
        ({"email": "nobody"}, "Something is missing"),
    ],
)
def test_what_is_wrong_is_told_and_nothing_is_lost(
    client: Client, town: Town, files: Path, fields: dict[str, str], words: str
) -> None:
    answer = sent(client, [photo()], **{"description": "Deep hole", "email": ""} | fields)
    assert answer.status_code == 400
    assert words in page(answer)
    assert not Case.objects.exists()
    # What was filled in is still there, the photo too; corrected, it is taken in.
    kept, stamp = hidden(answer, "kept"), hidden(answer, "stamp")
    if "description" not in fields:
        assert "Deep hole" in page(answer)
    assert sent(client, kept=kept, stamp=stamp).status_code == 303
    assert Photo.objects.get().event.case == Case.objects.get()  # type: ignore[union-attr]


def test_sent_twice_it_is_one_case(client: Client, town: Town, files: Path) -> None:
    stamp = new_stamp()
    first, again = sent(client, [photo()], stamp=stamp), sent(client, [photo()], stamp=stamp)
    assert first["Location"] == again["Location"]
    assert Case.objects.count() == Event.objects.count() == Photo.objects.count() == 1


def test_sent_twice_at_the_same_moment_it_is_one_case_too(
    client: Client, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(wanted: Report, *, now: dt.datetime) -> None:
        take_in(wanted, now=now)  # the other one, which was first
        raise IntegrityError

    monkeypatch.setattr("cases.report_views.take_in", late)
    answer = sent(client)
    assert answer["Location"].startswith(f"/report/follow/{Case.objects.get().follow_key}/")


def test_a_page_open_for_more_than_a_day_is_looked_through_again(
    client: Client, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    stamp = new_stamp()
    monkeypatch.setattr("cases.report_form.OPEN_FOR", dt.timedelta(seconds=-1))
    answer = sent(client, stamp=stamp)
    assert "open for long" in page(answer)
    assert hidden(answer, "stamp") != stamp


def test_fifty_photos_are_refused_with_a_sentence(client: Client, town: Town, files: Path) -> None:
    answer = sent(client, [photo()] * 50)
    assert answer.status_code == 400
    assert "5 photos at most" in page(answer)
    assert not Case.objects.exists() and not Photo.objects.exists()


def test_one_bad_file_among_photos_is_named_and_the_others_are_kept(
    client: Client, town: Town, files: Path
) -> None:
    answer = sent(client, [photo(), b"%PDF-1.7", photo("PNG")])
    assert "1.jpg: This file is not a photo" in page(answer)
    assert page(answer).count("/report/pictures/") == 2
    assert sent(client, kept=hidden(answer, "kept")).status_code == 303
    assert Photo.objects.filter(event__case=Case.objects.get()).count() == 2


def test_the_same_photo_twice_is_one(client: Client, town: Town, files: Path) -> None:
    assert sent(client, [photo(), photo()]).status_code == 303
    assert Photo.objects.count() == 1


def ahead(client: Client, data: bytes) -> Any:
    return client.post("/report/photos/", {"photo": SimpleUploadedFile("a.jpg", data)})


def test_a_photo_may_go_ahead_of_its_report(client: Client, town: Town, files: Path) -> None:
    names = [ahead(client, photo(size=(64, 48 + more))).json()["id"] for more in range(2)]
    assert sent(client, kept=[*names, "forged"]).status_code == 303
    assert Photo.objects.filter(event__case=Case.objects.get(), uploader=None).count() == 2
    # Taken once, they are nobody else's.
    assert sent(client, kept=names, category="bin").status_code == 303
    assert Case.objects.latest("pk").events.get().photos.count() == 0


def test_what_goes_ahead_is_checked_and_counted(
    client: Client, town: Town, files: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cases.attempts.PHOTOS_PER_ADDRESS", 2)
    assert ahead(client, b"%PDF-1.7").json()["error"]["code"] == "bad_photo"
    assert ahead(client, photo()).status_code == 201
    refused = ahead(client, photo())
    assert (refused.status_code, refused.json()["error"]["code"]) == (429, "too_many_requests")
    assert sent(client).status_code == 303


def test_six_photos_are_refused_though_they_came_one_by_one(
    client: Client, town: Town, files: Path
) -> None:
    names = [ahead(client, photo(size=(64, 48 + more))).json()["id"] for more in range(5)]
    answer = sent(client, [photo()], kept=names)
    assert (answer.status_code, Case.objects.count()) == (400, 0)
    assert "5 photos at most" in page(answer)


def test_two_hundred_megabytes_are_refused_unread(client: Client, town: Town) -> None:
    unread: Any = {"CONTENT_LENGTH": "200000000"}
    kind = "multipart/form-data; boundary=x"
    answer = client.generic("POST", "/report/", content_type=kind, **unread)
    assert answer.status_code == 413
    assert "20 MB" in page(answer)


def test_a_form_from_elsewhere_is_refused(town: Town) -> None:
    strict = Client(enforce_csrf_checks=True)
    assert sent(strict).status_code == 403
    assert not Case.objects.exists()


# --- where ----------------------------------------------------------------------------------------


def test_a_place_has_words_and_a_map(client: Client, town: Town) -> None:
    text = page(client.get("/report/around/", {"spot": HERE}))
    assert "Row 1 · Lantern West" in text
    assert text.count("<path") > 5
    assert text.count("<circle cx") == 1  # the lamp


def test_the_map_is_in_metres(town: Town) -> None:
    found = around(point(100, 60))
    #: the lamp stands at (100, 53): 7 m south of the middle of a square of 200 m
    assert found.lamps[0] == pytest.approx((100, 107), abs=0.3)
    lon, lat = place(100, 60)
    east = (place(150, 60)[0] - lon) / found.lon_step
    north = (place(100, 110)[1] - lat) / found.lat_step
    assert (east, north) == pytest.approx((50, 50), abs=0.5)


@pytest.mark.parametrize("spot", ["", "1", "x,y", "0,0", "1e400,2", "24.94,60.17,3"])
def test_a_spot_that_cannot_be_is_a_sentence(client: Client, town: Town, spot: str) -> None:
    answer = client.get("/report/around/", {"spot": spot})
    assert answer.status_code == 400
    assert 'role="alert"' in page(answer)


def test_streets_and_houses_are_found_by_what_people_write(client: Client, town: Town) -> None:
    house = town.buildings[0]  # its middle is (100, 100), 50 m off Row 1
    Building.objects.filter(pk=house.pk).update(street_name="Row 1", number="12a")
    assert [spot.words for spot in search("row 1 12A")] == ["Row 1 12a · Lantern Community"]
    assert house.footprint.contains(search("row 1, 12a")[0].point)
    assert [spot.words for spot in search("Alley 2")] == ["Alley 2 · Lantern Community"]
    assert [spot.words for spot in search("第2巷")] == ["Alley 2 · Lantern Community"]
    assert [spot.words for spot in search("l-1")] == ["Lamp L-1 · Lantern Community"]
    # On Row 1 or not: a house of another street's name there is not meant.
    Building.objects.filter(pk=house.pk).update(street_name="Harbour Road", number="12a")
    assert [spot.words for spot in search("Row 1 12a")] == ["Row 1 · Lantern Community"]
    assert [spot.words for spot in search("Alley 4 99")] == ["Alley 4 · Lantern Community"]
    assert search("%") == search(" ") == []
    text = page(client.get("/report/search/", {"q": "row"}))
    assert text.count('name="spot"') == 4


def test_without_a_script_a_typed_street_is_chosen_from_a_list(client: Client, town: Town) -> None:
    answer = sent(client, spot="", whereabouts="Row 2")
    assert "Choose which place you mean" in page(answer)
    chosen = re.search(r'name="spot" value="([\d.,]+)"', page(answer))
    assert chosen
    assert sent(client, spot=chosen[1], whereabouts="Row 2").status_code == 303


# --- which lamp ----------------------------------------------------------------------------------


def beside_the_lamp(metres: float) -> str:
    """A place so far north of the town's only lamp."""
    lamp = Lamp.objects.get().location
    return f"{lamp.x},{lamp.y + metres / 111_320}"


def test_who_has_no_code_is_asked_which_lamp_it_is(client: Client, town: Town) -> None:
    lamp, spot = Lamp.objects.get(), beside_the_lamp(20)
    asked = sent(client, category="lamp", spot=spot)
    assert "Which lamp is it?" in page(asked) and not Case.objects.exists()
    assert f'name="which" value="{lamp.pk}"' in page(asked)
    sent(client, category="lamp", spot=spot, which=lamp.pk)
    case = Case.objects.get()
    assert (case.lamp, case.location.coords) == (lamp, lamp.location.coords)
    assert lamp.sightings.get().state == "dark"


@pytest.mark.parametrize(
    ("metres", "fields"),
    [(20, {"which": "0"}), (60, {}), (20, {"category": "paving"})],
)
def test_no_lamp_is_named_where_none_is_known(
    client: Client, town: Town, metres: float, fields: dict[str, str]
) -> None:
    given = {"category": "lamp", "spot": beside_the_lamp(metres), **fields}
    assert sent(client, **given).status_code == 303
    assert Case.objects.get().lamp is None


def test_the_answer_stays_while_similar_cases_are_shown(client: Client, town: Town) -> None:
    report(town, "lamp", lamp=Lamp.objects.get(), location=Lamp.objects.get().location)
    spot = beside_the_lamp(20)
    alike = sent(client, category="lamp", spot=spot, which=Lamp.objects.get().pk)
    assert "Is it one of these?" in page(alike)
    assert hidden(alike, "lamp") == str(Lamp.objects.get().pk)
    alike = sent(client, category="lamp", spot=spot, which="0")
    assert hidden(alike, "which") == "0"


# --- the same thing -------------------------------------------------------------------------------


def test_a_similar_case_is_shown_first_and_confirmed(
    client: Client, town: Town, files: Path
) -> None:
    case = report(town)
    answer = sent(client, [photo()])
    assert answer.status_code == 200
    assert "Is it one of these?" in page(answer)
    assert "Report received" in page(answer)
    kept, stamp = hidden(answer, "kept"), hidden(answer, "stamp")
    for _again in range(2):
        answer = sent(client, kept=kept, stamp=stamp, same=case.pk)
        assert answer["Location"].startswith(f"/report/follow/{case.follow_key}/")
    sent(client, same=case.pk)  # a new page in the same browser
    case.refresh_from_db()
    assert (case.confirmations, Case.objects.count()) == (1, 1)
    confirmed = Photo.objects.get().event
    assert confirmed and (confirmed.step, confirmed.public) == ("confirm", False)


def test_another_browser_counts_again_and_the_reporter_does_not(client: Client, town: Town) -> None:
    sent(client)
    case = Case.objects.get()
    sent(client, same=case.pk)
    case.refresh_from_db()
    assert case.confirmations == 0
    sent(Client(), same=case.pk)
    case.refresh_from_db()
    assert case.confirmations == 1


def test_something_else_nearby_is_a_case_of_its_own(client: Client, town: Town) -> None:
    report(town)
    assert sent(client, different="1").status_code == 303
    assert Case.objects.count() == 2


def test_only_a_case_that_was_shown_can_be_confirmed(client: Client, town: Town) -> None:
    far = report(town, location=point(300, 300))
    assert sent(client, same=far.pk).status_code == 303
    far.refresh_from_db()
    assert far.confirmations == 0
    assert Case.objects.count() == 2


def test_a_similar_case_shows_its_photo(client: Client, town: Town, files: Path) -> None:
    sent(client, [photo()])
    answer = sent(Client())
    address = re.search(r'src="(/report/pictures/[^"]+)"', page(answer))
    assert address
    picture = client.get(address[1])
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/jpeg")
    assert client.get("/report/pictures/forged.jpg").status_code == 404
    old = signing.dumps(Photo.objects.get().pk.hex, salt="another salt")
    assert client.get(f"/report/pictures/{old}.jpg").status_code == 404


# --- limits ---------------------------------------------------------------------------------------


def attempts(digest_of: Attempt, number: int) -> None:
    Attempt.objects.bulk_create(
        Attempt(digest=digest_of.digest, at=digest_of.at) for _each in range(number)
    )


def test_an_address_has_a_limit_and_what_was_written_stays(client: Client, town: Town) -> None:
    sent(client)
    attempts(Attempt.objects.get(), PER_ADDRESS - 1)
    answer = sent(client, different="1", description="Deep hole")
    assert (answer.status_code, answer["Retry-After"]) == (429, "3600")
    assert "Send it again in an hour" in page(answer) and "Deep hole" in page(answer)
    assert sent(Client(REMOTE_ADDR="192.0.2.7"), different="1").status_code == 303
    Attempt.objects.update(at=timezone.now() - WINDOW)
    assert sent(client, different="1").status_code == 303
    assert Attempt.objects.count() == 1  # the old ones are gone


def test_a_lamp_has_a_limit_whoever_sends(client: Client, town: Town) -> None:
    lamp = Lamp.objects.get().pk
    sent(Client(REMOTE_ADDR="192.0.2.7"), lamp=lamp, category="lamp")
    for_address, for_lamp = Attempt.objects.order_by("pk")
    attempts(for_address, 1)
    attempts(for_lamp, PER_LAMP - 2)
    fields: dict[str, Any] = {"lamp": lamp, "category": "lamp", "different": "1"}
    assert sent(Client(REMOTE_ADDR="192.0.2.8"), **fields).status_code == 303
    assert sent(client, **fields).status_code == 429


def test_no_address_is_kept(client: Client, town: Town) -> None:
    sent(Client(REMOTE_ADDR="192.0.2.77"))
    stored = bytes(Attempt.objects.get().digest)
    assert len(stored) == 32 and b"192.0.2.77" not in stored


# --- following ------------------------------------------------------------------------------------


def followed(client: Client, case: Case) -> str:
    answer = client.get(f"/report/follow/{case.follow_key}/")
    assert answer.status_code == 200
    return page(answer)


def test_the_link_shows_how_it_goes_and_no_name(client: Client, town: Town, files: Path) -> None:
    sent(client, [photo()])
    case = Case.objects.get()
    do(case, "accept", town.worker, note="Looks bad; ask Li", now=timezone.now())
    do(case, "note", town.worker, note="We come on Friday", public=True, now=timezone.now())
    text = followed(client, case)
    assert "Accepted: it will be looked after" in text and "We come on Friday" in text
    assert "ask Li" not in text and "Wang Wei" not in text
    assert client.get(f"/report/follow/{uuid.uuid4()}/").status_code == 404


def test_the_page_is_kept_nowhere_and_found_nowhere(client: Client, town: Town) -> None:
    answer = client.get(f"/report/follow/{report(town).follow_key}/")
    assert "no-store" in answer["Cache-Control"]
    assert (answer["X-Robots-Tag"], answer["Referrer-Policy"]) == ("noindex", "same-origin")


def test_photos_before_and_after_open_by_the_link_alone(
    client: Client, town: Town, files: Path
) -> None:
    from cases.photos import keep

    def another(size: tuple[int, int]) -> Photo:
        return keep(SimpleUploadedFile("a.jpg", photo(size=size)), town.worker, now=MONDAY)

    before, after, inside = another((40, 40)), another((50, 50)), another((60, 60))
    case = report(town, photos=[before])
    do(case, "accept", town.coordinator, photos=[inside])
    do(case, "dispatch", town.coordinator, details={"assignee": town.worker})
    do(case, "start", town.worker)
    do(case, "finish", town.worker, photos=[after], public=True)
    link = f"/report/follow/{case.follow_key}"
    text = followed(client, case)
    for shown, status in ((before, 200), (after, 200), (inside, 404)):
        assert (f"{link}/photos/{shown.pk}/320.jpg" in text) == (status == 200)
        assert client.get(f"{link}/photos/{shown.pk}/320.jpg").status_code == status
        assert client.get(f"/photos/{shown.pk}/320.jpg").status_code == 404
    other = f"/report/follow/{report(town, 'bin').follow_key}"
    assert client.get(f"{other}/photos/{before.pk}/320.jpg").status_code == 404


def test_a_merged_report_tells_how_the_other_goes_on(client: Client, town: Town) -> None:
    first, second = report(town), report(town)
    do(second, "merge", town.coordinator, details={"into": first})
    do(first, "accept", town.coordinator)
    text = followed(client, second)
    assert "Joined with another report" in text and "How it goes on there" in text
    assert "Accepted" in text


ENGLISH = re.compile(r">[^<>]*[A-Za-z]{3,}[^<>]*<")
#: Names of things and of people, which are what they are.
NAMES = re.compile(
    r"English|Gridwalk|OpenStreetMap|ODbL|Lantern West|L-1|1\.jpg|JPEG|PNG|WebP|HEIC"
)


def test_the_pages_speak_chinese(client: Client, town: Town, mails: None, files: Path) -> None:
    chinese = Client(headers={"accept-language": "zh-hans"})
    answer = sent(chinese, [photo()])
    pages = [
        chinese.get(answer["Location"]),
        sent(Client(headers={"accept-language": "zh-hans"}), [photo(), b"no"]),
        sent(Client(headers={"accept-language": "zh-hans"})),
        chinese.get("/report/"),
        chinese.get("/l/L-1", follow=True),
        chinese.get("/report/search/?q=nowhere"),
        chinese.get("/report/around/?spot=0,0"),
    ]
    left = [found for each in pages for found in ENGLISH.findall(NAMES.sub("", page(each)))]
    assert left == []
    assert "路面破损" in page(pages[0])


# --- e-mail ---------------------------------------------------------------------------------------


@pytest.fixture
def mails(settings: Any) -> None:
    settings.EMAIL_HOST, settings.SITE_URL = "mail.example", "https://map.example"
    settings.DEFAULT_FROM_EMAIL = "grid@map.example"


def deliver() -> list[Any]:
    """Send what is queued for this test's followers; the e-mails."""
    mail.outbox.clear()
    keys = set(Follower.objects.values_list("pk", flat=True))
    jobs = ProcrastinateJob.objects.filter(task_name="cases.send_news").order_by("pk")
    for arguments in jobs.values_list("args", flat=True):
        if arguments["follower"] in keys:
            send_news(**arguments)
    return list(mail.outbox)


def test_who_asked_hears_of_each_step_in_their_language(
    client: Client, town: Town, mails: None
) -> None:
    sent(client, email="Resident@Example.org")
    case = Case.objects.get()
    chinese = Client(headers={"accept-language": "zh-hans"})
    chinese.post(f"/report/follow/{case.follow_key}/", {"email": "jumin@example.org"})
    do(case, "accept", town.worker, note="for the office", now=timezone.now())
    letters = {letter.to[0]: letter for letter in deliver()}
    assert set(letters) == {"resident@example.org", "jumin@example.org"}
    english = letters["resident@example.org"]
    assert english.subject == "Broken paving or pothole · Accepted: it will be looked after"
    assert f"https://map.example/report/follow/{case.follow_key}/" in english.body
    assert "for the office" not in english.body and "Wang" not in english.body
    assert "路面破损" in letters["jumin@example.org"].subject
    assert english.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_a_note_for_the_reporter_is_sent_and_others_are_not(
    client: Client, town: Town, mails: None
) -> None:
    sent(client, email="a@example.org")
    case = Case.objects.get()
    do(case, "note", town.worker, note="inside", now=timezone.now())
    do(case, "note", town.worker, note="We come on Friday", public=True, now=timezone.now())
    (letter,) = deliver()
    assert "We come on Friday" in letter.body


def test_without_a_mail_server_nothing_is_asked_and_nothing_kept(
    client: Client, town: Town
) -> None:
    sent(client, email="a@example.org")
    case = Case.objects.get()
    assert not Follower.objects.exists()
    answer = client.post(f"/report/follow/{case.follow_key}/", {"email": "a@example.org"})
    assert answer.status_code == 404


def test_the_link_in_a_letter_asks_and_then_stops_it(
    client: Client, town: Town, mails: None
) -> None:
    sent(client, email="a@example.org")
    do(Case.objects.get(), "accept", town.worker, now=timezone.now())
    (letter,) = deliver()
    link = re.search(r"https://map.example(/report/stop/\S+/)", letter.body)
    assert link
    assert client.get(link[1]).status_code == 200
    assert Follower.objects.exists()  # a mail program only looked
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(link[1], {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert not Follower.objects.exists()
    assert client.post(link[1]).status_code == 200
    assert client.post("/report/stop/forged/").status_code == 404


def test_the_page_starts_and_stops_it_too(client: Client, town: Town, mails: None) -> None:
    case = report(town)
    address = f"/report/follow/{case.follow_key}/"
    assert client.post(address, {"email": "nobody"}).status_code == 400
    client.post(address, {"email": "A@example.org", "start": "1"})
    client.post(address, {"email": "a@example.org", "start": "1"})
    assert Follower.objects.get().email == "a@example.org"
    client.post(address, {"email": "a@example.org", "stop": "1"})
    assert not Follower.objects.exists()


def test_stopping_holds_also_where_the_report_went_into_another(
    client: Client, town: Town, mails: None
) -> None:
    first = report(town)
    sent(client, email="a@example.org", different="1")
    second = Case.objects.exclude(pk=first.pk).get()
    do(second, "merge", town.coordinator, details={"into": first}, now=timezone.now())
    assert Follower.objects.count() == 2
    (letter,) = deliver()
    link = re.search(r"https://map.example(/report/stop/\S+/)", letter.body)
    assert link
    client.post(link[1])
    assert not Follower.objects.exists()


@pytest.mark.parametrize("ending", ["close", "decline", "merge"])
def test_addresses_go_thirty_days_after_the_end(town: Town, mails: None, ending: str) -> None:
    case, open_case = report(town), report(town)
    for each in (case, open_case):
        Follower.objects.create(case=each, email="a@b.org", language="en", asked_at=MONDAY)
    if ending == "close":
        to_done(town, case, town.teammate)
        do(case, "verify", town.coordinator)
        do(case, "close", town.coordinator)
    elif ending == "decline":
        do(case, "decline", town.coordinator, note="Not ours")
    else:
        do(case, "merge", town.coordinator, details={"into": open_case})
    last = MONDAY + dt.timedelta(days=30)
    do(case, "note", town.coordinator, note="A word later", now=last)
    assert news.forget(last) == 0
    assert news.forget(last + dt.timedelta(seconds=1)) == 1
    assert [follower.case for follower in Follower.objects.all()] == [open_case]
