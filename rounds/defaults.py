"""What a new plan proposes to look at, about places only; every plan changes it to its needs."""

from rounds.items import Item

ITEMS = (
    Item("fire_access", "Fire lanes and exits are clear", "消防通道和安全出口畅通", "fire_access"),
    Item(
        "wiring",
        "Wiring and gas of rented buildings are safe",
        "出租房屋的电线和燃气安全",
        "building_safety",
    ),
    Item("manholes", "Manhole covers are there and firm", "井盖完好、无松动", "manhole"),
    Item("lamps", "Lamps stand and light", "路灯完好、能亮", "lamp"),
    Item("paving", "Paving and steps are whole", "路面和台阶完好", "paving"),
    Item("rubbish", "No heaps of rubbish", "没有垃圾堆放", "rubbish"),
)
