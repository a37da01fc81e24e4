"""Areas: the hierarchy from city to cell."""

from typing import Self

import pghistory
from django.contrib.gis.db import models
from django.contrib.gis.geos import Point
from django.contrib.postgres.indexes import GistIndex
from django.core.validators import RegexValidator
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from accounts.scope import Scope
from grid.models.geometry import tile_copy

models.CharField.register_lookup(Length)


class Level(models.IntegerChoices):
    """A level's value is the number of digits of its codes, so that a prefix is a subtree."""

    CITY = 4, _("city")
    DISTRICT = 6, _("district")
    SUBDISTRICT = 9, _("subdistrict")
    COMMUNITY = 12, _("community")
    CELL = 15, _("cell")


class AreaQuerySet(models.QuerySet):
    def current(self) -> Self:
        """Areas in force: cells that a later division replaced are kept, but retired."""
        return self.filter(retired_on=None)

    def cells(self) -> Self:
        return self.current().filter(level=Level.CELL)

    def inside(self, code: str) -> Self:
        """The area of this code and everything below it."""
        return self.filter(code__startswith=code)

    def in_scope(self, scope: Scope) -> Self:
        return self.filter(scope.filter("code"))

    def at(self, point: Point) -> Self:
        """Areas that hold the point (EPSG:4326), from the city down to the cell."""
        return self.current().filter(geometry__intersects=point).order_by("level", "code")


@pghistory.track(exclude=["tile_geometry"])
class Area(models.Model):
    """Any node of the hierarchy; cells tile their community without gap or overlap."""

    code = models.CharField(
        _("code"),
        max_length=15,
        unique=True,
        validators=[RegexValidator(r"^(\d{4}|\d{6}|\d{9}|\d{12}|\d{15})$")],
        help_text=_("Digits: city 4, district 6, subdistrict 9, community 12, cell 15."),
    )
    level = models.PositiveSmallIntegerField(_("level"), choices=Level.choices)
    name = models.CharField(_("name"), max_length=120)
    geometry = models.MultiPolygonField(_("boundary"), srid=4326)
    tile_geometry = tile_copy("geometry", models.MultiPolygonField)
    households = models.PositiveIntegerField(
        _("households"),
        default=0,
        help_text=_("Dwellings counted or estimated at the last division."),
    )
    fixed = models.BooleanField(
        _("kept whole"),
        default=False,
        help_text=_("An estate or campus that stays a cell of its own."),
    )
    retired_on = models.DateField(_("retired on"), null=True, blank=True)

    objects = AreaQuerySet.as_manager()

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        ordering = ["code"]
        indexes = [
            models.Index(
                fields=["code"], name="area_code_prefix", opclasses=["varchar_pattern_ops"]
            ),
            GistIndex(
                fields=["tile_geometry"], name="area_tile", condition=models.Q(retired_on=None)
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="area_level_is_code_length", condition=models.Q(code__length=models.F("level"))
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def parent_code(self) -> str | None:
        """The code one level up; None for a city."""
        shorter = [level for level in Level.values if level < self.level]
        return self.code[: max(shorter)] if shorter else None

    @property
    def ancestor_codes(self) -> list[str]:
        """Codes above this one, nearest first."""
        return [
            self.code[:level] for level in sorted(Level.values, reverse=True) if level < self.level
        ]
