"""The search: what finds what, in which order, for whom, and how many questions it asks."""

from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Member
from api.errors import BadCoordinate
from cases.models import Case, Category, Source
from cases.reporting import Report, take_in
from grid.models import Building, ServicePoint, Street
from publish.search.coordinates import position
from publish.search.models import SearchName
from publish.search.readings import index_words, plain, rank
from streetlights.models import Lamp
from tests.town import Town, place

pytestmark = pytest.mark.django_db


def point(x: float, y: float) -> Point:
    return Point(*place(x, y), srid=4326)


def groups(member: Member, text: str, **more: str) -> dict[str, list[dict[str, Any]]]:
    client = Client()
    client.force_login(member)
    response = client.get("/api/v1/search/", {"q": text, **more})
    assert response.status_code == 200, response.content
    return {group["kind"]: group["found"] for group in response.json()["groups"]}


def names(member: Member, text: str, kind: str, **more: str) -> list[str]:
    return [one["name"] for one in groups(member, text, **more).get(kind, [])]


def rename(street: Street, name: str) -> None:
    street.name = name
    street.save()


@pytest.mark.parametrize(
    "typed",
    ["人民路", "人民", "民路", "renminlu", "Ren min lu", "rénmín", "rml", "rm", "minlu", "ml"],
)
def test_a_chinese_street_is_found_however_it_is_typed(town: Town, typed: str) -> None:
    rename(town.streets["Row 1"], "人民路")
    assert names(town.worker, typed, "street") == ["人民路"]


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("长安街", "changanjie"),
        ("长安街", "zhanganjie"),
        ("重庆路", "chongqinglu"),
        ("重庆路", "zql"),
        ("音乐巷", "yinyuexiang"),
        ("快乐里", "kuaileli"),
        ("长乐路", "changlelu"),
        ("长乐路", "zyl"),
        ("绿园路", "lvyuanlu"),
    ],
)
def test_characters_of_several_readings_are_found_by_each(name: str, typed: str) -> None:
    assert rank(typed, index_words(name)) == 0


def test_rare_readings_find_nothing() -> None:
    assert rank("renminluo", index_words("人民路")) == 3


def test_the_rank_tells_whole_names_beginnings_parts_and_the_rest_apart() -> None:
    words = index_words("Hämeentie North", "海门街")
    asked = ["hameentienorth", "haimenjie", "hmj", "hameen", "hai", "north", "menjie", "tie"]
    assert [rank(plain(one), words) for one in asked] == [0, 0, 0, 1, 1, 2, 2, 3]


def test_the_best_fit_comes_first_and_among_equals_the_nearest(town: Town) -> None:
    lon, lat = place(390, 350)
    found = names(town.worker, "row", "street", near=f"{lon},{lat}")
    assert found[:2] == ["Row 4", "Row 3"]
    assert names(town.worker, "row 2", "street", near=f"{lon},{lat}")[0] == "Row 2"


def test_a_slip_of_the_finger_is_forgiven_only_where_nothing_fits(town: Town) -> None:
    rename(town.streets["Row 1"], "Mannerheimintie")
    assert names(town.worker, "manerheimintie", "street") == ["Mannerheimintie"]
    rename(town.streets["Row 2"], "Manerheimintie")
    assert names(town.worker, "manerheimintie", "street") == ["Manerheimintie"]


def test_renamed_and_removed_places_are_found_as_they_are_now(town: Town) -> None:
    street = town.streets["Row 1"]
    rename(street, "解放路")
    assert names(town.worker, "jfl", "street") == ["解放路"]
    rename(street, "和平路")
    assert names(town.worker, "jfl", "street") == []
    assert names(town.worker, "hpl", "street") == ["和平路"]
    street.delete()
    assert names(town.worker, "hpl", "street") == []
    assert not SearchName.objects.filter(kind="street", object=street.pk or 0).exists()


def test_a_house_is_found_by_street_and_number_also_in_pinyin(town: Town) -> None:
    rename(town.streets["Row 1"], "人民路")
    for pk, number in zip((house.pk for house in town.buildings), ("12", "120", "3"), strict=False):
        Building.objects.filter(pk=pk).update(street_name="人民路", number=number)
    for typed in ("人民路12", "人民路 12号", "renminlu 12", "rml12"):
        assert names(town.worker, typed, "building") == ["人民路 12", "人民路 120"], typed


def test_a_named_house_is_found_by_part_of_its_name(town: Town) -> None:
    Building.objects.filter(pk=town.buildings[0].pk).update(name="Pearl Garden")
    assert names(town.worker, "garden", "building") == ["Pearl Garden"]


def test_two_characters_find_a_house_whose_street_or_name_begins_with_them(town: Town) -> None:
    for building, name in zip(town.buildings, ("学校 北楼", "实验学校", "学校"), strict=False):
        Building.objects.filter(pk=building.pk).update(name=name)
    assert {"学校", "学校 北楼"} == set(names(town.worker, "学校", "building"))
    assert names(town.worker, "北楼", "building") == ["学校 北楼"]


def test_lamps_cells_and_service_points_are_found(town: Town) -> None:
    lamp = Lamp.objects.create(
        community=town.community, number="RM-0012", location=point(60, 60), cell=town.west
    )
    ServicePoint.objects.create(
        community=town.community, name="Lantern Clinic", kind="clinic", location=point(80, 80)
    )
    for typed in ("RM-0012", "rm0012", "0012"):
        [found] = groups(town.worker, typed)["lamp"]
        assert (found["id"], found["area_name"]) == (lamp.pk, "Lantern Community")
    [cell] = groups(town.worker, town.west.code)["area"]
    assert (cell["name"], cell["code"], cell["level"]) == ("Lantern West", town.west.code, 15)
    assert "Lantern Clinic" in names(town.worker, "lantern", "service_point")


def test_a_cell_that_is_no_more_is_not_found(town: Town) -> None:
    town.west.retired_on = timezone.localdate()
    town.west.save()
    assert names(town.worker, "lantern west", "area") == []


def test_members_are_found_only_in_ones_scope(town: Town) -> None:
    username = town.worker.username
    for reader in (town.coordinator, town.leader, town.administrator):
        [found] = groups(reader, username)["member"]
        assert (found["id"], found["code"]) == (town.worker.pk, town.west.code)
    assert "member" not in groups(town.outsider, username)


def test_a_case_is_found_by_whoever_may_see_it(town: Town) -> None:
    category = Category.objects.filter(active=True).exclude(parent=None).first()
    assert category is not None
    report = Report(category, point(60, 60), Source.MEMBER, town.worker)
    case, _new = take_in(report, now=timezone.now())
    assert [one["id"] for one in groups(town.worker, f"#{case.pk}")["case"]] == [case.pk]
    assert "case" not in groups(town.outsider, f"#{case.pk}")
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("24.93 60.17", (24.93, 60.17)),
        ("24.93, 60.17", (24.93, 60.17)),
        ("-0.5,51", (-0.5, 51)),
        ("60.17N 24.93E", (24.93, 60.17)),
        ("N 60°10.2' E 24°55.8'", (24.93, 60.17)),
        ("60°10'12\"N 24°55'48\"E", (24.93, 60.17)),
        ("24°55.8' 60°10.2'", (24.93, 60.17)),
        ("北60.17 东24.93", (24.93, 60.17)),
        ("33.9S 18.4E", (18.4, -33.9)),
    ],
)
def test_typed_positions(typed: str, expected: tuple[float, float]) -> None:
    assert position(typed) == pytest.approx(expected)


@pytest.mark.parametrize("typed", ["12 3", "Row 1", "24.93", "60N 61N", "24°75' 60°10'", ""])
def test_what_is_no_position(typed: str) -> None:
    assert position(typed) is None


def test_a_position_off_the_earth_is_refused_with_a_sentence(town: Town) -> None:
    with pytest.raises(BadCoordinate):
        position("60.1,120.5")
    client = Client()
    client.force_login(town.worker)
    response = client.get("/api/v1/search/", {"q": "60.1,120.5"})
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "bad_coordinate"
    [found] = groups(town.worker, "24.93 60.17")["position"]
    assert (found["lon"], found["lat"]) == (24.93, 60.17)


def test_an_area_keeps_to_what_lies_in_it(town: Town) -> None:
    assert names(town.worker, "row", "street", area=town.community.code)
    assert names(town.worker, "row", "street", area="9902") == []


def test_short_and_strange_texts_find_nothing(town: Town) -> None:
    for text in ("", "r", "%", "__", "\\", "|", "' OR 1=1 --"):
        assert groups(town.worker, text) == {}, text


def test_nobody_searches_without_an_account(client: Client, db: None) -> None:
    assert client.get("/api/v1/search/", {"q": "row"}).status_code in (401, 403)


def test_the_number_of_queries_does_not_grow_with_what_is_found(town: Town) -> None:
    client = Client()
    client.force_login(town.coordinator)
    client.get("/api/v1/search/", {"q": "lantern"})
    with CaptureQueriesContext(connection) as few:
        client.get("/api/v1/search/", {"q": "lantern west"})
    with CaptureQueriesContext(connection) as many:
        client.get("/api/v1/search/", {"q": "lantern"})
    assert len(many) <= len(few) + 1
    with CaptureQueriesContext(connection) as address:
        client.get("/api/v1/search/", {"q": "row 1 12"})
    assert len(address) <= 18


def test_households_are_never_looked_through(town: Town) -> None:
    client = Client()
    client.force_login(town.administrator)
    with CaptureQueriesContext(connection) as asked:
        client.get("/api/v1/search/", {"q": "row 1"})
    assert not any("households_" in query["sql"] for query in asked.captured_queries)
