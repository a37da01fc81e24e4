"""Light and walks at night in the small town.

Row 1 runs along y = 50, Alley 2 along x = 150; one lamp stands at (100, 53)::

    150 +-------+          reach 15 m: Row 1 is lit from x = 85 to 115,
        |   o   |          a little less than 30 m of its westernmost segment
     50 +---=---+
       50  100 150
"""

import datetime as dt
from functools import partial
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import Source
from grid.models import Area, Segment
from patrols.models import Patrol, WalkedStretch
from patrols.walks import streets_of
from publish.darkness import darkness_of, events_until
from streetlights.models import Lamp
from tests.cases.play import point, report
from tests.conftest import Queries
from tests.town import Town, place

#: Midnight over Helsinki, where the town lies.
NIGHT = dt.datetime(2026, 11, 20, 0, tzinfo=ZoneInfo("Europe/Helsinki"))
NOON = NIGHT + dt.timedelta(hours=12)
SINCE, UNTIL = NIGHT - dt.timedelta(days=7), NIGHT + dt.timedelta(days=2)
ROW_1 = ((50, 50), (150, 50))


def walk(
    town: Town, at: dt.datetime, start_dm: int, end_dm: int, segment: Segment | None = None
) -> None:
    patrol = Patrol.objects.create(
        member=town.worker, started_at=at, received_at=at, state=Patrol.State.MATCHED
    )
    WalkedStretch.objects.create(
        patrol=patrol,
        segment=segment or town.segments[ROW_1],
        start_dm=start_dm,
        end_dm=end_dm,
        walked_at=at,
        confidence=1,
    )


def asked(town: Town, area: Area | None = None):
    area = area or town.west
    events = events_until(area, UNTIL)
    return darkness_of(area, streets_of(area), events, since=SINCE, until=UNTIL)


def shown(town: Town) -> list[list[int]]:
    return asked(town)["segments"][str(town.segments[ROW_1].pk)]


def test_a_working_lamp_lights_what_it_reaches(town):
    found = asked(town)
    assert found["metres"] == 1200
    assert found["lit_metres"] == pytest.approx(2 * (15**2 - 3**2) ** 0.5, abs=0.2)
    assert found["unlit_metres"] == pytest.approx(1200 - found["lit_metres"])
    assert found["fault_metres"] == 0
    [first, second] = shown(town)
    assert (first[0], second[1]) == (0, 1000)
    assert (first[1], second[0]) == (pytest.approx(353, abs=2), pytest.approx(647, abs=2))


def test_a_dark_lamp_leaves_a_fault(town):
    lit = asked(town)["lit_metres"]
    Lamp.objects.update(working=False)
    found = asked(town)
    assert (found["lit_metres"], found["dark_lamps"]) == (0, 1)
    assert found["fault_metres"] == pytest.approx(lit)
    assert [row[2] for row in shown(town)] == [0, 1, 0]


def test_another_lamp_makes_up_for_a_dark_one(town):
    Lamp.objects.update(working=False)
    dark = Lamp.objects.get()
    Lamp.objects.create(
        community=town.community, cell=town.west, osm_id="node/9", number="L-2",
        location=dark.location, reach=40, working=True,
    )  # fmt: skip
    assert asked(town)["fault_metres"] == 0
    assert asked(town)["lit_metres"] > 75


def test_only_walks_at_night_count_for_the_night(town):
    walk(town, NOON, 0, 1000)
    assert asked(town)["night_covered_metres"] == 0
    walk(town, NIGHT, 0, 200)
    found = asked(town)
    assert found["night_covered_metres"] == 20
    # [0, 200) is dark but was walked at night; the rest was not
    assert [row[:2] + row[3:] for row in shown(town)][:2] == [[0, 200, 0], [200, 353, 1]]


def test_figures_of_cells_add_up(town):
    walk(town, NIGHT, 0, 200)
    found = asked(town, town.community)
    for name in ("metres", "lit_metres", "unlit_metres", "fault_metres", "night_covered_metres"):
        assert sum(cell[name] for cell in found["cells"]) == pytest.approx(found[name])


def test_each_cell_has_its_own_metres_by_hand(town):
    """Row 3 along y = 250, cut by the border at x = 200: d dark lamp, o lit, w walked at night::

    west            |            east
    150    180     200     220 230     250   290   300   310
    -+------=======d|=======----+-------+-----=====o=====-
     wwwwwwwwwwwwwwwwwwwwwwwwwwww       ! a noise at night, at x = 240
    """
    for number, x, reach, working in (("L-7", 200, 20, False), ("L-8", 300, 10, True)):
        Lamp.objects.create(
            community=town.community, osm_id=f"node/{x}", number=number, reach=reach,
            location=point(x, 250), working=working,
        )  # fmt: skip
    row_3 = town.segments[(150, 250), (250, 250)]
    walk(town, NIGHT, 0, 800, row_3)
    report(town, "noise", now=NIGHT, location=point(240, 255), source=Source.MEMBER)
    found = asked(town, town.community)
    west, east = found["cells"]
    near = partial(pytest.approx, abs=0.3)
    beside_l_1 = 2 * (15**2 - 3**2) ** 0.5
    assert (west["code"], east["code"]) == (town.west.code, town.east.code)
    assert west["lit_metres"] == near(beside_l_1)
    assert west["fault_metres"] == near(20)
    assert west["unlit_metres"] == near(west["metres"] - beside_l_1 - 20)
    assert west["night_covered_metres"] == near(50)
    assert east["lit_metres"] == east["fault_metres"] == near(20)
    assert east["unlit_metres"] == near(east["metres"] - 40)
    assert east["night_covered_metres"] == near(30)
    # The list begins where it happened: behind the walk, and where streets meet at (250, 250).
    rows = found["list"]
    near_it = {(row["segment"], row["start_dm"], row["end_dm"]) for row in rows if row["incidents"]}
    meeting = [
        town.segments[ends]
        for ends in (((250, 250), (350, 250)), ((250, 150), (250, 250)), ((250, 250), (250, 350)))
    ]
    assert (row_3.pk, 800, 1000) in near_it
    assert {segment for segment, *_span in near_it} == {row_3.pk, *(one.pk for one in meeting)}
    assert [bool(row["incidents"]) for row in rows] == sorted(
        (bool(row["incidents"]) for row in rows), reverse=True
    )


def test_the_list_has_places_of_incidents_first_then_faults(town):
    assert asked(town)["list"][0]["incidents"] == 0
    Lamp.objects.update(working=False)
    assert asked(town)["list"][0]["name"] == "Row 1"
    report(town, "noise", now=NIGHT, location=point(50, 300), source=Source.MEMBER)
    report(town, "noise", now=NOON, location=point(150, 300))
    report(town, "paving", now=NIGHT, location=point(150, 200))
    first, second = asked(town)["list"][:2]
    assert (first["name"], first["incidents"]) == ("Alley 1", 1)
    assert (second["name"], second["incidents"]) == ("Row 1", 0)


def test_an_incident_belongs_to_the_stretch_near_it_not_to_its_whole_street(town):
    report(town, "noise", now=NIGHT, location=point(60, 40), source=Source.MEMBER)
    rows = [row for row in asked(town)["list"] if row["segment"] == town.segments[ROW_1].pk]
    # Row 1 is dark on [0, 35.3) and [64.7, 100) from x = 50; (60, 40) lies beside the first
    near = [row["incidents"] for row in sorted(rows, key=lambda row: row["start_dm"])]
    assert near == [1, 0]


def test_the_list_has_the_line_of_each_stretch(town):
    [row] = [row for row in asked(town)["list"] if row["name"] == "Row 1" and row["start_dm"] > 0]
    line = [row["line"][0], row["line"][-1]]
    assert line == [pytest.approx(place(50 + row["start_dm"] / 10, 50), abs=1e-6),
                    pytest.approx(place(150, 50), abs=1e-6)]  # fmt: skip


def test_over_the_api_for_those_responsible(client: Client, town, queries: Queries):
    client.force_login(town.worker)
    address = "/api/v1/darkness/"
    # three for what the answer depends on, that is kept (test_kept.py)
    with queries(15):
        answer = client.get(address, {"area": town.west.code, "days": 7})
    assert answer.json()["metres"] == 1200
    assert client.get(address, {"area": town.east.code}).status_code == 403
    assert client.get(address).status_code == 400
    report(town, "noise", now=timezone.now())
    with queries(15):
        client.get(address, {"area": town.west.code, "days": 7})
