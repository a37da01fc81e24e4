"""Drawing the cells of the small town over HTTP; positions below are metres from its corner."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Member
from grid.divisions.drafts import MOST_STEPS, take_step
from grid.divisions.drafts import cells_of as cells_in
from grid.divisions.ground import Ground
from grid.models import Area, Building, Division, DivisionCell, Level, Responsibility
from tests.conftest import Queries
from tests.town import Town, place

TODAY = dt.date(2026, 11, 22)
DIVISIONS = "/api/v1/divisions/"
Answer = dict[str, Any]


@pytest.fixture(autouse=True)
def the_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "localdate", lambda *_, **__: TODAY)


def as_(member: Member) -> Client:
    client = Client()
    client.force_login(member, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def page(town: Town) -> Client:
    return as_(town.coordinator)


def post(client: Client, path: str, status: int = 200, **body: Any) -> Answer:
    response = client.post(f"{DIVISIONS}{path}", body, content_type="application/json")
    assert response.status_code == status, response.content
    answer: Answer = response.json()
    return answer


def begin(client: Client, town: Town, source: object = "today", **more: Any) -> Answer:
    return post(client, "", 201, community=town.community.code, source=source, **more)


def edit(client: Client, draft: Answer, kind: str, status: int = 200, **what: Any) -> Answer:
    body = {"revision": draft["revision"], "edit": {"kind": kind, "snap": False, **what}}
    return post(client, f"{draft['id']}/edits/", status, **body)


def halved(client: Client, draft: Answer, town: Town, y: int = 200) -> Answer:
    """The eastern cell cut in two at a northing."""
    line = [place(190, y), place(410, y)]
    return edit(client, draft, "split", key=town.east.code, line=line)


def cells(answer: Answer) -> dict[str, Answer]:
    return {one["properties"]["key"]: one["properties"] for one in answer["cells"]["features"]}


def test_a_draft_of_today_has_todays_cells(page: Client, town: Town) -> None:
    draft = begin(page, town)
    assert (draft["state"], draft["revision"], draft["starts_on"]) == ("draft", 1, None)
    assert (draft["can_undo"], draft["can_redo"]) == (False, False)
    found = cells(draft)
    assert list(found) == [town.west.code, town.east.code]
    west = found[town.west.code]
    assert (west["name"], west["code"], west["fixed"]) == ("Lantern West", town.west.code, False)
    assert found[town.west.code]["colour"] != found[town.east.code]["colour"]
    assert west["metres"] + found[town.east.code]["metres"] == pytest.approx(2400, abs=1)
    assert draft["verdict"]["tiles"]
    assert (draft["verdict"]["gaps"], draft["verdict"]["overlaps"]) == ([], [])
    assert page.get(f"{DIVISIONS}{draft['id']}/").json() == draft


def test_a_split_counts_what_lies_in_each_half(page: Client, town: Town) -> None:
    # Those in the middle column lie on the border.
    Building.objects.filter(osm_id__startswith="way/200").delete()
    draft = halved(page, begin(page, town), town, y=160)
    found = cells(draft)
    assert set(found) == {town.west.code, town.east.code, "n1"}
    # Three buildings in the east, by y: 100 below the line; 200 and 300 above it.
    dwellings = [one.households for one in Building.objects.filter(cell=town.east).order_by("pk")]
    assert found[town.east.code]["households"] == sum(dwellings[1:])
    assert found["n1"]["households"] == dwellings[0]
    assert draft["verdict"]["tiles"]
    assert (draft["revision"], draft["can_undo"]) == (2, True)


def test_undo_and_redo_go_back_and_forth(page: Client, town: Town) -> None:
    first = begin(page, town)
    second = halved(page, first, town)
    back = post(page, f"{first['id']}/undo/", revision=2)
    assert cells(back) == cells(first)
    assert (back["can_undo"], back["can_redo"], back["revision"]) == (False, True, 3)
    assert cells(post(page, f"{first['id']}/redo/", revision=3)) == cells(second)
    post(page, f"{first['id']}/redo/", 409, revision=4)
    post(page, f"{first['id']}/undo/", revision=4)
    other = edit(page, {**first, "revision": 5}, "rename", key=town.east.code, name="Harbour")
    assert not other["can_redo"]
    assert cells(other)[town.east.code]["name"] == "Harbour"


def test_only_the_last_steps_can_be_undone(page: Client, town: Town) -> None:
    draft = Division.objects.get(pk=begin(page, town)["id"])
    ground = Ground(town.community)
    for _ in range(MOST_STEPS + 3):
        take_step(draft, cells_in(draft, ground), None)
    assert (draft.first_step, draft.last_step) == (3, MOST_STEPS + 3)
    assert DivisionCell.objects.filter(division=draft).count() == 2 * (MOST_STEPS + 1)


def test_a_stale_draft_is_refused_and_the_same_key_is_not(page: Client, town: Town) -> None:
    draft, key = begin(page, town), str(uuid.UUID(int=5))
    what = {"kind": "fix", "key": town.west.code, "fixed": True}
    body: Answer = {"revision": 1, "key": key, "edit": what}
    answered = post(page, f"{draft['id']}/edits/", **body)
    assert cells(answered)[town.west.code]["fixed"]
    assert post(page, f"{draft['id']}/edits/", **body) == answered
    refused = post(page, f"{draft['id']}/edits/", 409, **{**body, "key": str(uuid.UUID(int=6))})
    assert refused["error"]["code"] == "stale_draft"
    assert begin(page, town, key=key)["id"] == begin(page, town, key=key)["id"] != draft["id"]


@pytest.mark.parametrize(
    ("kind", "what", "code"),
    [
        ("merge", {"keys": ["990101001001001"]}, "edit_refused"),
        ("merge", {}, "bad_input"),
        ("split", {"key": "n9", "line": [place(1, 1), place(2, 2)]}, "edit_refused"),
        ("split", {"key": "990101001001001", "line": [place(1, 1)]}, "bad_input"),
        ("split", {"key": "990101001001001", "line": [[1e308, 0], [0, 0]]}, "bad_coordinate"),
        ("move", {"path": [place(0, 0), place(0, 400)], "to": "there"}, "bad_input"),
        ("draw", {"ring": [place(1, 1), place(2, 2), place(1, 1)]}, "edit_refused"),
        ("melt", {}, "bad_input"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    page: Client, town: Town, kind: str, what: Answer, code: str
) -> None:
    draft = begin(page, town)
    refused = edit(page, draft, kind, 400, **what)
    assert refused["error"]["code"] == code
    assert page.get(f"{DIVISIONS}{draft['id']}/").json() == draft


def test_vertices_are_set_on_streets(page: Client, town: Town) -> None:
    """A line drawn 5 m north of Row 2 (y = 150) runs along it."""
    draft = begin(page, town)
    line = [place(x, 155) for x in (190, 280, 320, 405)]
    what = {"kind": "split", "key": town.east.code, "line": line}
    after = post(page, f"{draft['id']}/edits/", revision=1, edit=what)
    (drawn,) = (one for one in after["cells"]["features"] if one["properties"]["key"] == "n1")
    (ring,) = drawn["geometry"]["coordinates"]
    for x in (280, 320):
        lon, lat = place(x, 150)
        assert min(abs(a - lon) + abs(b - lat) for a, b in ring) < 3e-7
    lines = page.get(f"{DIVISIONS}{draft['id']}/streets/").json()["features"]
    assert {"name": "Row 2", "kind": "street"} in [one["properties"] for one in lines]
    assert {"name": "", "kind": "barrier"} in [one["properties"] for one in lines]


def test_comparing_says_what_changes_hands(page: Client, town: Town) -> None:
    """The border moves from x = 200 to x = 250 between y = 0 and y = 400: one street crosses less.

    The buildings in the middle column, at x = 200, lie on the border, and go west by their number;
    none changes hands, but 50 m of each Row and Alley 3.
    """
    draft = begin(page, town)
    corners = [place(200, 0), place(200, 400)]
    way = [corners[0], place(248, 10), place(248, 390), corners[1]]
    moved = edit(page, draft, "move", path=corners, to=way)
    assert moved["verdict"]["tiles"]
    found = page.get(f"{DIVISIONS}{draft['id']}/compare/?with=today").json()
    (piece,) = found["cells"]["features"]
    assert piece["properties"]["from"]["code"] == town.east.code
    assert piece["properties"]["to"]["name"] == "Lantern West"
    assert found["moved"]["metres"] == piece["properties"]["metres"] == pytest.approx(4 * 48, abs=1)
    assert (found["same"], found["members"]) == ([], [])
    merged = edit(page, moved, "merge", keys=[town.west.code, town.east.code])
    assert merged["revision"] == 3
    found = page.get(f"{DIVISIONS}{draft['id']}/compare/").json()
    assert found["members"] == [
        {"name": "Tian Tian", "role": "worker", "cell": town.east.code, "becomes": "loses"}
    ]


def test_cells_are_taken_over_from_another_division(page: Client, town: Town) -> None:
    draft = edit(page, begin(page, town), "merge", keys=[town.west.code, town.east.code])
    taken: Answer = {"keys": [town.east.code], "from": "today"}
    back = edit(page, draft, "adopt", **taken)
    assert sorted(cells(back)) == [town.west.code, town.east.code]
    found = page.get(f"{DIVISIONS}{draft['id']}/compare/?with=today").json()
    assert found["same"] == [town.west.code, town.east.code]
    elsewhere: Answer = {"keys": ["n1"], "from": 10**9}
    refused = edit(page, back, "adopt", 404, **elsewhere)
    assert refused["error"]["code"] == "not_found"


def test_an_automatic_draft_is_made_by_the_standard_given(page: Client, town: Town) -> None:
    Building.objects.update(flats=40)
    per = {"between": [80, 120], "by": {"households": 1}}
    draft = begin(page, town, "automatic", per=per)
    assert len(draft["cells"]["features"]) == 4
    assert draft["standard"] == per
    assert (draft["standard_is_set"], begin(page, town)["standard_is_set"]) == (True, False)
    assert draft["verdict"]["within_standard"] >= 3
    assert begin(page, town, draft["id"])["standard"] == per
    refused = post(page, "", 400, community=town.community.code, source="automatic",
                   per={"between": [80, 20], "by": {"beauty": 1}})  # fmt: skip
    assert set(refused["error"]["fields"]) == {"per.between", "per.by"}


def test_put_in_force_today_it_is_the_division(page: Client, town: Town) -> None:
    draft = halved(page, begin(page, town), town)
    named = edit(page, draft, "rename", key="n1", name="South East")
    adopted = post(page, f"{draft['id']}/adopt/", revision=3, starts_on=str(TODAY), note="Smaller")
    assert (adopted["state"], adopted["starts_on"]) == ("in_force", str(TODAY))
    codes = [f"{town.community.code}{number:03d}" for number in (1, 2, 3)]
    assert [one.code for one in Area.objects.cells()] == codes
    assert Area.objects.get(code=codes[2]).name == "South East"
    assert Area.objects.get(code=codes[1]).households == cells(named)[town.east.code]["households"]
    listed = page.get(f"{DIVISIONS}?community={town.community.code}").json()
    assert listed["community"]["name"] == "Lantern Community"
    assert [(one["state"], one["starts_on"], one["cells"]) for one in listed["versions"]] == [
        ("in_force", str(TODAY), 3),
        ("past", None, 2),
    ]
    assert listed["versions"][0]["made_by"] == "Cui Lan"
    assert listed["versions"][0]["note"] == "Smaller"
    # Asked again, the answer is the same; an edit comes too late.
    again = post(page, f"{draft['id']}/adopt/", revision=3, starts_on=str(TODAY))
    assert again == adopted
    assert edit(page, adopted, "fix", 409, key="n1", fixed=True)["error"]["code"] == "conflict"
    assert page.delete(f"{DIVISIONS}{draft['id']}/").status_code == 409


def test_responsibilities_of_cells_that_go_end_and_the_others_go_on(
    page: Client, town: Town
) -> None:
    draft = edit(page, begin(page, town), "merge", keys=[town.west.code, town.east.code])
    post(page, f"{draft['id']}/adopt/", revision=2, starts_on=str(TODAY))
    held = dict(Responsibility.objects.filter(area__level=15).values_list("area__code", "ends_on"))
    assert held == {town.west.code: None, town.east.code: TODAY}


def test_a_day_that_is_past_and_cells_with_gaps_are_refused(page: Client, town: Town) -> None:
    draft = begin(page, town)
    yesterday = str(TODAY - dt.timedelta(days=1))
    refused = post(page, f"{draft['id']}/adopt/", 400, revision=1, starts_on=yesterday)
    assert list(refused["error"]["fields"]) == ["starts_on"]
    post(page, f"{draft['id']}/adopt/", 400, revision=1)
    DivisionCell.objects.filter(division=draft["id"], key=town.west.code).delete()
    shown = page.get(f"{DIVISIONS}{draft['id']}/").json()["verdict"]
    assert not shown["tiles"]
    assert [gap["type"] for gap in shown["gaps"]] == ["Polygon"]
    post(page, f"{draft['id']}/adopt/", 409, revision=1, starts_on=str(TODAY))
    assert Area.objects.cells().count() == 2


def test_drafts_are_thrown_away(page: Client, town: Town) -> None:
    draft = begin(page, town)
    assert page.delete(f"{DIVISIONS}{draft['id']}/").status_code == 204
    assert page.delete(f"{DIVISIONS}{draft['id']}/").status_code == 404
    assert not DivisionCell.objects.exists()


def test_who_draws_elsewhere_is_refused(town: Town) -> None:
    draft = begin(as_(town.leader), town)
    for member in (town.worker, town.outsider):
        client = as_(member)
        assert client.get(f"{DIVISIONS}{draft['id']}/").status_code == 403
        assert client.get(f"{DIVISIONS}?community={town.community.code}").status_code == 403
    assert as_(town.administrator).get(f"{DIVISIONS}{draft['id']}/").status_code == 200
    assert as_(town.coordinator).get(f"{DIVISIONS}?community=990101").status_code == 404
    assert as_(town.coordinator).get(f"{DIVISIONS}{10**12}/").status_code == 404


def test_answers_take_few_queries(page: Client, town: Town, queries: Queries) -> None:
    draft = begin(page, town)
    # Session, member, division, scope; its cells, buildings, streets, barriers.
    with queries(8):
        page.get(f"{DIVISIONS}{draft['id']}/")
    # Beside these: locked anew, known keys, later and earlier steps, the new step, the revision;
    # and four savepoints that the history writes itself into.
    with queries(18):
        halved(page, draft, town)
    # Session, member, community, scope, versions.
    with queries(5):
        page.get(f"{DIVISIONS}?community={town.community.code}")


def test_a_standard_of_no_numbers_is_refused(page: Client, town: Town) -> None:
    good = {"between": [100, 200], "by": {"households": 1}}
    for bad in (
        {"between": ["nan", 200]},
        {"between": [100, "nan"]},
        {"by": {"households": "nan"}},
        {"by": {"households": 1, "care": 1}, "care": [["nan", 0.1, 1]]},
        {"by": {"households": 1, "care": 1}, "care": [[0.1, 0.1, "inf"]]},
    ):
        post(page, "", 400, community=town.community.code, source="today", per={**good, **bad})
    assert not Division.objects.filter(state=Division.State.DRAFT).exists()


def test_the_key_of_a_draft_elsewhere_opens_nothing(page: Client, town: Town) -> None:
    elsewhere = Area.objects.create(
        code="990101001009",
        name="Elsewhere",
        level=Level.COMMUNITY,
        geometry=town.community.geometry,
    )
    key = uuid.uuid4()
    Division.objects.create(community=elsewhere, state=Division.State.DRAFT, made_key=key)
    refused = post(page, "", 409, community=town.community.code, source="today", key=str(key))
    assert refused["error"]["code"] == "conflict"


def test_shapes_that_no_pen_draws_are_refused_and_change_nothing(page: Client, town: Town) -> None:
    draft = begin(page, town)
    line = [place(190, 200), place(410, 200)]
    bow = [place(150, 50), place(350, 250), place(350, 50), place(150, 250)]
    spikes = [place(150 + at % 2 * 200, at) for at in range(1999)]
    for kind, what in (
        ("split", {"key": town.east.code, "line": [["nan", 0], line[1]]}),
        ("split", {"key": town.east.code, "line": [[1e308, 0], line[1]]}),
        ("split", {"key": town.east.code, "line": [line[0], line[0]]}),
        ("split", {"key": town.east.code, "line": line * 1001}),
        ("split", {"key": town.east.code, "line": {"length": 2}}),
        ("split", {"key": town.east.code, "line": [*spikes, *line]}),
        ("draw", {"ring": [line[0], line[1], line[0]]}),
        ("draw", {"ring": bow}),
        ("move", {"path": line, "to": "x"}),
        ("vertex", {"at": line[0], "to": {"lon": 0}}),
        ("merge", {"keys": [town.east.code] * 2}),
        ("adopt", {"keys": [town.east.code], "from": -1}),
        ("rename", {"key": town.east.code, "name": "\x00"}),
    ):
        edit(page, draft, kind, 400, **what)
    assert page.get(f"{DIVISIONS}{draft['id']}/").json() == draft
