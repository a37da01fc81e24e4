"""Refuse to start with settings that would break a promise, and say what to change."""

from typing import Any

from django.conf import settings
from django.contrib.gis.db.backends.postgis.operations import PostGISOperations
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection
from django.db.utils import OperationalError

#: docs/boundaries: raw tracks are kept for 60 days at most.
MOST_TRACK_DAYS = 60
TRACK_MODES = ("tracks", "metres")
PLACEHOLDER = "only-for-commands-"


@register(Tags.security)
def check_track_retention(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    days = settings.TRACK_RETENTION_DAYS
    if 1 <= days <= MOST_TRACK_DAYS:
        return []
    return [
        Error(
            f"TRACK_RETENTION_DAYS is {days}: raw positions of people are kept for 1 to 60 days.",
            hint="Set it to a number from 1 to 60, or leave it out for 30.",
            id="gridwalk.E001",
        )
    ]


@register(Tags.security)
def check_track_mode(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A misspelt "metres" would quietly collect positions of people."""
    if settings.TRACK_MODE in TRACK_MODES:
        return []
    return [
        Error(
            f"TRACK_MODE is {settings.TRACK_MODE!r}: there is no such way to send a walk.",
            hint=f"Write {' or '.join(TRACK_MODES)}, or leave it out for {TRACK_MODES[0]}.",
            id="gridwalk.E013",
        )
    ]


@register(Tags.security)
def check_retention(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A term of no days would delete at night what was noted by day."""
    terms = ("PLAN", "WITHDRAWN", "HOUSEHOLD", "ACCESS", "QUARANTINE")
    days = {f"{term}_RETENTION_DAYS": getattr(settings, f"{term}_RETENTION_DAYS") for term in terms}
    return [
        Error(
            f"{name} is {number}: there is nothing that is kept for less than a day.",
            hint="Set it to a number from 1 on, or leave it out.",
            id="gridwalk.E010",
        )
        for name, number in days.items()
        if number < 1
    ]


@register(Tags.security)
def check_secret_key(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    if not (settings.SERVING and settings.SECRET_KEY.startswith(PLACEHOLDER)):
        return []
    return [
        Error(
            "The server has no SECRET_KEY of its own.",
            hint="Set SECRET_KEY to 50 random characters, or start with ./run, which makes one.",
            id="gridwalk.E002",
        )
    ]


@register(Tags.security)
def check_encryption_keys(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    from accounts.encryption import usable_key

    keys = settings.ENCRYPTION_KEYS
    if all(map(usable_key, keys)) and (keys or not settings.SERVING):
        return []
    problem = (
        "ENCRYPTION_KEYS has a key that is not one."
        if keys
        else "The server has no ENCRYPTION_KEYS."
    )
    return [
        Error(
            problem,
            hint="Start with ./run, which makes one, or set it to what `python -c 'from "
            "cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'` prints.",
            id="gridwalk.E008",
        )
    ]


@register(Tags.security)
def check_second_factor_roles(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A misspelt role would quietly ask nobody for a second factor."""
    from accounts.models import Role

    return [
        Error(
            f"SECOND_FACTOR_ROLES names a role that there is not: {word!r}.",
            hint=f"The roles are {', '.join(Role.values)}.",
            id="gridwalk.E009",
        )
        for word in settings.SECOND_FACTOR_ROLES
        if word not in Role.values
    ]


@register()
def check_duty_rule(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    from grid.osm.rules import malformed_rows

    return [
        Error(
            f"OSM_DUTY_RULE has a row that says nothing: {row!r}.",
            hint="Write tag:standing, like highway=track:walk; it is duty, walk or out.",
            id="gridwalk.E005",
        )
        for row in malformed_rows(settings.OSM_DUTY_RULE)
    ]


@register()
def check_mail(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A letter without a sender is refused, and one without an address to open helps nobody."""
    needed = {"EMAIL_FROM": settings.DEFAULT_FROM_EMAIL, "SITE_URL": settings.SITE_URL}
    if not settings.EMAIL_HOST:
        return []
    return [
        Error(
            f"EMAIL_HOST is set, and {name} is not.",
            hint="Set EMAIL_FROM to grid@map.example, say, and SITE_URL to https://map.example.",
            id="gridwalk.E006",
        )
        for name, value in needed.items()
        if not value
    ]


@register(Tags.database)
def check_postgis(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """PostgreSQL ≥ 15 and PostGIS ≥ 3.3: unique nulls, ST_AsMVT, generated columns."""
    if not databases:
        return []
    try:
        postgres = connection.cursor().connection.info.server_version
        postgis = PostGISOperations(connection).postgis_version_tuple()[1:]
    except OperationalError:
        # Django's own message names the cause better.
        return []
    except Exception as error:  # PostGIS is missing, or its own version check refused.
        return [
            Error(
                f"This database has no usable PostGIS: {str(error).splitlines()[0]}",
                hint="Install postgresql-postgis and run CREATE EXTENSION postgis.",
                id="gridwalk.E003",
            )
        ]
    found = []
    if postgres < 150000:
        found.append(f"PostgreSQL is {postgres // 10000}, needed is 15 or newer.")
    if postgis < (3, 3, 0):
        found.append(f"PostGIS is {'.'.join(map(str, postgis))}, needed is 3.3 or newer.")
    hint = "Debian 12 and Ubuntu 24.04 have new enough versions: apt install postgresql-postgis."
    return [Error(text, hint=hint, id="gridwalk.E004") for text in found]


def refuse_to_start() -> None:
    """Stop the server with the sentence of the first error; Django checks only in commands."""
    needed = (
        *(check_track_retention, check_secret_key, check_encryption_keys, check_mail),
        check_second_factor_roles,
        check_retention,
    )
    for problem in [found for check in needed for found in check(None)]:
        raise SystemExit(f"gridwalk: {problem.msg} {problem.hint}")
