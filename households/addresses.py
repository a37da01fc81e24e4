"""Addresses as people write them, taken apart so that the same place is the same text.

Chinese: ``幸福路12号3号楼2单元501室``, also ``3栋``, ``3幢``, ``２单元`` or ``12号3-2-501``.
Western: ``Mannerheimintie 12 B 34``, ``12 Main Street, Flat 5``. What names the building comes out
as one text without spaces and case (``幸福路12/3栋``); entrance, floor and door as they are
written on the door.
"""

import re
import unicodedata
from dataclasses import dataclass

_CJK = r"\u3400-\u9fff"
_COUNTED = {numeral: str(value) for value, numeral in enumerate("一二三四五六七八九", start=1)}
#: What a door's, floor's or entrance's number may carry in words.
_SAID = re.compile(
    r"^(?:第|flat|apartment|apt|unit|entrance|stairs?|stairwell|floor|door|room|as|bst)\b[. ]*"
    r"|(?:号室|单元|门洞|楼道|室|房|户|层|楼|门|号|f|(?<=\d)(?:st|nd|rd|th)(?: floor)?)$"
)
#: Higher areas written before the street; a 小区 or 园区 is no district.
_ABOVE = re.compile(
    r"^(?:[\u3400-\u9fff]{2,8}?(?:省|自治区))?(?:[\u3400-\u9fff]{2,7}?市)?"
    r"(?:[\u3400-\u9fff]{1,6}?(?<![小园校社片库])[区县])?"
    r"(?:[\u3400-\u9fff]{1,8}?(?:街道|镇|乡))?(?:[\u3400-\u9fff]{1,10}?(?:社区|居委会))?"
)

_DOOR = re.compile(r"(?:[-.]?)([0-9]+[a-z]?|[a-z][0-9]+|[甲乙丙丁东西南北中])(?:号室|室|房|户)$")
_FLOOR = re.compile(r"(?:第)?([0-9]+|[一二三四五六七八九十]+)(?:层|楼)$")
_ENTRANCE = re.compile(
    r"(?:第)?([0-9]+|[a-z]|[一二三四五六七八九十]+|[甲乙丙丁东西南北中])(?:单元|门洞|门)$"
)
#: After what names a building only numbers are left: block, entrance and door, or the last two.
_DASHED = re.compile(r"(?<=[号栋])([0-9]+)-([0-9]+[a-z]?)(?:-([0-9]+[a-z]?))?$")
_LAST = re.compile(r"(?<=[栋层元门楼])([0-9]+[a-z]?)$")

_FLAT = re.compile(
    r"(?:^|[, ]+)(?:flat|apartment|apt|unit|room|as|bst|#)[. ]*([0-9]+[a-z]?|[a-z][0-9]*)(?=$|[, ])"
)
_STOREY = re.compile(
    r"(?:^|[, ]+)(?:floor ([0-9]+)|([0-9]+)(?:st|nd|rd|th)? floor|([0-9]+)\. (?:krs|kerros))(?=$|,)"
)
_NUMBER_FIRST = re.compile(r"([0-9]+[a-z]?(?:-[0-9]+)?),? ([^0-9].*)")
_NUMBER_LAST = re.compile(
    r"(.*?[^0-9 ,]),? ([0-9]+(?:[a-z]|-[0-9]+)?)(?: ([a-z]))?(?:[ ,]+([0-9]+[a-z]?))?"
)


@dataclass(frozen=True)
class Address:
    """``building`` names it, ready to compare; the others are empty where nothing was said."""

    building: str
    entrance: str = ""
    floor: str = ""
    label: str = ""


def plain(text: str) -> str:
    """Width, case and signs made the same; numerals before 栋 and 单元 as digits."""
    text = unicodedata.normalize("NFKC", text).lower().strip()
    text = re.sub(r"[－—–﹣‐−~～]|之(?=[0-9])", "-", text)
    text = re.sub(r"[，、；;]", ",", text).replace("。", ".")
    text = re.sub(rf"\s+(?=[{_CJK}])|(?<=[{_CJK}])\s+", "", text)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r"(?:号楼|#楼|号栋|号幢|号座|幢|座|楼栋)", "栋", text)
    return re.sub(
        r"([一二三四五六七八九十]+)(?=栋|单元|门洞|层|楼)", lambda found: _digits(found[1]), text
    )


def _digits(numeral: str) -> str:
    """一 to 九十九 as digits."""
    if "十" not in numeral:
        return "".join(_COUNTED[one] for one in numeral)
    tens, _ten, ones = numeral.partition("十")
    return str(int(_COUNTED.get(tens, "1")) * 10 + int(_COUNTED.get(ones, "0")))


def part(text: str) -> str:
    """An entrance, floor or door as a door has it: ``2单元`` is 2, ``Flat 5b`` is 5B."""
    text = plain(text)
    stripped = _SAID.sub("", text).strip(" .,-") or text
    return stripped.upper()


def building_text(text: str) -> str:
    """What names a building, ready to compare: no spaces, and 号 told by a stroke if at all."""
    text = re.sub(r"(?<=[0-9a-z])号院?", "/", plain(text)).rstrip("/., ")
    return re.sub(r"[, .]+", " ", re.sub(r"[, ]+(?=[^0-9])", "", text)).strip()


def parse(text: str) -> Address:
    """One line taken apart."""
    text = plain(text)
    return _chinese(text) if re.search(rf"[{_CJK}]", text) else _western(text)


def _chinese(text: str) -> Address:
    """From the end, where the smallest part stands: door, floor, entrance."""
    text = text.replace(",", "").replace(" ", "")
    if dashed := _DASHED.search(text):
        first, second, third = dashed.groups()
        building = text[: dashed.start()]
        if third is None:
            return Address(building_text(building), part(first), "", part(second))
        return Address(building_text(f"{building}{first}栋"), part(second), "", part(third))
    text, label = _peeled(text, _DOOR)
    if not label:
        text, label = _peeled(text, _LAST)
    text, floor = _peeled(text, _FLOOR)
    text, entrance = _peeled(text, _ENTRANCE)
    return Address(building_text(text), part(entrance), part(floor), part(label))


def _peeled(text: str, pattern: re.Pattern[str]) -> tuple[str, str]:
    found = pattern.search(text)
    return (text[: found.start()], found[1]) if found and found.start() else (text, "")


def _western(text: str) -> Address:
    label = floor = entrance = ""
    if found := _FLAT.search(text):
        label, text = found[1], (text[: found.start()] + text[found.end() :]).strip(" ,")
    if found := _STOREY.search(text):
        floor = next(one for one in found.groups() if one)
        text = (text[: found.start()] + text[found.end() :]).strip(" ,")
    if found := _NUMBER_FIRST.fullmatch(text):
        text = f"{found[2]} {found[1]}"
    elif found := _NUMBER_LAST.fullmatch(text):
        street, number, entrance, last = (one or "" for one in found.groups())
        text, label = f"{street} {number}", label or last
    return Address(building_text(text), part(entrance), part(floor), part(label))


def without_above(building: str, names: tuple[str, ...] = ()) -> str:
    """The building's text without the city, district or community written before it.

    ``names`` are the texts of the areas above (`building_text`), which are taken off first.
    """
    for name in names:
        building = building.removeprefix(name).strip()
    return _ABOVE.sub("", building, count=1) or building
