"""A tablet as small as can be: it pulls, and holds what it was told."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from accounts.models import Member
from cases.default_categories import plant
from cases.models import Category
from streetlights.models import Lamp
from tests.town import Town, small_town

ADDRESS = "/api/v1/sync/"


def committed_town() -> Town:
    """The town without lamps, for tests whose transactions really end (``transactional_db``)."""
    # A flush has taken the categories away.
    plant(Category)
    town = small_town()
    Lamp.objects.all().delete()
    return town


def signed_in(member: Member) -> Client:
    client = Client()
    client.force_login(member)
    return client


@dataclass
class Tablet:
    """One outbox of one member. ``held``: kind -> id -> record, as the last pull left it."""

    member: Member
    device: str = field(default_factory=lambda: str(uuid.uuid4()))
    cursor: str = ""
    held: dict[str, dict[Any, dict]] = field(
        default_factory=lambda: {"cases": {}, "lamps": {}, "visits": {}}
    )
    areas: list[str] = field(default_factory=list)
    operations: list[dict] = field(default_factory=list)
    client: Client = field(init=False)

    def __post_init__(self) -> None:
        self.client = signed_in(self.member)

    def ask(self) -> dict[str, Any]:
        """One answer of the feed, not taken in."""
        asked = {"device": self.device, "cursor": self.cursor}
        answer = self.client.get(ADDRESS, asked)
        assert answer.status_code == 200, answer.content
        return answer.json()

    def take(self, answer: dict[str, Any]) -> None:
        """What a tablet does in one transaction of its store."""
        if answer["reset"]:
            for records in self.held.values():
                records.clear()
        for kind, records in self.held.items():
            for key in answer["changes"][kind]["gone"]:
                records.pop(key, None)
            for record in answer["changes"][kind]["put"]:
                records[record["id"]] = record
        self.operations += answer["changes"]["operations"]
        self.areas, self.cursor = answer["areas"], answer["cursor"]

    def pull(self) -> list[dict[str, Any]]:
        """Ask until there is no more; the answers."""
        answers: list[dict[str, Any]] = []
        while not answers or answers[-1]["more"]:
            answers.append(self.ask())
            self.take(answers[-1])
        return answers

    def told(self, kind: str) -> tuple[list, list]:
        """The ids that one pull puts, and those it takes away."""
        put, gone = [], []
        for answer in self.pull():
            put += [record["id"] for record in answer["changes"][kind]["put"]]
            gone += answer["changes"][kind]["gone"]
        return put, gone
