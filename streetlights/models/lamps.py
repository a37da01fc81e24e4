"""Lamps and cabinets: where they stand, and what is known of them."""

import datetime as dt

from django.contrib.gis.db import models
from django.contrib.gis.geos import LineString
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import transaction
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from accounts.models import Member
from api.errors import Conflict
from grid.models import Area
from grid.models.places import Place
from streetlights.models.circuits import CableSection, Circuit
from streetlights.models.sightings import LampSighting

#: The job in ``cases.tasks`` that looks for an outage after each sighting.
OUTAGE_JOB = "cases.outage"


class Lamp(Place):
    """A streetlight; which circuit it hangs on is not known from OpenStreetMap."""

    cell = models.ForeignKey(
        Area, models.SET_NULL, null=True, blank=True, related_name="lamps", verbose_name=_("cell")
    )
    number = models.CharField(_("number"), max_length=60, blank=True)
    kind = models.CharField(_("kind"), max_length=60, blank=True)
    height = models.FloatField(
        _("height in metres"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0.1), MaxValueValidator(60)],
    )
    reach = models.FloatField(
        _("reach in metres"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0.1), MaxValueValidator(200)],
        help_text=_("How far from the pole it lights the ground; empty where not known."),
    )
    working = models.BooleanField(_("working"), null=True, blank=True)
    working_since = models.DateTimeField(
        _("since"), null=True, blank=True, help_text=_("Since when it is known to work, or not to.")
    )
    location = models.PointField(_("location"), srid=4326)

    class Meta(Place.Meta):
        verbose_name = _("lamp")
        verbose_name_plural = _("lamps")
        indexes = [models.Index(fields=["community", "number"], name="lamp_number")]

    def __str__(self) -> str:
        return self.number or self.osm_id or str(self.pk)

    def see(
        self, state: str, *, at: dt.datetime, member: Member | None = None, source: str = "member"
    ) -> LampSighting:
        """Store that somebody saw it lit or dark; the newest sighting says whether it works.

        The same member's same moment comes back as it is stored; raises Conflict where that has
        the other state. What the circuit's sightings say together is looked at in a job.
        """
        with transaction.atomic():
            lamp = Lamp.objects.select_for_update().get(pk=self.pk)
            # A member's tablet may send twice; two residents may well look at the same second.
            same = {"member": member} if member else {"pk": None}
            sighting, created = LampSighting.objects.get_or_create(
                **same, lamp=lamp, seen_at=at, defaults={"state": state, "source": source}
            )
            if sighting.state != state:
                raise Conflict(gettext("You have reported this lamp otherwise at the same moment."))
            if created and not lamp.sightings.filter(seen_at__gt=at).exists():
                works = state == LampSighting.State.LIT
                if lamp.working is not works:
                    lamp.working, lamp.working_since = works, at
                    lamp.save(update_fields=["working", "working_since"])
            section = CableSection.objects.filter(to_lamp=lamp).only("circuit").first()
            if section is not None:
                # By name: cases are made of lamps, and lamps know nothing of cases.
                app.configure_task(OUTAGE_JOB, queue="cases").defer(circuit=section.circuit_id)
        return sighting

    def hang(
        self,
        circuit: Circuit,
        before: "Lamp | None",
        *,
        route: LineString | None = None,
        metres: float | None = None,
    ) -> CableSection:
        """Feed it from a lamp of the circuit, or its cabinet (None); the branch behind goes along.

        The cable's route (EPSG:4326) and length are forgotten when it moves, unless they are given.
        Raises ValidationError where that makes no tree.
        """
        section = CableSection.objects.filter(to_lamp=self).first() or CableSection(to_lamp=self)
        moved = section.circuit_id != circuit.pk or section.from_lamp != before
        if section.pk is None or moved or route or metres:
            section.circuit, section.from_lamp = circuit, before
            section.route, section.metres = route, metres
            section.save()
        return section

    def take_down(self) -> None:
        """Take it off its circuit, if it hangs on one; raises Conflict where lamps hang behind."""
        with transaction.atomic():
            Circuit.objects.select_for_update().filter(sections__to_lamp=self).first()
            behind = CableSection.objects.filter(from_lamp=self).count()
            if behind:
                raise Conflict(
                    ngettext(
                        "%s lamp is fed through this one; hang it elsewhere first.",
                        "%s lamps are fed through this one; hang them elsewhere first.",
                        behind,
                    )
                    % behind
                )
            CableSection.objects.filter(to_lamp=self).delete()


class Cabinet(Place):
    """Where circuits begin: fuses, timer and meter of a few streets."""

    cell = models.ForeignKey(
        Area,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="cabinets",
        verbose_name=_("cell"),
    )
    number = models.CharField(_("number"), max_length=60)
    location = models.PointField(_("location"), srid=4326)

    class Meta(Place.Meta):
        verbose_name = _("cabinet")
        verbose_name_plural = _("cabinets")
        constraints = [
            *Place.Meta.constraints,
            models.UniqueConstraint(fields=["community", "number"], name="cabinet_number_once"),
        ]

    def __str__(self) -> str:
        return self.number
