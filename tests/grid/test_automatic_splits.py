"""The automatic split to compare with: made by a job, stopped, kept for the same map."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from grid.divisions import automatic
from grid.models import Area, AutomaticSplit, Building, Division
from tests.grid.test_divisions_api import DIVISIONS, as_, begin, edit
from tests.town import Town

Answer = dict[str, Any]
PER = {"between": [80, 120], "by": {"households": 1}}


@pytest.fixture
def page(town: Town) -> Client:
    Building.objects.update(flats=40)
    return as_(town.coordinator)


@pytest.fixture
def draft(page: Client, town: Town) -> Answer:
    return begin(page, town, per=PER)


def automatic_of(draft: Answer) -> str:
    return f"{DIVISIONS}{draft['id']}/automatic/"


def asked(page: Client, draft: Answer, status: int) -> Answer:
    response = page.post(automatic_of(draft), content_type="application/json")
    assert response.status_code == status, response.content
    answer: Answer = response.json()
    return answer


def jobs() -> list[int]:
    rows = ProcrastinateJob.objects.filter(task_name="grid.split_automatically").order_by("pk")
    return [row.args["split"] for row in rows]


def made(page: Client, draft: Answer) -> None:
    """Asked for and worked out, as the page and the worker do."""
    asked(page, draft, 202)
    automatic.make(jobs()[-1])


def test_a_job_splits_and_the_result_is_compared_with(
    page: Client, draft: Answer, town: Town
) -> None:
    assert page.get(automatic_of(draft)).json()["state"] == "none"
    compare = f"{DIVISIONS}{draft['id']}/compare/?with=automatic"
    refused = page.get(compare)
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "split_not_ready")
    assert asked(page, draft, 202) == {"state": "waiting", "progress": 0, "sentence": ""}
    asked(page, draft, 202)
    (job,) = jobs()
    automatic.make(job)
    assert page.get(automatic_of(draft)).json()["state"] == "done"
    found = page.get(compare).json()
    cells = {piece["properties"]["from"]["key"] for piece in found["cells"]["features"]}
    assert len(cells) >= 3
    # What a draft of an automatic split has is what was compared with.
    other = begin(page, town, "automatic", per=PER)
    same = page.get(f"{DIVISIONS}{other['id']}/compare/?with=automatic").json()
    assert same["cells"]["features"] == []
    assert len(same["same"]) == 4


def test_the_same_is_kept_and_another_map_or_standard_is_split_anew(
    page: Client, draft: Answer, town: Town
) -> None:
    made(page, draft)
    assert asked(page, draft, 200)["state"] == "done"
    # An edit of the draft changes nothing that the split depends on.
    edit(page, draft, "rename", key=town.east.code, name="Harbour")
    asked(page, draft, 200)
    other = begin(page, town, per={"between": [100, 200], "by": {"households": 1}})
    asked(page, other, 202)
    asked(page, draft, 200)
    Area.objects.filter(pk=town.west.pk).update(name="Dockside")
    assert asked(page, draft, 202)["state"] == "waiting"
    assert AutomaticSplit.objects.count() == 2
    made(page, draft)
    Building.objects.filter(pk=Building.objects.earliest("pk").pk).update(levels=30)
    asked(page, draft, 202)


def test_cells_of_the_split_are_taken_over(page: Client, draft: Answer) -> None:
    taken: Answer = {"keys": ["n1"], "from": "automatic"}
    assert edit(page, draft, "adopt", 409, **taken)["error"]["code"] == "split_not_ready"
    made(page, draft)
    found = page.get(f"{DIVISIONS}{draft['id']}/compare/?with=automatic").json()
    keys = {piece["properties"]["from"]["key"] for piece in found["cells"]["features"]}
    new = [key for key in sorted(keys) if key.startswith("n")]
    assert new
    more: Answer = {"keys": new, "from": "automatic"}
    after = edit(page, draft, "adopt", **more)
    assert len(after["cells"]["features"]) >= len(draft["cells"]["features"]) + 1
    assert after["verdict"]["tiles"]


def test_it_is_stopped_and_begun_again(page: Client, draft: Answer) -> None:
    asked(page, draft, 202)
    assert page.delete(automatic_of(draft)).json()["state"] == "cancelled"
    automatic.make(jobs()[0])
    assert page.get(automatic_of(draft)).json()["state"] == "cancelled"
    made(page, draft)
    assert page.get(automatic_of(draft)).json() == {"state": "done", "progress": 100,
                                                    "sentence": ""}  # fmt: skip
    # What is done stays.
    assert page.delete(automatic_of(draft)).json()["state"] == "done"


def test_a_running_job_notices_that_it_was_stopped(
    page: Client, draft: Answer, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[int] = []
    tell_by = automatic._teller

    def stopped_midway(mine: Any) -> Any:
        tell = tell_by(mine)

        def step(share: float) -> None:
            tell(share)
            told.append(AutomaticSplit.objects.get().progress)
            page.delete(automatic_of(draft))

        return step

    monkeypatch.setattr(automatic, "_teller", stopped_midway)
    made(page, draft)
    assert len(told) == 1
    assert 0 < told[0] < 100
    split = AutomaticSplit.objects.get()
    assert (split.state, split.cells) == ("cancelled", None)


def test_a_map_changed_meanwhile_is_not_taken_for_the_one_asked_about(
    page: Client, draft: Answer
) -> None:
    asked(page, draft, 202)
    Building.objects.filter(pk=Building.objects.earliest("pk").pk).update(flats=41)
    automatic.make(jobs()[0])
    told = page.get(automatic_of(draft)).json()
    assert told["state"] == "failed"
    assert "changed meanwhile" in told["sentence"]


def test_after_the_last_attempt_it_says_so(page: Client, draft: Answer) -> None:
    asked(page, draft, 202)
    automatic.give_up(jobs()[0])
    told = page.get(automatic_of(draft)).json()
    assert (told["state"], "server failed" in told["sentence"]) == ("failed", True)
    assert asked(page, draft, 202)["state"] == "waiting"


def test_cells_kept_whole_that_overlap_are_said(page: Client, draft: Answer, town: Town) -> None:
    Area.objects.filter(pk__in=[town.west.pk, town.east.pk]).update(
        fixed=True, geometry=town.east.geometry
    )
    asked(page, draft, 202)
    automatic.make(jobs()[0])
    told = page.get(automatic_of(draft)).json()
    assert (told["state"], "not sound" in told["sentence"]) == ("failed", True)


def test_a_standard_of_more_cells_than_codes_is_refused(
    page: Client, draft: Answer, town: Town
) -> None:
    Building.objects.update(flats=200)
    tiny = {"between": [1, 1], "by": {"households": 1}}
    body = {"community": town.community.code, "source": "automatic", "per": tiny}
    refused = page.post(DIVISIONS, body, content_type="application/json")
    assert refused.status_code == 400
    assert "more than 999 cells" in refused.json()["error"]["message"]
    other = begin(page, town, per=tiny)
    asked(page, other, 202)
    automatic.make(jobs()[0])
    told = page.get(automatic_of(other)).json()
    assert (told["state"], "too many cells" in told["sentence"]) == ("failed", True)


def test_a_week_later_it_is_made_anew(page: Client, draft: Answer) -> None:
    division = Division.objects.get(pk=draft["id"])
    first = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    automatic.make(automatic.ask(division, first).pk)
    later = first + dt.timedelta(days=6)
    assert automatic.ask(division, later).state == "done"
    later = first + dt.timedelta(days=8)
    assert automatic.ask(division, later).state == "waiting"


def test_who_draws_elsewhere_asks_for_none(draft: Answer, town: Town) -> None:
    stranger = as_(town.worker)
    for send in (stranger.get, stranger.post, stranger.delete):
        assert send(automatic_of(draft)).status_code == 403
    assert jobs() == []
