"""What a household can agree to: purposes, days, and consent that comes first."""

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from api.errors import BadInput
from households.models import Cadence, CarePlan, Checklist, ConsentText, Household, Purpose
from households.rhythm import months_later

#: A plan that ran on paper is taken in as far back, and one agreed to begins as far ahead.
FARTHEST_DAYS = 366


@dataclass(frozen=True)
class Consent:
    """Who said yes (``CarePlan.GivenBy``), their name, how (``CarePlan.GivenHow``), on which day,
    and to which words."""

    by: str
    name: str
    how: str
    on: dt.date
    text: ConsentText


@dataclass(frozen=True)
class NewPlan:
    """What a household asked for and agreed to; ``windows`` as CarePlan keeps them."""

    household: Household
    purpose: str
    cadence: str
    windows: list[dict[str, Any]]
    checklist: Checklist
    starts_on: dt.date
    ends_on: dt.date
    consent: Consent


def latest_end(starts_on: dt.date) -> dt.date:
    """The last day that a plan may run to: a year at most, then it is renewed."""
    return months_later(starts_on, 12)


def check_choices(purpose: str, cadence: str, checklist: Checklist) -> None:
    """Raises BadInput with the field at fault, as the other two do."""
    if purpose not in Purpose.values:
        _refuse("purpose", _("Choose what the visits are for."))
    if cadence not in Cadence.values:
        _refuse("cadence", _("Choose how often the household is visited."))
    if checklist.retired:
        _refuse("checklist", _("This checklist is no longer used; choose another."))


def check_days(starts_on: dt.date, ends_on: dt.date, today: dt.date) -> None:
    if abs(starts_on - today) > dt.timedelta(days=FARTHEST_DAYS):
        _refuse("starts_on", _("A plan begins within a year of today."))
    if ends_on < max(starts_on, today):
        _refuse("ends_on", _("A plan ends after it begins, and not in the past."))
    if ends_on > latest_end(starts_on):
        _refuse(
            "ends_on", _("A plan runs for a year at most; then it is renewed with the household.")
        )


def check_consent(consent: Consent, starts_on: dt.date, today: dt.date) -> None:
    if consent.by not in CarePlan.GivenBy.values:
        _refuse("consent_by", _("Say who gave the consent."))
    if consent.how not in CarePlan.GivenHow.values:
        _refuse("consent_how", _("Say how the consent was given."))
    if consent.by == CarePlan.GivenBy.REPRESENTATIVE and not consent.name.strip():
        _refuse("consent_name", _("Note the name of the representative who gave the consent."))
    if consent.on > min(starts_on, today):
        _refuse("consent_on", _("Consent comes first: not after the plan begins or after today."))
    if starts_on - consent.on > dt.timedelta(days=FARTHEST_DAYS):
        _refuse("consent_on", _("This consent is more than a year old. Ask the household again."))


def _refuse(field: str, sentence: str) -> None:
    raise BadInput(sentence, fields={field: [sentence]})
