"""Checklists and the words of consent that ship; an office edits the checklists to its needs.

What is asked is about the home and what a service can mend, never about a person's opinions,
behaviour or company. Yes to a yes-or-no question calls for something to be done.
"""

import datetime as dt
from typing import Any, NamedTuple


class Question(NamedTuple):
    """One question: its key, its words, and the category of the case that it may lead to."""

    key: str
    text_en: str
    text_zh: str
    case_category: str = ""
    kind: str = "fine"
    must: bool = True


LIGHT = Question(
    "light",
    "Light on the way to the door: street, entrance, stairs",
    "进出门路上的照明：路灯、门口、楼道",
    "lamp",
)
HEATING = Question("heating", "Heating: the rooms are warm", "供暖：屋里够暖和", "facility_other")
FOOD = Question("food", "Food and drinking water for the next days", "这几天的食物和饮用水")
MEDICINE = Question("medicine", "Medicine at hand for the next days", "这几天要用的药品")
FALL = Question(
    "fall", "Was there a fall since the last visit?", "上次走访后有没有跌倒？", kind="yes_no"
)
REPAIR = Question(
    "repair",
    "Is there a repair to report, at home or around it?",
    "家里或周边有没有要报修的？",
    "facility_other",
    kind="yes_no",
)
SAFETY = Question(
    "safety", "Gas, wiring and stove are safe", "燃气、电线、炉灶安全", "building_safety"
)
CALL = Question("call", "Telephone or call button works", "电话或呼叫器能用")
ACCESS = Question(
    "access",
    "Way in and out: lift, ramp, handrail",
    "出入通行：电梯、坡道、扶手",
    "facility_other",
)
AIDS = Question("aids", "Walking aids and equipment work", "助行器具和设备能用")
DOCTOR = Question(
    "doctor", "Is help needed to get to the doctor?", "去医院需要帮忙吗？", kind="yes_no"
)
CHECKUP = Question(
    "checkup",
    "Is help needed to arrange a check-up or vaccination?",
    "预约体检或接种需要帮忙吗？",
    kind="yes_no",
)
SUPPLY = Question("supply", "Electricity, water and gas", "水、电、燃气正常", "facility_other")

#: Names, the purpose each is proposed for ("" for any), and what is asked.
CHECKLISTS = (
    ("Usual visit", "日常走访", "", (LIGHT, HEATING, FOOD, MEDICINE, FALL, REPAIR)),
    (
        "Living alone, of old age",
        "独居老人",
        "alone_and_old",
        (LIGHT, HEATING, FOOD, MEDICINE, FALL, SAFETY, CALL, REPAIR),
    ),
    ("Disability", "残疾人家庭", "disability", (LIGHT, HEATING, FOOD, ACCESS, AIDS, FALL, REPAIR)),
    ("Illness", "患病家庭", "illness", (HEATING, FOOD, MEDICINE, DOCTOR, CALL, REPAIR)),
    ("Newborn child", "新生儿家庭", "newborn", (LIGHT, HEATING, SUPPLY, CHECKUP, REPAIR)),
    ("Low income", "低收入家庭", "low_income", (HEATING, FOOD, SUPPLY, SAFETY, REPAIR)),
)

CONSENT_VERSION = "1"
CONSENT_FROM = dt.date(2026, 1, 1)
CONSENT_EN = """\
We agree to be visited at home, for the purpose, as often and until the day written in the plan, \
for a year at most.

What is kept: our address; if we want to give them, the number of people, a name and a telephone \
number, and the language we speak; the plan; and of each visit the day, how it ended, who came, \
and the answers to the questions of the checklist. Nothing else about us is kept.

Only the workers responsible for our cell and the coordinator of our community can see it. Every \
time somebody opens our page, that is noted.

We can end the visits at any time, without giving a reason. Then nobody is sent to us any more, \
from that moment on. We can have all that is kept about us printed, with who read it, and we can \
have it erased.
"""
CONSENT_ZH = """\
我们同意工作人员按计划写明的目的、频次和期限上门走访，期限最长一年。

保存的内容：我们的住址；我们愿意提供的人数、姓名、电话和所说的语言；走访计划；以及每次走访的日期、\
结果、走访人和清单上各问题的回答。除此之外，不保存关于我们的其他任何信息。

只有负责本网格的网格员和所在社区的社区协调员能看到这些内容。每一次打开我们的页面都会留下记录。

我们可以随时终止走访，无需说明理由；自那一刻起不再安排任何人上门。我们可以要求打印所保存的全部内容\
以及谁看过，也可以要求将其删除。
"""


def plant(checklist: Any, item: Any, consent_text: Any) -> None:
    """Make what ships where nothing is there yet; what an office made stays as it is.

    The arguments are the models, also as a migration sees them.
    """
    consent_text.objects.get_or_create(
        version=CONSENT_VERSION,
        defaults={"text_en": CONSENT_EN, "text_zh": CONSENT_ZH, "in_use_from": CONSENT_FROM},
    )
    if checklist.objects.exists():
        return
    for name_en, name_zh, purpose, questions in CHECKLISTS:
        made = checklist.objects.create(name_en=name_en, name_zh=name_zh, purpose=purpose)
        item.objects.bulk_create(
            item(checklist=made, position=position, **question._asdict())
            for position, question in enumerate(questions, start=1)
        )
