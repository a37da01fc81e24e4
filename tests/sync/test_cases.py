"""Cases from tablets: once each, in whatever order, and two who change the same are told so."""

import datetime as dt
import hashlib
import uuid
from typing import Any

import pytest
from django.utils import timezone

from cases.awaited_photos import wanted
from cases.models import Case, Source, State
from grid.models import Responsibility
from streetlights.models import Lamp, LampSighting
from sync.attempts import replay
from sync.conflicts import conflicts_of, decide
from sync.models import Conflict, Operation
from tests.cases.play import do, point, report
from tests.cases.test_photos import photo
from tests.sync.tablet import Tablet
from tests.town import Town

NOW = timezone.now()


@pytest.fixture
def tablet(town: Town) -> Tablet:
    return Tablet(town.worker)


@pytest.fixture
def other(town: Town) -> Tablet:
    return Tablet(town.coordinator)


@pytest.fixture
def case(town: Town) -> Case:
    return report(town, now=NOW, description="Hole", whereabouts="Row 1")


def body(**more: Any) -> dict[str, Any]:
    place = point()
    given = {"key": str(uuid.uuid4()), "category": "paving", "lon": place.x, "lat": place.y}
    return {**given, **more}


def edit(tablet: Tablet, case: Case, saw: int, **changes: Any) -> dict[str, Any]:
    given = {"key": str(uuid.uuid4()), "case": case.pk, "saw": saw, "changes": changes}
    return tablet.record("case.edit", given)


def step(tablet: Tablet, case: Case, saw: int, name: str, **more: Any) -> dict[str, Any]:
    given = {"key": str(uuid.uuid4()), "case": case.pk, "saw": saw, "step": name, **more}
    return tablet.record("case.step", given)


def only(answers: list[dict[str, Any]]) -> dict[str, Any]:
    [answer] = answers
    return answer


def test_a_report_becomes_a_case_at_the_time_it_was_seen(tablet: Tablet, town: Town) -> None:
    seen = timezone.now() - dt.timedelta(hours=5)
    operation = tablet.record(
        "case.report", body(description="Hole", patrol=str(uuid.uuid4())), at=seen
    )
    answer = only(tablet.send(operation))
    case = Case.objects.get()
    assert (answer["state"], answer["result"]) == ("applied", {"case": case.pk, "version": 1})
    assert abs(case.reported_at - seen) < dt.timedelta(seconds=1)
    assert (case.source, case.reporter, case.area_code) == (
        Source.PATROL,
        town.worker,
        town.west.code,
    )
    assert tablet.states(operation) == ["already_applied"]
    assert Operation.objects.get().payload is None


def test_the_same_report_in_a_new_operation_is_the_same_case(tablet: Tablet) -> None:
    """“Edit and send again” after a refusal, and the office took the first one in meanwhile."""
    given = body()
    first, second = tablet.record("case.report", given), tablet.record("case.report", given)
    numbers = {answer["result"]["case"] for answer in tablet.send(first, second)}
    assert numbers == {Case.objects.get().pk}


def test_another_s_key_is_refused(tablet: Tablet, other: Tablet) -> None:
    given = body()
    tablet.send(tablet.record("case.report", given))
    assert other.states(other.record("case.report", given)) == ["rejected"]


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"lon": 0.0, "lat": 0.0}, "outside_area"),
        ({"category": "nothing"}, "bad_input"),
        ({"category": "streets"}, "bad_input"),
        ({"lon": 1e308}, "bad_coordinate"),
        ({"resident": "somebody"}, "bad_input"),
        ({"photos": [{"id": "x"}]}, "bad_input"),
        ({"lamp": 2**70}, "bad_input"),
    ],
)
def test_what_cannot_be_taken_in_is_kept(
    tablet: Tablet, town: Town, given: dict[str, Any], code: str
) -> None:
    answer = only(tablet.send(tablet.record("case.report", body(**given))))
    assert (answer["state"], answer["code"]) == ("rejected", code)
    kept = Operation.objects.get()
    assert kept.payload and kept.area_code == town.west.code


def test_a_report_older_than_a_month_is_the_office_s_to_take_in(tablet: Tablet, town: Town) -> None:
    seen = timezone.now() - dt.timedelta(days=40)
    answer = only(tablet.send(tablet.record("case.report", body(), at=seen)))
    assert (answer["state"], list(answer["fields"])) == ("rejected", ["at"])
    row = replay(Operation.objects.get(), by=town.coordinator, now=timezone.now())
    assert (row.state, row.decided_by, row.payload) == ("applied", town.coordinator, None)
    assert Case.objects.get().reporter == town.worker
    assert timezone.now() - Case.objects.get().reported_at > dt.timedelta(days=39)


def test_photos_follow_and_wait_also_with_what_was_refused(tablet: Tablet, town: Town) -> None:
    file = photo()
    named: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "sha256": hashlib.sha256(file).hexdigest(),
        "bytes": len(file),
        "type": "image/jpeg",
    }
    operation = tablet.record("case.report", body(lon=0.0, lat=0.0, photos=[named]))
    assert tablet.states(operation) == ["rejected"]
    assert wanted(town.worker) == [uuid.UUID(named["id"])]
    place = point()
    replay(
        Operation.objects.get(),
        by=town.coordinator,
        now=timezone.now(),
        body=body(lon=place.x, lat=place.y, photos=[named]),
    )
    answer = tablet.client.put(
        f"/api/v1/sync/photos/{named['id']}/?offset=0", file, "application/octet-stream"
    )
    assert answer.json()["state"] == "complete"
    assert Case.objects.get().events.get().photos.count() == 1


def test_others_see_it_too_once_each(other: Tablet, case: Case) -> None:
    def confirm(**more: Any) -> dict[str, Any]:
        given = {"key": str(uuid.uuid4()), "case": case.pk, **more}
        return other.record("case.confirm", given)

    assert other.states(confirm(), confirm(), confirm(description="Deeper now")) == ["applied"] * 3
    case.refresh_from_db()
    assert case.confirmations == 1
    assert [event.note for event in case.events.filter(step="note")] == ["Deeper now"]


def test_what_was_merged_is_confirmed_at_the_other(other: Tablet, town: Town, case: Case) -> None:
    into = report(town, now=NOW)
    do(case, "merge", town.worker, details={"into": into}, now=NOW)
    given = {"key": str(uuid.uuid4()), "case": case.pk}
    answer = only(other.send(other.record("case.confirm", given)))
    assert answer["result"]["case"] == into.pk


def test_steps_taken_one_after_the_other_without_a_network(
    tablet: Tablet, town: Town, case: Case
) -> None:
    do(case, "accept", town.coordinator, now=NOW)
    do(case, "dispatch", town.coordinator, details={"assignee": town.worker}, now=NOW)
    start = step(tablet, case, 3, "start")
    finish = step(tablet, case, 3, "finish", note="Mended")
    do(case, "confirm", town.leader, now=NOW)
    assert tablet.states(start, finish) == ["applied", "applied"]
    case.refresh_from_db()
    assert case.state == State.DONE
    assert tablet.states(start, finish) == ["already_applied"] * 2


def test_a_step_after_somebody_led_it_elsewhere_is_kept_beside_that(
    tablet: Tablet, town: Town, case: Case
) -> None:
    accept = step(tablet, case, 1, "accept")
    do(case, "decline", town.coordinator, note="Not ours", now=NOW)
    answer = only(tablet.send(accept))
    assert (answer["state"], answer["code"]) == ("conflict", "conflict")
    [told] = answer["result"]["conflicts"]
    assert told["mine"] == {"step": "accept", "note": ""}
    assert (told["theirs"]["state"], told["theirs"]["steps"]) == ("declined", ["decline"])
    assert [row["id"] for row in conflicts_of(town.worker)] == [told["id"]]
    decided = tablet.record("conflict.decide", {"conflict": told["id"], "keep": "theirs"})
    assert tablet.states(decided) == ["applied"]
    assert conflicts_of(town.worker) == []
    row = Operation.objects.get(pk=accept["id"])
    assert (row.state, row.payload, row.decided_by) == ("discarded", None, town.worker)


def test_a_step_that_the_office_keeps_is_taken_as_things_are_now(
    tablet: Tablet, town: Town, case: Case
) -> None:
    decline = step(tablet, case, 1, "decline", note="Not ours")
    do(case, "recategorise", town.coordinator, details={"category": case.category}, now=NOW)
    assert tablet.states(decline) == ["conflict"]
    decide(Conflict.objects.get(), "mine", member=town.coordinator, now=timezone.now())
    case.refresh_from_db()
    assert case.state == State.DECLINED
    assert Operation.objects.get().state == "applied"
    assert Conflict.objects.get().decision == "mine"


def test_two_correct_one_field(tablet: Tablet, other: Tablet, town: Town, case: Case) -> None:
    one = edit(tablet, case, 1, description="Hole at the door", whereabouts="Row 1, door 3")
    two = edit(other, case, 1, description="Hole at the corner")
    assert other.states(two) == ["applied"]
    answer = only(tablet.send(one))
    assert answer["state"] == "conflict"
    [told] = answer["result"]["conflicts"]
    assert (told["field"], told["mine"], told["theirs"]) == (
        "description",
        "Hole at the door",
        "Hole at the corner",
    )
    case.refresh_from_db()
    # What did not clash is there; of what did, the first stands.
    assert (case.whereabouts, case.description) == ("Row 1, door 3", "Hole at the corner")
    assert tablet.send(one)[0]["state"] == "conflict"
    assert case.events.count() == 3
    decide(Conflict.objects.get(), "mine", member=town.coordinator, now=timezone.now())
    decide(Conflict.objects.get(), "theirs", member=town.coordinator, now=timezone.now())
    case.refresh_from_db()
    assert case.description == "Hole at the door"
    row = Operation.objects.get(pk=one["id"])
    assert (row.state, row.payload) == ("applied", None)


def test_a_conflict_leaves_the_tablet_with_the_area(
    tablet: Tablet, other: Tablet, town: Town
) -> None:
    case = report(town, now=NOW, reporter=town.coordinator)
    other.send(edit(other, case, 1, description="Theirs"))
    tablet.send(edit(tablet, case, 1, description="Mine"))
    assert [row["theirs"] for row in conflicts_of(town.worker)] == ["Theirs"]
    Responsibility.objects.filter(member=town.worker).update(ends_on=dt.date(2020, 1, 2))
    assert conflicts_of(town.worker) == []


def test_an_edit_that_saw_both_sides_decides(tablet: Tablet, other: Tablet, case: Case) -> None:
    one = edit(tablet, case, 1, description="Mine")
    other.send(edit(other, case, 1, description="Theirs"))
    tablet.send(one)
    assert tablet.states(edit(tablet, case, 2, description="Theirs")) == ["applied"]
    assert Conflict.objects.get().decision == "theirs"
    assert Operation.objects.get(pk=one["id"]).state == "applied"


@pytest.mark.parametrize("decides", ["office", "tablet", "edit"])
def test_what_waits_for_a_conflict_goes_on_when_it_is_decided(
    tablet: Tablet, other: Tablet, town: Town, case: Case, decides: str
) -> None:
    one = edit(tablet, case, 1, description="Mine")
    given = {"key": str(uuid.uuid4()), "case": case.pk, "saw": 1, "step": "accept"}
    two = tablet.record("case.step", given, after=[one])
    other.send(edit(other, case, 1, description="Theirs"))
    assert tablet.states(one, two) == ["conflict", "held"]
    conflict = Conflict.objects.get()
    if decides == "office":
        decide(conflict, "mine", member=town.coordinator, now=timezone.now())
    elif decides == "tablet":
        tablet.send(
            tablet.record("conflict.decide", {"conflict": str(conflict.pk), "keep": "mine"})
        )
    else:
        tablet.send(edit(tablet, case, 2, description="Both"))
    assert Operation.objects.get(pk=two["id"]).state == "applied"
    case.refresh_from_db()
    assert case.state == State.ACCEPTED


def test_edits_of_one_hand_follow_each_other(tablet: Tablet, case: Case) -> None:
    first, second = (edit(tablet, case, 1, description=word) for word in ("One", "Two"))
    assert tablet.states(first, second) == ["applied", "applied"]
    case.refresh_from_db()
    assert case.description == "Two"


def test_an_older_edit_from_a_second_tablet_is_a_conflict(
    tablet: Tablet, town: Town, case: Case
) -> None:
    second = Tablet(town.worker)
    older = edit(second, case, 1, description="Older")
    older["at"] -= 3_600_000
    assert tablet.states(edit(tablet, case, 1, description="Newer")) == ["applied"]
    assert second.states(older) == ["conflict"]
    case.refresh_from_db()
    assert case.description == "Newer"


def test_different_fields_both_stay(tablet: Tablet, other: Tablet, town: Town, case: Case) -> None:
    place = point(300, 60)
    one = edit(tablet, case, 1, place=[place.x, place.y])
    two = edit(other, case, 1, category="manhole", lamp=None)
    assert other.states(two) + tablet.states(one) == ["applied", "applied"]
    case.refresh_from_db()
    assert (case.category.code, case.area_code) == ("manhole", town.east.code)
    same = edit(tablet, case, 1, category="manhole")
    assert tablet.states(same) == ["applied"]
    assert case.events.count() == 3


@pytest.mark.parametrize("ended", ["declined", "merged", "gone"])
def test_an_edit_of_what_has_ended_is_refused_and_kept(
    tablet: Tablet, town: Town, case: Case, ended: str
) -> None:
    if ended == "declined":
        do(case, "decline", town.coordinator, note="Not ours", now=NOW)
    elif ended == "merged":
        do(case, "merge", town.worker, details={"into": report(town, now=NOW)}, now=NOW)
    elif ended == "gone":
        case.pk = 999_999
    answer = only(tablet.send(edit(tablet, case, 1, description="Too late")))
    assert answer["state"] == "rejected"
    assert "Too late" in (Operation.objects.get().payload or "")


def test_work_of_who_lost_the_area_waits_for_the_office(
    tablet: Tablet, town: Town, case: Case
) -> None:
    given = step(tablet, report(town, now=NOW, reporter=town.coordinator), 1, "accept")
    Responsibility.objects.filter(member=town.worker).update(ends_on=dt.date(2020, 1, 2))
    answer = only(tablet.send(given))
    assert (answer["state"], answer["code"]) == ("rejected", "not_allowed")
    row = Operation.objects.get()
    assert (row.area_code, row.subject) == (town.west.code, f"case:{given['body']['case']}")
    done = replay(row, by=town.coordinator, now=timezone.now())
    assert done.state == "applied"
    taken = Case.objects.get(pk=given["body"]["case"])
    assert (taken.state, taken.events.get(number=2).author) == ("accepted", town.coordinator)


def test_a_lamp_is_seen_once_and_the_newest_look_counts(tablet: Tablet, town: Town) -> None:
    lamp = Lamp.objects.get()
    now = timezone.now()
    looks = [
        tablet.record(
            "lamp.seen",
            {"lamp": lamp.pk, "state": state, "key": str(uuid.uuid4())},
            at=now - dt.timedelta(minutes=minutes),
        )
        for state, minutes in (("lit", 1), ("dark", 60))
    ]
    assert tablet.states(*looks, looks[0]) == ["applied", "applied", "already_applied"]
    assert LampSighting.objects.filter(member=town.worker).count() == 2
    lamp.refresh_from_db()
    assert lamp.working is True


def test_a_lamp_elsewhere_or_gone_is_refused(town: Town) -> None:
    tablet = Tablet(town.outsider)
    for lamp, code in ((Lamp.objects.get().pk, "not_allowed"), (999_999, "not_found")):
        given = {"lamp": lamp, "state": "dark", "key": str(uuid.uuid4())}
        answer = only(tablet.send(tablet.record("lamp.seen", given)))
        assert (answer["state"], answer["code"]) == ("rejected", code)
