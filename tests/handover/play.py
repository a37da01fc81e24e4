"""Who decides in the small town, and what they do."""

import datetime as dt
import uuid
from typing import Any

from django.utils import timezone

from accounts.models import Member
from grid.models import Responsibility
from handover import leaves, moving
from handover.models import Handover, Leave
from handover.powers import Powers, powers_of
from tests.town import Town

#: A day of its own in the middle of the day: no test depends on today.
NOW = dt.datetime(2027, 3, 10, 4, 30, tzinfo=dt.UTC)
TODAY = timezone.localdate(NOW)
DAY = dt.timedelta(days=1)


def decides(member: Member, on: dt.date = TODAY) -> Powers:
    return powers_of(member, on)


def hand(town: Town, *, day: dt.date = TODAY, now: dt.datetime = NOW, **more: Any) -> Handover:
    """The west cell goes from its worker to the teammate."""
    given = {"area": town.west, "giver": town.worker, "taker": town.teammate, **more}
    by = given.pop("by", town.coordinator)
    key = given.pop("key", uuid.uuid4())
    wish = moving.Wish(starts_on=day, key=key, **given)
    return moving.begin(wish, decides(by, timezone.localdate(now)), now)


def away(
    town: Town, first: dt.date, last: dt.date, *, now: dt.datetime = NOW, **more: Any
) -> Leave:
    """The worker is away, and the teammate covers."""
    given = {"member": town.worker, "cover": town.teammate, **more}
    by = given.pop("by", town.coordinator)
    return leaves.begin(
        given.pop("key", uuid.uuid4()),
        starts_on=first,
        ends_on=last,
        powers=decides(by, timezone.localdate(now)),
        now=now,
        **given,
    )


def days(member: Member, area: Any) -> list[tuple[dt.date, dt.date | None]]:
    rows = Responsibility.objects.filter(member=member, area=area).order_by("starts_on", "pk")
    return list(rows.values_list("starts_on", "ends_on"))
