"""A kind of operation of the tests' own: its word says what happens to it."""

from functools import partial
from typing import Any

from django.contrib.gis.geos import Point
from django.db import connection
from rest_framework import serializers

from api.errors import NotAllowed
from streetlights.models import Lamp
from sync.kinds import Applied, Body, Clash, Hold, KeepNothing, Kind, Op
from tests.sync.tablet import Tablet
from tests.town import CORNER


class NoteBody(Body):
    word = serializers.CharField()


def note(tablet: Tablet, word: str = "a", **more: Any) -> dict[str, Any]:
    return tablet.record("note", {"word": word}, **more)


def lamps() -> int:
    """How many handlers' work stayed."""
    return Lamp.objects.exclude(number="L-1").count()


def kind_of_notes(community: int, applied: list[Op]) -> Kind:
    """``applied`` gets what was applied; "make:x" brings the thing x, "need:x" waits for it."""
    return Kind("note", NoteBody, partial(_apply, community, applied))


def _apply(community: int, applied: list[Op], op: Op, body: dict[str, Any]) -> Applied | Clash:
    word, _colon, thing = body["word"].partition(":")
    Lamp.objects.create(
        community_id=community, number=str(op.id), name=thing, location=Point(*CORNER, srid=4326)
    )
    match word:
        case "need":
            if not Lamp.objects.filter(kind="made", name=thing).exists():
                raise Hold([f"thing:{thing}"], f"{thing} is not there")
        case "make":
            Lamp.objects.filter(number=str(op.id)).update(kind="made")
        case "refuse":
            raise NotAllowed("not you")
        case "forget":
            raise KeepNothing("withdrawn", "nothing about it is kept")
        case "clash":
            raise Clash("changed", "somebody else", {"mine": 1, "theirs": 2})
        case "merge":
            return Clash("changed", "somebody else", {"mine": 1, "theirs": 2})
        case "crash":
            raise ZeroDivisionError
        case "break":
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1 / 0")
    applied.append(op)
    return Applied({"word": body["word"]}, f"thing:{thing}" if thing else "")
