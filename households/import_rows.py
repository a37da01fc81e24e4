"""One row of a file as a home, a plan or a head of building; or what is wrong with it."""

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import Choices
from django.utils import translation
from django.utils.translation import gettext as _

from households.import_columns import KINDS
from households.models import BuildingHead, Cadence, CarePlan, Purpose
from households.register import MOST_CONTACT, MOST_PEOPLE

MOST_LETTERS = 300
_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T].*)?|(\d{4})(\d{2})(\d{2})")
_CONSENT = ("consent_by", "consent_how", "consent_on")
#: Other words that offices write.
_ALSO = {
    "独居老人": "alone_and_old", "独居": "alone_and_old", "高龄独居": "alone_and_old",
    "残疾": "disability", "残障": "disability", "患病": "illness", "重病": "illness",
    "新生儿": "newborn", "低收入": "low_income", "低保": "low_income", "困难家庭": "low_income",
    "其他": "other", "每日": "daily", "天天": "daily", "每周": "weekly", "一周一次": "weekly",
    "每周两次": "twice_a_week", "一周两次": "twice_a_week", "每两周": "fortnightly",
    "半月": "fortnightly", "每月": "monthly", "一月一次": "monthly", "每季度": "quarterly",
    "每季": "quarterly", "本人": "self", "家人": "self", "代理人": "representative",
    "委托人": "representative", "监护人": "representative", "书面": "writing", "签字": "writing",
    "written": "writing", "上门": "door", "口头": "door", "当面": "door", "oral": "door",
    "电话": "telephone", "phone": "telephone", "选举": "elected", "居民选举": "elected",
    "推选": "elected", "志愿者": "volunteer", "志愿": "volunteer",
}  # fmt: skip


class BadRow(Exception):
    """A row that is not taken in: a stable code, and a sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code


@dataclass(frozen=True)
class PlanRow:
    """The care plan of a row; days are local, None where the file says nothing."""

    purpose: str
    cadence: str
    starts: dt.date | None
    until: dt.date | None
    consent_by: str
    consent_name: str
    consent_how: str
    consent_on: dt.date
    consent_text: str


@dataclass(frozen=True)
class HomeRow:
    """A home: its address in one line, and what its door's own columns say of the way inside."""

    line: str
    inside: dict[str, str]
    people: int | None
    contact: str
    language: str
    since: dt.date | None
    plan: PlanRow | None


@dataclass(frozen=True)
class HeadRow:
    """A head of building."""

    line: str
    kind: str
    name: str
    contact: str
    starts: dt.date | None
    until: dt.date | None


def values_of(row: Mapping[str, Any], mapping: Mapping[str, str]) -> dict[str, str]:
    """Field -> text; fields that stay empty are left out. Raises BadRow for what is too long."""
    found = {}
    for field, column in mapping.items():
        text = _text(row.get(column))
        if len(text) > MOST_LETTERS:
            raise BadRow("too_long", _("“%s” is too long.") % column[:40])
        if text:
            found[field] = text
    return found


def _text(value: Any) -> str:
    """A cell as text: a workbook's 12.0 is 12, its day is a day, and what kept it from being a
    formula is gone (api/tables.py)."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, dt.datetime):
        value = value.date()
    text = unicodedata.normalize("NFKC", str(value)).replace("\x00", "").strip()
    return text[1:] if re.match(r"'[=+\-@]", text) else text


def home_of(values: Mapping[str, str], today: dt.date) -> HomeRow:
    """Raises BadRow."""
    since = _day(values, "since", "homes")
    if since is not None and since > today:
        raise BadRow("bad_since", _("A household takes part from today at the latest."))
    language = values.get("language", "")
    if len(language) > 10:
        raise BadRow("bad_language", _("Name the language in ten letters at most."))
    return HomeRow(
        line=line_of(values),
        inside={name: values[name] for name in ("entrance", "floor", "label") if name in values},
        people=_people(values.get("people", "")),
        contact=_short(_contact(values)),
        language=language,
        since=since,
        plan=_plan_of(values, today),
    )


def head_of(values: Mapping[str, str]) -> HeadRow:
    """Raises BadRow."""
    if "name" not in values:
        raise BadRow("no_name", _("A head of building needs a name."))
    starts, until = _day(values, "starts", "heads"), _day(values, "until", "heads")
    if starts and until and until < starts:
        raise BadRow("bad_until", _("It ends before it begins."))
    return HeadRow(
        line=line_of(values),
        kind=_choice(values, "kind", BuildingHead.Kind, "heads"),
        name=values["name"],
        contact=_short(values.get("telephone", "")),
        starts=starts,
        until=until,
    )


def line_of(values: Mapping[str, str]) -> str:
    """The address in one line. Raises BadRow where there is none."""
    if "address" in values:
        return values["address"]
    if "street" not in values:
        raise BadRow("no_address", _("It has no address."))
    number, block = values.get("number", ""), values.get("block", "")
    if re.search(r"[\u3400-\u9fff]", values["street"]):
        number += "号" if number.isalnum() and number.isascii() and number else ""
        block += "栋" if block.isalnum() and block.isascii() and block else ""
    return " ".join(part for part in (values["street"], number, block) if part)


def _people(text: str) -> int | None:
    found = re.fullmatch(r"(\d{1,3})\s*(?:人|口|persons?|people)?", text) if text else None
    if text and (found is None or not 1 <= int(found[1]) <= MOST_PEOPLE):
        raise BadRow(
            "bad_people",
            _("The number of people lies between 1 and %d, or stays empty.") % MOST_PEOPLE,
        )
    return int(found[1]) if found else None


def _contact(values: Mapping[str, str]) -> str:
    telephone = values.get("telephone", "")
    if telephone and not re.search(r"\d{3}", re.sub(r"[ ()+./-]", "", telephone)):
        raise BadRow("bad_telephone", _("Its telephone number has no number."))
    return ", ".join(part for part in (values.get("name", ""), telephone) if part)


def _short(contact: str) -> str:
    if len(contact) > MOST_CONTACT:
        raise BadRow("bad_contact", _("A contact has %d letters at most.") % MOST_CONTACT)
    return contact


def _plan_of(values: Mapping[str, str], today: dt.date) -> PlanRow | None:
    """None where the row asks for no visits: then the household has no plan yet."""
    if "purpose" not in values and "cadence" not in values:
        return None
    if any(field not in values for field in ("purpose", "cadence")):
        raise BadRow("no_plan", _("Visits need both: what they are for, and how often."))
    if any(field not in values for field in _CONSENT):
        raise BadRow(
            "no_consent",
            _("Visits need consent: who gave it, how and when. Else leave their purpose out."),
        )
    consent_on = _day(values, "consent_on", "homes")
    if consent_on is None or consent_on > today:
        raise BadRow("bad_consent_on", _("Consent comes first: it cannot lie in the future."))
    return PlanRow(
        purpose=_choice(values, "purpose", Purpose, "homes"),
        cadence=_choice(values, "cadence", Cadence, "homes"),
        starts=_day(values, "starts", "homes"),
        until=_day(values, "until", "homes"),
        consent_by=_choice(values, "consent_by", CarePlan.GivenBy, "homes"),
        consent_name=values.get("consent_name", ""),
        consent_how=_choice(values, "consent_how", CarePlan.GivenHow, "homes"),
        consent_on=consent_on,
        consent_text=values.get("consent_text", ""),
    )


def _day(values: Mapping[str, str], field: str, kind: str) -> dt.date | None:
    text = values.get(field, "")
    if not text:
        return None
    found = _DATE.fullmatch(text)
    try:
        year, month, day = (int(part) for part in (found.groups() if found else ()) if part)
        return dt.date(year, month, day)
    except ValueError as error:
        raise BadRow(
            f"bad_{field}",
            _("“%(field)s”: %(value)s is no day like 2026-05-04.")
            % {"field": _(KINDS[kind][field].label), "value": text[:20]},
        ) from error


def _choice(values: Mapping[str, str], field: str, choices: type[Choices], kind: str) -> str:
    """The value of what is written as its code, or as people are shown it in either language."""
    text = values.get(field, "")
    found = _written(choices).get(_bare(text))
    if found is None:
        raise BadRow(
            f"bad_{field}",
            _("“%(field)s” must be one of: %(choices)s.")
            % {
                "field": _(KINDS[kind][field].label),
                "choices": _("; ").join(str(label) for label in choices.labels),
            },
        )
    return found


@cache
def _written(choices: type[Choices]) -> dict[str, str]:
    codes = set(choices.values)
    found = {text: value for text, value in _ALSO.items() if value in codes}
    found |= {_bare(value): value for value in codes}
    for language in ("en", "zh-hans"):
        with translation.override(language):
            found |= {_bare(str(label)): value for value, label in choices.choices}
    return found


def _bare(text: str) -> str:
    return re.sub(r"[\s_\-,，、]+", "", text).lower()
