"""The divisions of China, from a few rows in the npm package's own form."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from grid.china.letters import plain, spelt
from grid.models import Area, Level, NationalDivision
from tests.town import Town, box

TABLES = {
    "provinces.csv": ["code,name", '11,"北京市"', '33,"浙江省"', '50,"重庆市"', '61,"陕西省"'],
    "cities.csv": [
        "code,name,provinceCode",
        '1101,"市辖区",11',
        '3301,"杭州市",33',
        '5001,"市辖区",50',
        '5002,"县",50',
        '6101,"西安市",61',
    ],
    "areas.csv": [
        "code,name,cityCode,provinceCode",
        '110101,"东城区",1101,11',
        '110105,"朝阳区",1101,11',
        '330106,"西湖区",3301,33',
        '610116,"长安区",6101,61',
    ],
    "streets.csv": [
        "code,name,areaCode,provinceCode,cityCode",
        '110101001,"东华门街道",110101,11,1101',
        '330106002,"西溪街道",330106,33,3301',
    ],
    "villages.csv": [
        "code,name,streetCode,provinceCode,cityCode,areaCode",
        '110101001001,"多福巷社区居委会",110101001,11,1101,110101',
        '110101001002,"银闸社区居委会",110101001,11,1101,110101',
        *(
            f'330106002{number:03},"第{number}绿园社区居委会",330106002,33,3301,330106'
            for number in range(1, 35)
        ),
    ],
}
ROWS = sum(len(lines) - 1 for lines in TABLES.values())

Take = Callable[..., None]


@pytest.fixture
def take(tmp_path: Path, db: None) -> Take:
    """``take(**changed)`` writes the tables, with those named replaced, and takes them in."""

    def taken(**changed: list[str]) -> None:
        for name, lines in {**TABLES, **{f"{key}.csv": of for key, of in changed.items()}}.items():
            (tmp_path / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
        call_command("import_divisions", "--from", str(tmp_path), verbosity=0)

    return taken


@pytest.fixture
def office(client: Client, town: Town) -> Client:
    client.force_login(town.administrator)
    return client


@pytest.mark.parametrize(
    ("name", "pinyin", "initials"),
    [
        ("东华门街道", "donghuamenjiedao", "dhmjd"),
        ("重庆市", "chongqingshi", "cqs"),
        ("长安区", "changanqu", "caq"),
        ("绿园", "lvyuan", "ly"),
        ("第3社区", "di3shequ", "d3sq"),
    ],
)
def test_names_are_spelt(name: str, pinyin: str, initials: str) -> None:
    assert spelt(name) == (pinyin, initials)


def test_typed_letters_lose_tones_spaces_and_apostrophes() -> None:
    assert plain("Cháng'ān  Lǜ") == "changanlv"


def test_all_levels_are_taken_in_and_again(take: Take) -> None:
    take()
    take()
    assert NationalDivision.objects.count() == ROWS
    assert dict(NationalDivision.objects.filter(level=4).values_list("code", "name")) == {
        "1101": "北京市",
        "3301": "杭州市",
        "5001": "重庆市",
        "5002": "重庆市县",
        "6101": "西安市",
    }


def test_what_is_taken_in_is_passed_over_where_missing_was_asked(take: Take) -> None:
    take()
    call_command("import_divisions", "--from", "/nowhere", "--if-missing")
    assert NationalDivision.objects.count() == ROWS


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"areas": ["code,name", '990101,"x"']}, "lies in no division"),
        ({"areas": ["code,name", '11010,"x"']}, "a code of 6 digits"),
        ({"areas": ["code,name", '110101,"x"', '110101,"y"']}, "is there twice"),
        ({"areas": ["code,name", "110101,"]}, "a name of 1 to 60"),
        ({"areas": ["number,name", '110101,"x"']}, "does not begin with the columns"),
        ({"areas": ["code,name", '110101,"x']}, "cannot be read"),
    ],
)
def test_bad_tables_change_nothing(
    take: Take, changed: dict[str, list[str]], sentence: str
) -> None:
    take()
    with pytest.raises(CommandError, match=sentence):
        take(**changed)
    assert NationalDivision.objects.count() == ROWS


def found(client: Client, word: str, **asked: Any) -> list[str]:
    answer = client.get("/api/v1/divisions-of-china/", {"q": word, **asked})
    assert answer.status_code == 200, answer.content
    return [row["code"] for row in answer.json()["results"]]


@pytest.mark.parametrize(
    ("word", "codes"),
    [
        ("东华门", ["110101001"]),
        ("华门街", ["110101001"]),
        ("110101001", ["110101001", "110101001001", "110101001002"]),
        ("donghuamen", ["110101001"]),
        ("Dōng huá", ["110101001"]),
        ("dhm", ["110101001"]),
        ("cq", ["50", "5001", "5002"]),
        ("chang'an", ["610116"]),
        ("北京", ["11", "1101"]),
        ("no such place", []),
        ("x", []),
    ],
)
def test_a_division_is_found(office: Client, take: Take, word: str, codes: list[str]) -> None:
    take()
    assert found(office, word) == codes


def test_few_are_told_and_one_level_where_asked(office: Client, take: Take) -> None:
    take()
    assert len(found(office, "第")) == 20
    assert len(found(office, "第", limit=3)) == 3
    assert found(office, "chongqing", level="province") == ["50"]
    # In so many names that it finds none: only what begins with it.
    assert found(office, "社区居委会") == []


def test_where_it_lies_is_told(office: Client, take: Take, queries: Any) -> None:
    assert office.get("/api/v1/divisions-of-china/", {"q": "1101"}).json()["known"] is False
    take()
    with queries(5):
        answer = office.get("/api/v1/divisions-of-china/", {"q": "多福巷"}).json()
    assert answer["known"] is True
    assert answer["results"] == [
        {
            "code": "110101001001",
            "level": "community",
            "name": "多福巷社区居委会",
            "above": [
                {"code": "11", "name": "北京市"},
                {"code": "1101", "name": "北京市"},
                {"code": "110101", "name": "东城区"},
                {"code": "110101001", "name": "东华门街道"},
            ],
        }
    ]


def area_form(code: str, **more: str) -> dict[str, str]:
    shape = json.dumps(json.loads(box(0, 0, 400, 400).geojson))
    return {"code": code, "name": "多福巷社区", "geometry": shape, **more}


def test_an_area_is_made_with_those_above(office: Client, take: Take) -> None:
    take()
    refused = office.post("/admin/grid/area/add/", area_form("110101001001"))
    assert "Make the area 110101001 first" in refused.content.decode()
    made = office.post("/admin/grid/area/add/", area_form("110101001001", with_above="on"))
    assert made.status_code == 302, made.context["errors"]
    areas = Area.objects.filter(code__startswith="11").order_by("code")
    assert list(areas.values_list("code", "level", "name")) == [
        ("1101", Level.CITY, "北京市"),
        ("110101", Level.DISTRICT, "东城区"),
        ("110101001", Level.SUBDISTRICT, "东华门街道"),
        ("110101001001", Level.COMMUNITY, "多福巷社区"),
    ]


def test_unknown_areas_above_are_not_made_up(office: Client, take: Take) -> None:
    take()
    answer = office.post("/admin/grid/area/add/", area_form("770101001001", with_above="on"))
    assert "have no 7701" in answer.content.decode()
    assert not Area.objects.filter(code__startswith="77").exists()
