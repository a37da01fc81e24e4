"""Homes in the small town (tests/town.py), and the eyes that look at them."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.utils import timezone

from accounts import acting
from grid.models import Building
from households.models import (
    CarePlan,
    Checklist,
    ConsentText,
    Door,
    Household,
    Visit,
)
from tests.town import Town

#: The web process's role of the private cluster, and of the one that tests run on.
WEB = "gridwalk_web"


@contextmanager
def as_web_role() -> Iterator[None]:
    """Whatever is asked within it is asked by the role that owns nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE gridwalk_web")
        try:
            yield
        finally:
            cursor.execute("RESET ROLE")


def home(building: Building, label: str = "1", **more: object) -> Household:
    """A household behind a door of the building; call with eyes that may see it."""
    area = building.cell or building.community
    door = Door.objects.create(
        area=area, building=building, address=f"Row 1 {building.pk}", label=label
    )
    given = {"contact": "Ann, 040 123", "since": timezone.localdate(), **more}
    return Household.objects.create(area=area, door=door, **given)


def plan(household: Household, town: Town, **more: object) -> CarePlan:
    """A plan in force with weekly visits, the next of them today."""
    today = timezone.localdate()
    text, _made = ConsentText.objects.get_or_create(
        version="test", defaults={"text_en": "Yes", "text_zh": "同意", "in_use_from": today}
    )
    checklist, _made = Checklist.objects.get_or_create(name_en="Usual", name_zh="常规")
    given = {
        "purpose": "alone_and_old",
        "cadence": "weekly",
        "checklist": checklist,
        "starts_on": today,
        "ends_on": today + dt.timedelta(days=300),
        "consent_by": "self",
        "consent_how": "door",
        "consent_on": today,
        "consent_text": text,
        "recorded_by": town.worker,
        **more,
    }
    made = CarePlan.objects.create(household=household, area=household.area, **given)
    Visit.objects.create(plan=made, household=household, area=household.area, planned_for=today)
    return made


@contextmanager
def by_job() -> Iterator[None]:
    """Eyes for laying out a test's homes."""
    with acting.as_job("import"):
        yield
