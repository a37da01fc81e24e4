"""Files of homes sent on a page: seen by who sent them, taken in by a job, gone within the hour."""

import base64
import datetime as dt
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from accounts import acting
from households import uploads
from households.import_report import ImportReport
from households.models import BuildingHead, Household, HouseholdImport
from tests.grid.test_sheet_files import workbook
from tests.households.homes import as_web_role, by_job, home
from tests.town import Town

NOW = timezone.now()
PAGE = "/care/import/"
TEXT = "地址,人数,电话\n幸福路1号1室,2,138 0013 8000\n幸福路9号1室,2,\n幸福路1号2室,很多,\n"
State = HouseholdImport.State


@pytest.fixture
def page(client: Client, town: Town) -> Client:
    building = town.buildings[0]
    building.street_name, building.number = "幸福路", "1号"
    building.save()
    client.force_login(town.coordinator)
    return client


def send(page: Client, town: Town, content: bytes, name: str = "homes.csv", **more: str) -> Any:
    given = {"community": town.community.code, "kind": "homes", **more}
    return page.post(PAGE, {**given, "file": SimpleUploadedFile(name, content)})


def kept() -> HouseholdImport:
    with by_job():
        return HouseholdImport.objects.get()


def test_only_who_may_import_is_shown_the_way_to_it(page: Client, town: Town) -> None:
    for member, shown in ((town.coordinator, True), (town.worker, False)):
        page.force_login(member)
        assert (f'href="{PAGE}"' in page.get("/care/heads/").content.decode()) == shown
        assert page.get(PAGE).status_code == (200 if shown else 403)


def test_a_large_file_is_never_written_down_in_the_clear(
    page: Client, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **more: object) -> None:
        raise AssertionError("a file of homes in the temporary folder")

    monkeypatch.setattr("django.core.files.uploadhandler.TemporaryUploadedFile", refuse)
    rows = f"{'x' * 200},1,\n" * (3 * 1024 * 1024 // 204)
    assert send(page, town, (TEXT + rows).encode()).status_code == 302


def test_from_the_file_to_the_rows_to_correct(page: Client, town: Town) -> None:
    answer = send(page, town, TEXT.encode("gbk"))
    address = f"{PAGE}{kept().pk}/"
    assert (answer.status_code, answer["Location"]) == (302, address)
    shown = page.get(address).content.decode()
    assert shown.count("<select") == 3 and 'value="address" selected' in shown
    columns = {"column-0": "address", "column-1": "people", "column-2": "telephone"}
    assert page.post(address, columns)["Location"] == address
    job = ProcrastinateJob.objects.get(task_name="households.take_in_file")
    assert job.args == {"upload": str(kept().pk)}
    assert 'http-equiv="refresh"' in page.get(address).content.decode()

    uploads.take_in(job.args["upload"], now=NOW)
    done = kept()
    assert (done.state, done.content, done.done) == (State.DONE, "", 3)
    assert done.counts["added"] == 1 and done.counts["refused"] == 2
    shown = page.get(address).content.decode()
    assert "No building here has this address" in shown and "refresh" not in shown
    csv = page.get(f"{address}to-correct.csv").content.decode("utf-8-sig")
    assert "幸福路9号1室" in csv and "138 0013" not in csv
    assert page.get(f"{address}to-correct.xlsx").status_code == 200
    with by_job():
        assert Household.objects.get().contact == "138 0013 8000"
    uploads.take_in(job.args["upload"], now=NOW)
    assert kept().counts["added"] == 1
    assert page.post(address, {"delete": "1"})["Location"] == PAGE
    assert page.get(address).status_code == 404


def test_columns_can_be_left_out_and_an_import_begins_once(page: Client, town: Town) -> None:
    send(page, town, TEXT.encode())
    address = f"{PAGE}{kept().pk}/"
    assert page.post(address, {"column-1": "people"}).status_code == 400
    assert page.post(address, {"column-0": "address"}).status_code == 302
    assert kept().mapping == {"address": "地址"}
    assert page.post(address, {"column-0": "address"}).status_code == 409


def test_what_is_kept_is_encrypted_and_nobody_else_sees_it(page: Client, town: Town) -> None:
    send(page, town, TEXT.encode())
    with by_job(), connection.cursor() as cursor:
        cursor.execute("SELECT content FROM households_householdimport")
        stored = cursor.fetchone()[0]
    assert base64.b64encode(TEXT.encode()).decode()[:20] not in stored
    address = f"{PAGE}{kept().pk}/"
    for name in ("worker", "leader", "administrator", "outsider"):
        page.force_login(getattr(town, name))
        assert page.get(address).status_code == page.get(PAGE).status_code == 403
        with as_web_role(), acting.as_member(getattr(town, name)):
            assert HouseholdImport.objects.count() == 0
    with as_web_role(), acting.as_member(town.coordinator):
        assert HouseholdImport.objects.count() == 1
    with as_web_role():
        assert HouseholdImport.objects.count() == 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("地址,民族\n幸福路1号,汉\n".encode(), "民族"),
        (b"PK\x03\x04 not a zip", "homes"),
        (workbook((1_048_575, 16_383, "x")), "too many rows"),
        (b"", "no rows"),
        (b"\x00" * 500, "not in"),
        ("地址,人数\n".encode() + b"x,1\n" * 50_001, "50,000"),
        (b"a," * 200 + b"\n" + b"1," * 200, "too many columns"),
        (b"x" * (uploads.MOST_BYTES + 1), "10 MB"),
    ],
    ids=["forbidden", "broken", "far corner", "empty", "NUL", "long", "wide", "large"],
)
def test_a_hostile_file_is_refused_and_nothing_kept(
    page: Client, town: Town, content: bytes, said: str
) -> None:
    answer = send(page, town, content, "../../homes.xlsx")
    assert 400 <= answer.status_code < 500
    assert said in answer.content.decode()
    with by_job():
        assert HouseholdImport.objects.count() == 0


def test_another_community_is_refused(page: Client, town: Town) -> None:
    assert send(page, town, TEXT.encode(), community=town.west.code).status_code == 400
    assert send(page, town, TEXT.encode(), kind="patrols").status_code == 400


def test_files_go_within_the_hour(page: Client, town: Town) -> None:
    send(page, town, TEXT.encode())
    with by_job():
        HouseholdImport.objects.update(at=NOW - dt.timedelta(minutes=40))
    assert uploads.sweep(NOW) == 0
    assert uploads.sweep(NOW + dt.timedelta(minutes=11)) == 1
    uploads.take_in("00000000-0000-0000-0000-000000000000", now=NOW)


def test_an_import_that_stopped_goes_on(
    page: Client, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("households.import_households.CHUNK", 1)
    rows = "".join(f"幸福路1号{door}室,1\n" for door in range(1, 5))
    send(page, town, f"地址,人数\n{rows}".encode())
    page.post(f"{PAGE}{kept().pk}/", {"column-0": "address", "column-1": "people"})
    real = uploads.import_households

    def stopping(*given: Any, progress: Any, **more: Any) -> ImportReport:
        def stop(done: int, report: ImportReport) -> None:
            if done > 2:
                raise ConnectionError
            progress(done, report)

        return real(*given, progress=stop, **more)

    monkeypatch.setattr(uploads, "import_households", stopping)
    with pytest.raises(ConnectionError):
        uploads.take_in(str(kept().pk), now=NOW)
    assert (kept().state, kept().done, kept().counts["added"]) == (State.RUNNING, 2, 2)
    monkeypatch.setattr(uploads, "import_households", real)
    uploads.take_in(str(kept().pk), now=NOW)
    assert (kept().state, kept().done, kept().counts["added"]) == (State.DONE, 4, 4)


def test_a_file_that_cannot_be_taken_in_is_let_go(page: Client, town: Town) -> None:
    send(page, town, TEXT.encode())
    uploads.give_up(str(kept().pk))
    assert (kept().state, kept().content) == (State.FAILED, "")
    assert "not your fault" in page.get(f"{PAGE}{kept().pk}/").content.decode()


def test_heads_of_building_are_taken_in(page: Client, town: Town) -> None:
    text = "地址,类别,姓名,联系电话\n幸福路1号,居民选举,李明,138 0013 8000\n幸福路1号,国王,王五,\n"
    for _twice in range(2):
        send(page, town, text.encode(), kind="heads")
        columns = {f"column-{n}": f for n, f in enumerate(["address", "kind", "name", "telephone"])}
        page.post(f"{PAGE}{kept().pk}/", columns)
        uploads.take_in(str(kept().pk), now=NOW)
        assert kept().counts["refused"] == 1
        page.post(f"{PAGE}{kept().pk}/", {"delete": "1"})
    with by_job():
        head = BuildingHead.objects.get()
        assert (head.name, head.contact, head.kind) == ("李明", "138 0013 8000", "elected")
        assert head.area == town.west


def test_the_page_names_homes_without_a_plan(page: Client, town: Town) -> None:
    with by_job():
        without = home(town.buildings[0], "77")
    assert str(without.pk) in page.get(PAGE).content.decode()


def test_the_pages_are_chinese_too(page: Client, town: Town) -> None:
    page.cookies["gridwalk_language"] = "zh-hans"
    send(page, town, TEXT.encode())
    page.post(f"{PAGE}{kept().pk}/", {"column-0": "address", "column-1": "people"})
    uploads.take_in(str(kept().pk), now=NOW)
    shown = page.get(f"{PAGE}{kept().pk}/").content.decode()
    assert "本社区没有这个地址的楼栋" in shown and "人数须在" in shown
    assert "没有计划的住户" in page.get(PAGE).content.decode()
