"""A file of homes as an office sends it: invented, with a fixed seed, and with known faults."""

import csv
import datetime as dt
import io
import random
from dataclasses import dataclass, field

STREETS = ("幸福路", "中山北路", "解放大街", "人民东路", "灯笼巷")
NUMBERS = range(1, 41)
HEAD = ("序号", "住址", "楼层", "人口", "联系人", "联系电话", "语言", "登记日期")
#: What rows with a care plan say besides; the day of consent is the caller's.
PLAN_HEAD = ("走访目的", "频次", "同意人类型", "同意人", "同意方式", "同意日期")
PLAN = ("独居老人", "每周", "本人", "李明", "上门")
#: Each kind of fault, by the code that tells it.
FAULTS = ("no_building", "bad_people", "bad_since", "twice", "no_address", "bad_telephone")


def buildings() -> list[tuple[str, str, str]]:
    """Street, number and name of every building that the file's sound rows lie in."""
    return [(street, f"{number}号", "") for street in STREETS for number in NUMBERS]


@dataclass
class HomesFile:
    """``content`` is the CSV in GBK; ``faults`` the code of each bad row by its number."""

    content: bytes
    rows: int
    faults: dict[int, str] = field(default_factory=dict)


def homes_file(
    rows: int, *, bad_share: float = 0.03, seed: int = 5, agreed_on: dt.date | None = None
) -> HomesFile:
    """So many rows, of them the share with one fault each; with a care plan each where
    ``agreed_on`` says when the households agreed to it."""
    plan = (*PLAN, agreed_on.isoformat()) if agreed_on else ()
    chance = random.Random(seed)
    doors = [
        (street, number, entrance, floor, flat)
        for street in STREETS
        for number in NUMBERS
        for entrance in range(1, 6)
        for floor in range(1, 7)
        for flat in range(1, 5)
    ]
    chosen = chance.sample(doors, rows)
    bad = set(chance.sample(range(5, rows), round(rows * bad_share)))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*HEAD, *(PLAN_HEAD if plan else ())])
    made = HomesFile(b"", rows)
    sound: list[str] = []
    for number, (street, house, entrance, floor, flat) in enumerate(chosen):
        address = _written(chance, street, house, entrance, f"{floor}0{flat}")
        row = [
            number + 1, address, "", chance.choice(["", 1, 2, 3, "4人"]), "李明",
            f"138{chance.randrange(10**8):08d}", "普通话", "2026/5/4",
        ]  # fmt: skip
        if number in bad:
            fault = chance.choice(FAULTS)
            made.faults[number + 2] = fault
            _spoil(row, fault, sound[0])
        else:
            sound.append(address)
        writer.writerow([*row, *plan])
    made.content = out.getvalue().encode("gbk")
    return made


def _written(chance: random.Random, street: str, house: int, entrance: int, door: str) -> str:
    return chance.choice(
        [
            f"{street}{house}号{entrance}单元{door}室",
            f"{street} {house}号 {entrance}单元 {door}",
            f"幸福社区{street}{house}号第{entrance}单元{door}户",
        ]
    )


def _spoil(row: list[object], fault: str, other: str) -> None:
    if fault == "no_building":
        row[1] = "无此路9999号1单元101室"
    elif fault == "bad_people":
        row[3] = "很多"
    elif fault == "bad_since":
        row[7] = "去年春天"
    elif fault == "twice":
        row[1] = other
    elif fault == "no_address":
        row[1] = ""
    else:
        row[5] = "无"
