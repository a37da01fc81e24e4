"""Streetlights."""

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from grid.models import Area
from grid.models.places import Place


class Lamp(Place):
    """A streetlight; which circuit it hangs on is not known from OpenStreetMap."""

    cell = models.ForeignKey(
        Area, models.SET_NULL, null=True, blank=True, related_name="lamps", verbose_name=_("cell")
    )
    number = models.CharField(_("number"), max_length=60, blank=True)
    kind = models.CharField(_("kind"), max_length=60, blank=True)
    height = models.FloatField(_("height in metres"), null=True, blank=True)
    location = models.PointField(_("location"), srid=4326)

    class Meta(Place.Meta):
        verbose_name = _("lamp")
        verbose_name_plural = _("lamps")

    def __str__(self) -> str:
        return self.number or self.osm_id or str(self.pk)
