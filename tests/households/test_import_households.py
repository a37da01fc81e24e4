"""Homes taken in from files: what is sound is stored, the rest told row by row."""

import csv
import datetime as dt
import io
import json
import time
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import acting
from api.errors import BadInput, NotAllowed
from api.tables import csv_file
from grid import sheet_files
from grid.models import Area, Building
from households.import_columns import checked_mapping, guess
from households.import_heads import import_heads
from households.import_households import import_households
from households.import_report import ImportReport, rows_to_correct
from households.models import AccessRecord, CarePlan, Door, Household, Looked, Visit
from households.plans import withdraw
from households.register import MOST_CONTACT
from tests.households.homes import by_job
from tests.households.homes_file import FAULTS, buildings, homes_file
from tests.town import Town, box

NOW = timezone.now()
TODAY = timezone.localdate(NOW)


@pytest.fixture
def street(town: Town) -> Town:
    """Row 1 with three houses in the west, and one of two blocks in the east."""
    for building, number, name in zip(
        town.buildings, ["1", "2", "3", "4", "4"], ["", "", "", "1栋", "2栋"], strict=False
    ):
        building.street_name, building.number, building.name = "幸福路", f"{number}号", name
        building.save()
    return town


def taken(
    town: Town, text: str, *, begin: int = 0, said: dict[str, str] | None = None
) -> ImportReport:
    sheet = sheet_files.read_sheet(text.encode(), "homes.csv")
    mapping = checked_mapping(sheet.columns, said or {})
    return import_households(
        sheet, mapping, town.community, member=town.coordinator, now=NOW, begin=begin
    )


def found(report: ImportReport) -> dict[int, str]:
    return {flaw.row: flaw.code for flaw in report.flaws}


def test_homes_come_in_once(street: Town) -> None:
    text = "地址,人数,联系人,电话,语言\n幸福路1号2单元501室,2,李明,138 0013 8000,普通话\n"
    assert taken(street, text).rows.as_dict() | {"removed": 0} == {
        "added": 1, "updated": 0, "unchanged": 0, "removed": 0,
    }  # fmt: skip
    with by_job():
        home = Household.objects.select_related("door").get()
        assert (home.door.entrance, home.door.label, home.area) == ("2", "501", street.west)
        assert (home.people, home.contact, home.since) == (2, "李明, 138 0013 8000", TODAY)
        assert AccessRecord.objects.get().looked == Looked.CHANGE
    again = taken(street, text)
    assert (again.rows.added, again.rows.updated, again.rows.unchanged) == (0, 0, 1)
    changed = taken(street, "地址,人数,电话\n幸福路１号二单元501,3,\n")
    assert (changed.rows.updated, changed.rows.added) == (1, 0)
    with by_job():
        assert Household.objects.get().people == 3
        assert Household.objects.get().contact == "李明, 138 0013 8000"
        assert (Household.objects.count(), Door.objects.count()) == (1, 1)
        assert AccessRecord.objects.count() == 2


def test_what_is_wrong_is_told_row_by_row(street: Town) -> None:
    elsewhere = Area.objects.create(
        code="990101001002", level=12, name="Other", geometry=box(500, 0, 900, 400)
    )
    Building.objects.create(
        community=elsewhere, street_name="远方路", number="9号", footprint=box(500, 0, 510, 10)
    )
    report = taken(
        street,
        "地址,人数,电话,参加日期\n"
        "幸福路1号1室,2,,\n"
        "幸福路99号1室,,,\n"
        "幸福路1号1室,2,,\n"
        "远方路9号1室,2,,\n"
        "幸福路4号1室,,,\n"
        "幸福路4号2栋1室,,,\n"
        "幸福路2号1室,0,,\n"
        "幸福路2号2室,,无,\n"
        "幸福路2号3室,,,2999-01-01\n"
        ",2,,\n",
    )
    assert found(report) == {
        3: "no_building", 4: "twice", 5: "outside", 6: "several", 8: "bad_people",
        9: "bad_telephone", 10: "bad_since", 11: "no_address",
    }  # fmt: skip
    assert report.rows.added == 2
    assert next(flaw for flaw in report.flaws if flaw.row == 4).sentence.startswith("Row 2 ")


def test_a_contact_is_as_short_as_on_the_page(street: Town) -> None:
    longest, number = "李" * (MOST_CONTACT - len(", 13800138000")), "13800138000"
    report = taken(
        street,
        f"地址,联系人,电话\n幸福路1号1室,{longest},{number}\n幸福路1号2室,{longest}明,{number}\n",
    )
    assert found(report) == {3: "bad_contact"}
    with by_job():
        assert len(Household.objects.get().contact) == MOST_CONTACT
    heads = "地址,类别,姓名,联系电话\n幸福路1号,居民选举,李明," + "1" * (MOST_CONTACT + 1) + "\n"
    sheet = sheet_files.read_sheet(heads.encode(), "heads.csv")
    mapping = checked_mapping(sheet.columns, {}, "heads")
    told = import_heads(sheet, mapping, street.community, member=street.coordinator, now=NOW)
    assert found(told) == {2: "bad_contact"}


def test_a_slip_of_the_pen_is_taken_in_with_its_score_and_another_street_is_not(
    street: Town,
) -> None:
    names = ["人民路解放军医院家属院", "幸福东路", "Harbour Street"]
    for building, name in zip(street.buildings[5:], names, strict=False):
        building.street_name, building.number = name, "7"
        building.save()
    report = taken(
        street,
        "address,people\n人民路解放军医院家属大院7号1室,\n人民路解放军医院家属园7号1室,\n"
        "幸福西路7号1室,\nHarbor Street 7 A 2,\nHarbour Street 8 A 2,\n",
    )
    assert [(one.row, one.taken) for one in report.alike] == [
        (3, "人民路解放军医院家属院 7"),
        (5, "Harbour Street 7"),
    ]
    assert all(88 <= one.score < 100 for one in report.alike)
    assert found(report) == {2: "no_building", 4: "no_building", 6: "no_building"}
    nearest = {flaw.row: (flaw.nearest, flaw.score) for flaw in report.flaws}
    assert nearest[4] == ("幸福东路 7", 75.0)
    assert nearest[6] == ("", 0.0)


PLANNED = (
    "地址,走访目的,频次,同意人类型,同意方式,同意日期,结束日期\n"
    "幸福路1号1室,独居老人,每周,本人,上门,{on},{until}\n"
)


def test_a_plan_comes_with_its_consent_and_only_once(street: Town) -> None:
    text = PLANNED.format(on=TODAY, until="")
    assert taken(street, text).plans == 1
    assert taken(street, text).plans == 0
    with by_job():
        plan = CarePlan.objects.get()
        assert (plan.purpose, plan.cadence) == ("alone_and_old", "weekly")
        assert (plan.consent_by, plan.consent_how, plan.consent_on) == ("self", "door", TODAY)
        assert plan.recorded_by == street.coordinator
        assert Visit.objects.count() == 1


def test_consent_withdrawn_is_not_brought_back_by_an_old_file(street: Town) -> None:
    text = PLANNED.format(on=TODAY, until="")
    taken(street, text)
    with acting.as_member(street.coordinator):
        withdraw(CarePlan.objects.get(), member=street.coordinator, now=NOW)
    assert found(taken(street, text)) == {2: "withdrawn"}
    with by_job():
        assert Visit.objects.count() == 0
        assert CarePlan.objects.count() == 1


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("幸福路1号1室,独居老人,每周,本人,,2026-05-04,", "no_consent"),
        ("幸福路1号1室,独居老人,,本人,上门,2026-05-04,", "no_plan"),
        ("幸福路1号1室,重点人员,每周,本人,上门,2026-05-04,", "bad_purpose"),
        ("幸福路1号1室,独居老人,每小时,本人,上门,2026-05-04,", "bad_cadence"),
        ("幸福路1号1室,独居老人,每周,邻居,上门,2026-05-04,", "bad_consent_by"),
        ("幸福路1号1室,独居老人,每周,本人,上门,2999-05-04,", "bad_consent_on"),
        ("幸福路1号1室,独居老人,每周,本人,上门,2026-13-04,", "bad_consent_on"),
    ],
)
def test_no_visits_without_consent(street: Town, row: str, code: str) -> None:
    report = taken(street, PLANNED.splitlines()[0] + "\n" + row + "\n")
    assert found(report) == {2: code}
    with by_job():
        assert Household.objects.count() == Visit.objects.count() == 0


def test_a_plan_that_cannot_be_leaves_a_household_without_plan(street: Town) -> None:
    old = TODAY - dt.timedelta(days=400)
    report = taken(street, PLANNED.format(on=old, until=TODAY + dt.timedelta(days=9)))
    assert (report.rows.added, report.plans, report.refused) == (1, 0, 1)
    with by_job():
        assert Visit.objects.count() == 0


def test_more_rows_with_plans_take_no_more_queries(street: Town) -> None:
    head, row = PLANNED.format(on=TODAY, until="").splitlines()
    # The last of them cannot be: it ends before it begins.
    sound = [row.replace("1号1室", f"1号{door}室") for door in range(1, 41)]
    unsound = row.replace("1号1室", "2号1室") + str(TODAY - dt.timedelta(days=1))
    counts = []
    for rows in (sound[:1], [*sound[1:], unsound]):
        with CaptureQueriesContext(connection) as asked:
            report = taken(street, "\n".join([head, *rows]))
        counts.append(len(asked))
        assert report.plans == len(set(rows) - {unsound})
    assert counts[0] == counts[1]
    assert found(report) == {41: "no_plan"}


def test_only_the_coordinator_takes_in(street: Town) -> None:
    sheet = sheet_files.read_sheet("地址,人数\n幸福路1号1室,2\n".encode(), "homes.csv")
    for member in (street.worker, street.leader, street.administrator):
        with pytest.raises(NotAllowed):
            import_households(sheet, guess(sheet.columns), street.community, member=member, now=NOW)


def test_an_interrupted_import_goes_on(street: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("households.import_households.CHUNK", 2)
    text = "地址,人数\n" + "".join(f"幸福路1号{door}室,{door}\n" for door in range(1, 6))
    sheet = sheet_files.read_sheet(text.encode(), "homes.csv")
    given = (sheet, guess(sheet.columns), street.community)

    def stop(done: int, _report: ImportReport) -> None:
        if done > 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_households(*given, member=street.coordinator, now=NOW, progress=stop)
    with by_job():
        assert Household.objects.count() == 2
    report = import_households(*given, member=street.coordinator, now=NOW, begin=2)
    assert (report.rows.added, report.rows.unchanged) == (3, 0)


def test_corrected_rows_are_taken_in(street: Town) -> None:
    text = "地址,人数,电话\n幸福路99号1室,2,+358 40 1\n幸福路1号1室,=1+1,+358 40 123\n"
    sheet = sheet_files.read_sheet(text.encode(), "homes.csv")
    report = taken(street, text)
    assert found(report) == {2: "no_building", 3: "bad_people"}
    content = csv_file("x", *_split(rows_to_correct(sheet, report.flaws))).content
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[1][-3:] == ["幸福路99号1室", "2", "'+358 40 1"]
    assert rows[2][-2:] == ["'=1+1", "'+358 40 123"]
    corrected = content.decode().replace("99号", "2号").replace("'=1+1", "2")
    assert taken(street, corrected).flaws == [
        flaw for flaw in taken(street, corrected).flaws if flaw.code == "bad_telephone"
    ]
    with by_job():
        assert {home.contact for home in Household.objects.all()} == {"+358 40 1", "+358 40 123"}


def _split(table: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    return table[0], table[1:]


def big_street(town: Town) -> None:
    Building.objects.filter(pk__in=[one.pk for one in town.buildings]).delete()
    Building.objects.bulk_create(
        Building(
            community=town.community, cell=town.west, street_name=street, number=number, name=name,
            footprint=box(1, 1, 2, 2),
        )
        for street, number, name in buildings()
    )  # fmt: skip


def test_a_gbk_file_with_three_percent_bad_rows_is_told_row_by_row(
    town: Town, tmp_path: Path
) -> None:
    big_street(town)
    made = homes_file(400)
    file, refused = tmp_path / "homes.csv", tmp_path / "refused.xlsx"
    file.write_bytes(made.content)
    out = io.StringIO()
    given = ["import_households", str(file), "--community", town.community.code]
    given += ["--member", "coordinator", "--json", "--refused", str(refused)]
    with pytest.raises(CommandError, match="12 rows"):
        call_command(*given, stdout=out)
    answer = json.loads(out.getvalue())
    assert answer["rows"]["added"] == 400 - 12
    assert {row["row"]: row["code"] for row in answer["refused"]} == made.faults
    assert answer["columns_left_out"] == ["序号"]
    assert len(sheet_files.read_workbook(refused).rows) == 12
    with pytest.raises(CommandError):
        call_command(*given, stdout=(again := io.StringIO()))
    assert json.loads(again.getvalue())["rows"]["unchanged"] == 400 - 12


def test_the_file_of_the_trial_holds_every_kind_of_fault() -> None:
    made = homes_file(1000)
    assert len(made.faults) == 30
    assert Counter(made.faults.values()).keys() == set(FAULTS)
    assert homes_file(1000).content == made.content


def test_a_file_needs_an_address() -> None:
    with pytest.raises(BadInput):
        checked_mapping(["人数", "电话"], {})
    assert checked_mapping(["A", "B"], {"A": "address", "B": "people"}) == {
        "address": "A", "people": "B",
    }  # fmt: skip
    for wrong in ({"C": "address"}, {"A": "religion"}, {"A": "address", "B": "address"}):
        with pytest.raises(BadInput):
            checked_mapping(["A", "B"], wrong)


@pytest.mark.slow
@pytest.mark.parametrize("agreed_on", [None, TODAY])
def test_ten_thousand_rows_in_a_small_size(town: Town, agreed_on: dt.date | None) -> None:
    """The trial of 10,000 rows in a tenth of it: seconds of processor time, by row."""
    big_street(town)
    made = homes_file(1000, agreed_on=agreed_on)
    sheet = sheet_files.read_sheet(made.content, "homes.csv")
    began = time.process_time()
    report = import_households(
        sheet, guess(sheet.columns), town.community, member=town.coordinator, now=NOW
    )
    assert time.process_time() - began < 3
    assert found(report) == made.faults
    assert report.plans == (report.rows.added if agreed_on else 0)
