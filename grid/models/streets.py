"""Streets, their segments, and what ties a sidewalk to its street and a street to its cells.

Positions along a segment are whole decimetres from its first vertex, measured in a local
projection. The last decimetre of a segment may be short; lengths are cut at ``metres``.
"""

import math
from typing import Self

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex
from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _

from grid.models.areas import Area
from grid.models.geometry import tile_copy


class StreetKind(models.TextChoices):
    """Kinds that cadences, filters and reports tell apart."""

    MAIN_ROAD = "main_road", _("main road")
    STREET = "street", _("street")
    ALLEY = "alley", _("alley")
    PEDESTRIAN = "pedestrian", _("pedestrian street")
    FOOTWAY = "footway", _("footway")
    PATH = "path", _("path")
    STEPS = "steps", _("steps")
    CYCLEWAY = "cycleway", _("cycleway")
    TRACK = "track", _("track")


class Street(models.Model):
    """A named linear place of a community, made of segments."""

    community = models.ForeignKey(
        Area, models.CASCADE, related_name="streets", verbose_name=_("community")
    )
    name = models.CharField(_("name"), max_length=200)
    name_zh = models.CharField(_("Chinese name"), max_length=200, blank=True)
    name_en = models.CharField(_("English name"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("street")
        verbose_name_plural = _("streets")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["community", "name"], name="street_once_in_community")
        ]

    def __str__(self) -> str:
        return self.name


class SegmentQuerySet(models.QuerySet):
    def current(self) -> Self:
        """Segments on today's map; removed ones stay only for what was walked on them."""
        return self.filter(removed_on=None)

    def duty(self) -> Self:
        """Segments whose metres count; sidewalks of a street do not, the street does."""
        return self.current().filter(duty=True)

    def inside(self, code: str) -> Self:
        """Segments of the communities at or below this code (above cell level)."""
        return self.filter(community__code__startswith=code)


class Segment(models.Model):
    """Junction-to-junction piece of a street: what is matched, measured and coloured."""

    community = models.ForeignKey(
        Area, models.CASCADE, related_name="segments", verbose_name=_("community")
    )
    street = models.ForeignKey(
        Street,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="segments",
        verbose_name=_("street"),
    )
    kind = models.CharField(_("kind"), max_length=12, choices=StreetKind.choices)
    duty = models.BooleanField(
        _("counts"), help_text=_("Its metres are somebody's duty; a street's own sidewalk is not.")
    )
    line = models.LineStringField(_("line"), srid=4326)
    tile_line = tile_copy("line", models.LineStringField)
    metres = models.DecimalField(
        _("metres"), max_digits=9, decimal_places=2, validators=[MinValueValidator(0.01)]
    )
    cadence_days = models.PositiveSmallIntegerField(
        _("cadence in days"), null=True, blank=True, help_text=_("Empty: by kind and area.")
    )
    osm_way = models.BigIntegerField(_("OSM way"), null=True, blank=True)
    from_node = models.BigIntegerField(_("from node"))
    to_node = models.BigIntegerField(_("to node"))
    nth = models.PositiveSmallIntegerField(
        default=0, help_text=_("Tells apart pieces of one way between the same two nodes.")
    )
    digest = models.BinaryField(
        max_length=32, help_text=_("Of the source's content, to see changes.")
    )
    removed_on = models.DateField(_("removed on"), null=True, blank=True)

    objects = SegmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("segment")
        verbose_name_plural = _("segments")
        constraints = [
            models.UniqueConstraint(
                fields=["community", "osm_way", "from_node", "to_node", "nth"],
                name="segment_once_in_source",
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="segment_has_length", condition=models.Q(metres__gt=0)),
        ]
        indexes = [
            GistIndex(
                fields=["tile_line"],
                name="segment_duty_tile",
                condition=models.Q(duty=True, removed_on=None),
            ),
            GistIndex(
                fields=["tile_line"],
                name="segment_sidewalk_tile",
                condition=models.Q(duty=False, removed_on=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.street or self.get_kind_display()} #{self.pk}"

    @property
    def length_dm(self) -> int:
        """The segment's end in decimetres, rounded up so that the last centimetres are walkable."""
        return math.ceil(self.metres * 10)


class Accompaniment(models.Model):
    """A stretch of a sidewalk or crossing, and the stretch of street that gets its metres.

    Linear in between; ``street_start_dm`` > ``street_end_dm`` where the two lines run against
    each other.
    """

    sidewalk = models.ForeignKey(Segment, models.CASCADE, related_name="accompanies")
    start_dm = models.PositiveIntegerField()
    end_dm = models.PositiveIntegerField()
    street_segment = models.ForeignKey(Segment, models.CASCADE, related_name="accompanied_by")
    street_start_dm = models.PositiveIntegerField()
    street_end_dm = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("accompaniment")
        verbose_name_plural = _("accompaniments")
        constraints = [
            models.UniqueConstraint(fields=["sidewalk", "start_dm"], name="accompaniment_once"),
            models.CheckConstraint(
                name="accompaniment_runs_forward",
                condition=models.Q(start_dm__lt=models.F("end_dm")),
            ),
        ]


class CellStretch(models.Model):
    """The stretch [start, end) of a segment that lies in a cell; a segment's stretches tile it."""

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="cell_stretches")
    cell = models.ForeignKey(Area, models.CASCADE, related_name="stretches")
    start_dm = models.PositiveIntegerField()
    end_dm = models.PositiveIntegerField()

    class Meta:
        verbose_name = _("stretch in a cell")
        verbose_name_plural = _("stretches in cells")
        constraints = [
            models.UniqueConstraint(fields=["segment", "start_dm"], name="cell_stretch_once"),
            models.CheckConstraint(
                name="cell_stretch_has_length", condition=models.Q(start_dm__lt=models.F("end_dm"))
            ),
        ]


class Cadence(models.Model):
    """After how many days a metre is overdue, by kind; an area overrides what stands above it."""

    area = models.ForeignKey(Area, models.CASCADE, verbose_name=_("area"), null=True, blank=True)
    kind = models.CharField(_("kind"), max_length=12, choices=StreetKind.choices)
    days = models.PositiveSmallIntegerField(_("days"), validators=[MinValueValidator(1)])

    class Meta:
        verbose_name = _("cadence")
        verbose_name_plural = _("cadences")
        constraints = [
            models.UniqueConstraint(
                fields=["area", "kind"], name="cadence_once", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.days}"
