"""Programs that may read, and the views that they read: what is published, and nothing else.

The views (migration 0003) leave out people's names, words, photos and households; the role
gridwalk_reader sees them and no table.
"""

import datetime as dt
from typing import Self

from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.utils.translation import gettext_lazy as _

from accounts.models import Member
from accounts.scope import Scope
from grid.models import StreetKind


class ClientQuerySet(models.QuerySet):
    def in_force(self, day: dt.date) -> Self:
        """Neither revoked nor expired; the last day counts."""
        return self.filter(revoked_at=None, expires_on__gte=day)


class Client(models.Model):
    """A program that reads with a token of its own; only the token's digest is kept."""

    name = models.CharField(_("name"), max_length=120)
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    areas = ArrayField(
        models.CharField(max_length=15),
        verbose_name=_("areas"),
        help_text=_("Codes; each stands for all below it."),
    )
    collections = ArrayField(models.CharField(max_length=20), verbose_name=_("collections"))
    expires_on = models.DateField(_("last day"))
    made_at = models.DateTimeField(_("made at"))
    made_by = models.ForeignKey(
        Member, models.SET_NULL, null=True, related_name="+", verbose_name=_("made by")
    )
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    #: Requests since the beginning of the minute that ``counted_from`` names.
    counted_from = models.DateTimeField(null=True, editable=False)
    counted = models.PositiveIntegerField(default=0, editable=False)

    objects = ClientQuerySet.as_manager()

    class Meta:
        verbose_name = _("program")
        verbose_name_plural = _("programs")
        ordering = ["name", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def scope(self) -> Scope:
        return Scope(frozenset(self.areas))

    def state(self, day: dt.date) -> str:
        """``revoked``, ``expired`` or ``in_force``."""
        if self.revoked_at:
            return "revoked"
        return "in_force" if self.expires_on >= day else "expired"

    def revoke(self, now: dt.datetime) -> None:
        """Out of force from this moment on; again changes nothing."""
        if self.revoked_at is None:
            self.revoked_at = now
            self.save(update_fields=["revoked_at"])


class Published(models.Model):
    """A row of a view; EPSG:4326."""

    class Meta:
        abstract = True
        managed = False


class PublishedCell(Published):
    area_code = models.CharField(max_length=15)
    name = models.CharField(max_length=120)
    community_code = models.CharField(max_length=12)
    community_name = models.CharField(max_length=120)
    dwellings = models.IntegerField()
    geometry = models.MultiPolygonField(srid=4326)

    class Meta(Published.Meta):
        db_table = "published_cells"


class PublishedStreet(Published):
    """A segment; ``last_walked`` is since when half of its metres or more were walked."""

    name = models.CharField(max_length=200)
    name_zh = models.CharField(max_length=200)
    kind = models.CharField(max_length=12, choices=StreetKind.choices)
    metres = models.FloatField()
    community_code = models.CharField(max_length=12)
    cell_codes = ArrayField(models.CharField(max_length=15))
    cadence_days = models.IntegerField()
    last_walked = models.DateTimeField(null=True)
    geometry = models.LineStringField(srid=4326)

    class Meta(Published.Meta):
        db_table = "published_streets"


class PublishedLamp(Published):
    area_code = models.CharField(max_length=15)
    number = models.CharField(max_length=60)
    kind = models.CharField(max_length=60)
    height = models.FloatField(null=True)
    reach = models.FloatField(null=True)
    working = models.BooleanField(null=True)
    working_since = models.DateTimeField(null=True)
    geometry = models.PointField(srid=4326)

    class Meta(Published.Meta):
        db_table = "published_lamps"


class PublishedCase(Published):
    area_code = models.CharField(max_length=15)
    category = models.CharField(max_length=40)
    category_name = models.CharField(max_length=120)
    category_name_zh = models.CharField(max_length=120)
    state = models.CharField(max_length=11)
    reported_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True)
    done_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    simulated = models.BooleanField()
    geometry = models.PointField(srid=4326)

    class Meta(Published.Meta):
        db_table = "published_cases"


class PublishedServicePoint(Published):
    area_code = models.CharField(max_length=15)
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=60)
    geometry = models.PointField(srid=4326)

    class Meta(Published.Meta):
        db_table = "published_service_points"


#: The views by name: what the role gridwalk_reader may see.
PUBLISHED = (
    "published_cells",
    "published_streets",
    "published_lamps",
    "published_cases",
    "published_service_points",
)
