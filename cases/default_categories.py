"""The tree of categories that ships; an office edits it to its needs."""

from typing import Any, NamedTuple


class Leaf(NamedTuple):
    """One category: names, time, and what differs from the usual."""

    code: str
    name: str
    name_zh: str
    amount: int
    unit: str
    options: dict[str, Any] = {}


RECHECK = {"recheck": True}
FACILITIES = (
    Leaf("lamp", "Streetlight is dark", "路灯不亮", 3, "days", {"lamps": True, "recheck": True}),
    Leaf(
        "lamp_section",
        "Several streetlights are dark",
        "多盏路灯不亮",
        8,
        "hours",
        {"lamps": True, "recheck": True},
    ),
    Leaf("lamp_damaged", "Streetlight pole is damaged", "路灯杆损坏", 8, "hours", {"lamps": True}),
    Leaf("manhole", "Manhole cover missing or loose", "井盖缺失或松动", 4, "hours", RECHECK),
    Leaf("paving", "Broken paving or pothole", "路面破损", 5, "days"),
    Leaf("sign", "Sign missing or damaged", "标识牌缺失或损坏", 5, "days"),
    Leaf("bin", "Bin is full or broken", "垃圾桶满溢或损坏", 1, "days", {"claimable": True}),
    Leaf("tree", "Fallen tree or dangerous branch", "树木倒伏或枯枝", 1, "days"),
    Leaf("water_facility", "Leak or broken pipe", "管道漏水", 8, "hours"),
    Leaf("fire_access", "Fire access is blocked", "消防通道被堵", 4, "hours", RECHECK),
    Leaf("facility_other", "Another facility", "其他设施", 5, "days"),
)  # fmt: skip
EVENTS = (
    Leaf("rubbish", "Heap of rubbish", "垃圾堆放", 1, "days", {"claimable": True}),
    Leaf("noise", "Noise", "噪声扰民", 8, "hours"),
    Leaf("blocked_way", "Blocked way", "道路堵塞", 8, "hours", RECHECK),
    Leaf("water_cut", "No water", "停水", 4, "hours"),
    Leaf("power_cut", "No electricity", "停电", 4, "hours"),
    Leaf("mediation", "Mediation that a resident asked for", "居民申请的纠纷调解", 3, "days"),
    Leaf("building_safety", "Unsafe building", "房屋安全隐患", 4, "hours", RECHECK),
    Leaf("night_incident", "Incident in the dark", "夜间事件", 8, "hours", {"residents": False}),
    Leaf("event_other", "Something else", "其他事件", 3, "days"),
)
#: What anybody may know of: things that are broken, and what lies in the way.
PUBLISHED = {
    *(leaf.code for leaf in FACILITIES),
    "rubbish",
    "blocked_way",
    "water_cut",
    "power_cut",
}
GROUPS = (
    ("facilities", "facility", "Facilities", "公共设施", FACILITIES),
    ("events", "event", "Events", "事件", EVENTS),
)
#: Pictures where they are not called like the category.
ICONS = {
    "facilities": "tools",
    "events": "other",
    "lamp_section": "lamps",
    "lamp_damaged": "pole",
    "water_facility": "leak",
    "fire_access": "fire",
    "facility_other": "tools",
    "blocked_way": "barrier",
    "water_cut": "no_water",
    "power_cut": "no_power",
    "mediation": "talk",
    "building_safety": "building",
    "night_incident": "night",
    "event_other": "other",
}
CODES = [code for group, *_names, leaves in GROUPS for code in (group, *(x.code for x in leaves))]


def illustrate(category: Any) -> None:
    """Give the tree's categories their pictures; who has one keeps it."""
    for code in CODES:
        category.objects.filter(code=code, icon="").update(icon=ICONS.get(code, code))


def plant(category: Any) -> None:
    """Make what is missing of the tree; what is there stays as it is.

    ``category`` is the model, also as a migration sees it: the first knew no pictures.
    """
    for position, (code, topic, name, name_zh, leaves) in enumerate(GROUPS, start=1):
        group, _new = category.objects.get_or_create(
            code=code,
            defaults={"topic": topic, "name": name, "name_zh": name_zh, "position": position},
        )
        for number, leaf in enumerate(leaves, start=1):
            category.objects.get_or_create(
                code=leaf.code,
                defaults={
                    "parent": group,
                    "topic": topic,
                    "name": leaf.name,
                    "name_zh": leaf.name_zh,
                    "due_amount": leaf.amount,
                    "due_unit": leaf.unit,
                    "position": number,
                    "published": leaf.code in PUBLISHED,
                    **leaf.options,
                },
            )
    if hasattr(category, "icon"):
        illustrate(category)
