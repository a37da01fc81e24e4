"""Tablets and the server through everything a bad network does: nothing lost, nothing doubled.

Hypothesis drives three tablets of two members, and an office, in any order: recording, sending with
answers lost, resending, batches out of order, clocks that jump, rights that come and go. In the
end every operation is in the database exactly once, and every tablet shows what the server has.
"""

import datetime as dt
import os
import uuid
from collections import Counter
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.contrib.gis.geos import Point
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from accounts import acting
from accounts.models import Member, Role
from cases.models import Case, Event, Photo, State
from grid.models import Area, Responsibility
from households.models import Visit, VisitState
from streetlights.models import Lamp, LampSighting
from sync.models import Conflict, Operation
from tests.cases.play import do, report
from tests.cases.test_photos import files
from tests.households.homes import home, plan
from tests.sync.feed import committed_town
from tests.sync.outbox import Outbox, picture
from tests.town import Town, place

__all__ = ["files"]

pytestmark = pytest.mark.django_db(transaction=True)

#: More by GRIDWALK_MACHINE=200, say.
EXAMPLES = int(os.environ.get("GRIDWALK_MACHINE", "8"))
CLOCKS = [dt.timedelta(), dt.timedelta(days=3650), dt.timedelta(minutes=-7), dt.timedelta(hours=-3)]
TABLETS = st.integers(0, 2)
SIDES = st.sampled_from(["west", "east"])


class Tablets(RuleBasedStateMachine):
    """Tablets 0 and 1 are the worker's, 2 the teammate's; the worker begins in the west only."""

    town: ClassVar[Town]
    shades: ClassVar[int] = 0

    def __init__(self) -> None:
        super().__init__()
        town = self.town
        # What examples before this one left is no longer on any tablet.
        Case.objects.open().update(state=State.CLOSED, closed_at=timezone.now())
        Lamp.objects.all().delete()
        with acting.as_job("import"):
            Visit.objects.filter(state=VisitState.PLANNED).delete()
        Responsibility.objects.filter(member__in=[town.worker, town.teammate]).delete()
        self.allow(town.worker, town.west)
        self.allow(town.teammate, town.west)
        self.allow(town.teammate, town.east)
        self.tablets = [Outbox(town.worker), Outbox(town.worker), Outbox(town.teammate)]
        self.jumped = False

    def allow(self, member: Member, area: Area) -> None:
        Responsibility.objects.create(
            member=member, area=area, role=Role.WORKER, starts_on=dt.date(2020, 1, 1)
        )

    @initialize()
    def begin(self) -> None:
        town = self.town
        self.lamps = [
            Lamp.objects.create(
                community=town.community,
                cell=cell,
                number=cell.name,
                location=self._point(cell),
            )
            for cell in (town.west, town.east)
        ]
        for cell in (town.west, town.east):
            building = next(b for b in town.buildings if b.cell_id == cell.pk)
            with acting.as_job("import"):
                plan(home(building, uuid.uuid4().hex[:8]), town)
            report(town, location=self._point(cell), reporter=None, source="resident", now=_now())
        for tablet in self.tablets:
            tablet.pull()
        # Something of each kind waits on every tablet; two visit the same door, and edit one case.
        for which in range(3):
            self.visit(which, 0)
            self.edit_a_case(which, 0)
            self.see_a_lamp(which, 0, "dark")
            self.report_a_case(which, "west", photo=True)

    def _point(self, cell: Area) -> Any:
        return Point(*place(100 if cell == self.town.west else 300, 60), srid=4326)

    @rule(which=TABLETS, side=SIDES, photo=st.booleans())
    def report_a_case(self, which: int, side: str, photo: bool) -> None:
        point = self._point(getattr(self.town, side))
        body = {"category": "paving", "lon": point.x, "lat": point.y, "description": "Broken"}
        type(self).shades += 1
        self.tablets[which].record(
            "case.report", body, photo=picture(self.shades) if photo else None
        )

    @rule(which=TABLETS, lamp=st.integers(0, 1), state=st.sampled_from(["lit", "dark"]))
    def see_a_lamp(self, which: int, lamp: int, state: str) -> None:
        self.tablets[which].record("lamp.seen", {"lamp": self.lamps[lamp].pk, "state": state})

    @rule(which=TABLETS, nth=st.integers(0, 5))
    def edit_a_case(self, which: int, nth: int) -> None:
        if case := self._nth(which, "cases", nth):
            # Words of its own: what somebody else wrote already is no edit.
            changes = {"description": f"Edit {uuid.uuid4().hex}"}
            body = {"case": case["id"], "saw": case["version"], "changes": changes}
            self.tablets[which].record("case.edit", body)

    @rule(which=TABLETS, nth=st.integers(0, 5), step=st.sampled_from(["note", "accept"]))
    def take_a_step(self, which: int, nth: int, step: str) -> None:
        if case := self._nth(which, "cases", nth):
            body = {"case": case["id"], "saw": case["version"], "step": step, "note": "Seen"}
            self.tablets[which].record("case.step", body)

    @rule(which=TABLETS, nth=st.integers(0, 1))
    def visit(self, which: int, nth: int) -> None:
        if visit := self._nth(which, "visits", nth):
            body = {"plan": visit["plan"], "visit": visit["id"], "state": "nobody_home"}
            self.tablets[which].record("visit.record", {**body, "answers": {}})

    def _nth(self, which: int, kind: str, nth: int) -> dict[str, Any] | None:
        held = sorted(self.tablets[which].held[kind].items())
        return held[nth % len(held)][1] if held else None

    @rule(which=TABLETS, count=st.integers(1, 6), heard=st.booleans(), turned=st.booleans())
    def send(self, which: int, count: int, heard: bool, turned: bool) -> None:
        """A batch, its answer perhaps lost; or turned around by a network that reorders."""
        tablet = self.tablets[which]
        batch = tablet.queue[:count]
        if batch:
            tablet.send(batch[::-1] if turned else batch, heard=heard)

    @rule(which=TABLETS, times=st.integers(1, 2))
    def send_late_ones_first(self, which: int, times: int) -> None:
        """The end of the queue overtakes its beginning, and comes twice."""
        tablet = self.tablets[which]
        late = tablet.queue[-2:]
        for _time in range(times):
            if late:
                tablet.send(late, heard=False)

    @rule(which=TABLETS, back=st.integers(1, 8))
    def send_again_what_was_answered(self, which: int, back: int) -> None:
        """As a backup of the tablet, or a second tab, would."""
        tablet = self.tablets[which]
        old = [tablet.recorded[one] for one in list(tablet.delivered)[-back:]]
        before = dict(tablet.delivered)
        if old:
            tablet.send(old)
            for one in old:
                if before[one["id"]] in ("applied", "already_applied"):
                    assert tablet.delivered[one["id"]] == "already_applied"

    @rule(which=TABLETS, parts=st.integers(1, 3))
    def send_some_of_the_photos(self, which: int, parts: int) -> None:
        self.tablets[which].send_photos(parts=parts)

    @rule(which=TABLETS, heard=st.booleans())
    def pull(self, which: int, heard: bool) -> None:
        if heard:
            self.tablets[which].pull()
        else:
            self.tablets[which].ask()

    @rule(which=TABLETS, to=st.sampled_from(CLOCKS))
    def clock_jumps(self, which: int, to: dt.timedelta) -> None:
        self.jumped |= self.tablets[which].off != to
        self.tablets[which].off = to

    @rule(worker=st.booleans(), side=SIDES)
    def rights_change(self, worker: bool, side: str) -> None:
        member = self.town.worker if worker else self.town.teammate
        area = getattr(self.town, side)
        if not Responsibility.objects.filter(member=member, area=area).delete()[0]:
            self.allow(member, area)

    @rule(nth=st.integers(0, 5), step=st.sampled_from(["decline", "note", "edit"]))
    def office_works(self, nth: int, step: str) -> None:
        cases = list(Case.objects.open().filter(state=State.REPORTED).order_by("pk"))
        if not cases:
            return
        case = cases[nth % len(cases)]
        if step == "edit":
            Case.objects.filter(pk=case.pk).update(whereabouts="By the gate")
        else:
            do(case, step, self.town.coordinator, now=_now(), note="Office")

    @invariant()
    def what_was_acknowledged_is_stored(self) -> None:
        for tablet in getattr(self, "tablets", []):
            there = Operation.objects.filter(pk__in=list(tablet.delivered)).count()
            assert there == len(tablet.delivered)

    def teardown(self) -> None:
        if not hasattr(self, "lamps"):
            return
        for tablet in self.tablets:
            tablet.flush()
        self._each_exactly_once()
        for tablet in self.tablets:
            tablet.pull()
        self._all_show_the_same()
        self._nothing_of_others()

    def _each_exactly_once(self) -> None:
        rows = {str(row.pk): row for row in Operation.objects.filter(copy_of=None)}
        looks: Counter[tuple[int, int]] = Counter()
        for tablet in self.tablets:
            assert not tablet.queue and not tablet.photos
            for name, sent in tablet.recorded.items():
                row, body = rows[name], sent["body"]
                assert (row.sequence, str(row.device_id)) == (sent["sequence"], tablet.device)
                if Conflict.objects.filter(operation=row.pk, decided_at__isnull=False).exists():
                    # Both versions are in the conflict, which somebody who saw both has decided.
                    assert self._done(sent["kind"], body["key"]) <= 1
                elif row.state != Operation.State.APPLIED:
                    assert row.payload or row.code in KEPT_NOTHING, (row.state, row.code)
                elif sent["kind"] == "lamp.seen":
                    looks[tablet.member.pk, body["lamp"]] += 1
                else:
                    assert self._done(sent["kind"], body["key"]) == 1, (sent, row.result)
                for photo in body.get("photos", []) if row.state == "applied" else []:
                    assert Photo.objects.filter(event__case__key=body["key"]).count() == 1, photo
            numbers = [rows[name].sequence for name in tablet.recorded]
            assert sorted(numbers) == list(range(1, tablet.sequence + 1))
        for (member, lamp), count in looks.items():
            found = LampSighting.objects.filter(member=member, lamp=lamp).count()
            # Moments that a jumping clock named twice may be one look.
            assert found == count or (self.jumped and 0 < found < count)

    def _done(self, kind: str, key: str) -> int:
        if kind == "case.report":
            return Case.objects.filter(key=key).count()
        if kind == "visit.record":
            with acting.as_job("retention"):
                return Visit.objects.filter(pk=key).count()
        return Event.objects.filter(key=key).count()

    def _all_show_the_same(self) -> None:
        for member in (self.town.worker, self.town.teammate):
            fresh = Outbox(member)
            fresh.pull()
            for tablet in self.tablets:
                if tablet.member == member:
                    assert tablet.held == fresh.held
                    assert tablet.areas == fresh.areas

    def _nothing_of_others(self) -> None:
        for tablet in self.tablets:
            held = Responsibility.objects.filter(member=tablet.member)
            own = set(held.values_list("area__code", flat=True))
            assert set(tablet.areas) == own
            assert {lamp["cell"] for lamp in tablet.held["lamps"].values()} <= own
            assert {visit["cell"] for visit in tablet.held["visits"].values()} <= own
            for case in tablet.held["cases"].values():
                reporter = Case.objects.get(pk=case["id"]).reporter_id
                assert case["area"] in own or reporter == tablet.member.pk


def _now() -> dt.datetime:
    return timezone.now()


#: Of these nothing may be kept: the household withdrew, or takes part no longer.
KEPT_NOTHING = {"household_gone", "consent_withdrawn"}


def test_nothing_is_lost_and_nothing_doubled(
    transactional_db: None, files: Path, settings: Any
) -> None:
    settings.SECOND_FACTOR_ROLES = []
    Tablets.town = committed_town()
    run_state_machine_as_test(Tablets, settings=MACHINE)


MACHINE = settings(
    max_examples=EXAMPLES,
    # Making a failure smaller takes minutes: only where more examples were asked for.
    phases=[Phase.generate, *([Phase.shrink] if "GRIDWALK_MACHINE" in os.environ else [])],
    stateful_step_count=40,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
