"""Programs that ask, for the tests of open standards."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.test import Client
from django.utils import timezone

from publish.ogc.clients import make
from publish.ogc.collections import COLLECTIONS
from tests.town import Town


def token(
    town: Town,
    *,
    areas: Iterable[str] = ("9901",),
    collections: Iterable[str] = tuple(COLLECTIONS),
    days: int = 30,
) -> str:
    """Of a new program, in force for so many days."""
    return make(
        "QGIS in the office",
        areas=list(areas),
        collections=list(collections),
        expires_on=timezone.localdate() + dt.timedelta(days=days),
        made_by=town.administrator,
        now=timezone.now(),
    )[1]


def program(town: Town, **given: Any) -> Client:
    """A client that sends its token with every request."""
    return Client(headers={"Authorization": f"Bearer {token(town, **given)}"})


def items(client: Client, collection: str, **asked: Any) -> dict[str, Any]:
    """The answer's JSON; fails where it is refused."""
    response = client.get(f"/ogc/collections/{collection}/items", asked)
    assert response.status_code == 200, response.content
    found: dict[str, Any] = response.json()
    return found
