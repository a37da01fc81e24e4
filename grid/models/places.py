"""Buildings, service points, and the backdrop of water, greens and railways."""

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GinIndex, GistIndex, OpClass
from django.db.models import F, Value
from django.db.models.functions import Concat, Lower
from django.utils.translation import gettext_lazy as _

from grid.models.areas import Area
from grid.models.geometry import tile_copy

#: Street, number and name of a building in small letters, as its index by parts of words has it.
BUILDING_ADDRESS = Lower(
    Concat(F("street_name"), Value(" "), F("number"), Value(" "), F("name")),
)


class Place(models.Model):
    """What every imported place carries: its community, its source, and a digest to see changes."""

    community = models.ForeignKey(Area, models.CASCADE, verbose_name=_("community"))
    name = models.CharField(_("name"), max_length=200, blank=True)
    osm_id = models.CharField(
        _("OSM id"), max_length=24, blank=True, help_text=_("Like way/123; empty when drawn here.")
    )
    digest = models.BinaryField(max_length=32, default=b"", editable=False)

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["community", "osm_id"],
                condition=~models.Q(osm_id=""),
                name="%(class)s_once_in_source",
            )
        ]

    def __str__(self) -> str:
        return self.name or self.osm_id or str(self.pk)


class Building(Place):
    """A building; who lives there is known only where a household asked for visits."""

    cell = models.ForeignKey(
        Area,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="buildings",
        verbose_name=_("cell"),
    )
    kind = models.CharField(_("kind"), max_length=60, blank=True)
    street_name = models.CharField(_("street"), max_length=200, blank=True)
    number = models.CharField(_("number"), max_length=60, blank=True)
    levels = models.FloatField(_("levels"), null=True, blank=True)
    flats = models.PositiveIntegerField(
        _("dwellings"), null=True, blank=True, help_text=_("As tagged; empty where not known.")
    )
    households = models.PositiveIntegerField(
        _("dwellings used for balance"), default=0, help_text=_("Tagged, else from floor area.")
    )
    footprint = models.MultiPolygonField(_("footprint"), srid=4326)
    tile_footprint = tile_copy("footprint", models.MultiPolygonField)

    class Meta(Place.Meta):
        verbose_name = _("building")
        verbose_name_plural = _("buildings")
        indexes = [
            GistIndex(fields=["tile_footprint"], name="building_tile"),
            GinIndex(OpClass(BUILDING_ADDRESS, name="gin_trgm_ops"), name="building_address"),
        ]

    @property
    def address(self) -> str:
        """Street and number, and the name where there is one (often that of a block)."""
        return " ".join(part for part in (self.street_name, self.number, self.name) if part)


class ServicePoint(Place):
    """A place that serves residents: station, clinic, library, market, meeting room."""

    cell = models.ForeignKey(
        Area,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="service_points",
        verbose_name=_("cell"),
    )
    kind = models.CharField(_("kind"), max_length=60)
    location = models.PointField(_("location"), srid=4326)

    class Meta(Place.Meta):
        verbose_name = _("service point")
        verbose_name_plural = _("service points")


class Backdrop(Place):
    """Water, greens and railways: the base map without internet, and borders for cells."""

    class Kind(models.TextChoices):
        WATER = "water", _("water")
        GREEN = "green", _("green")
        RAILWAY = "railway", _("railway")

    kind = models.CharField(_("kind"), max_length=8, choices=Kind.choices)
    geometry = models.GeometryField(_("shape"), srid=4326)
    tile_geometry = tile_copy("geometry")

    class Meta(Place.Meta):
        verbose_name = _("backdrop")
        verbose_name_plural = _("backdrop")
        indexes = [GistIndex(fields=["tile_geometry"], name="backdrop_tile")]
