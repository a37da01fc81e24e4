"""Streetlights: lamps, the cabinets and cable sections that feed them, and when they were seen."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Self

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.gis.geos import LineString
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app

from accounts.models import Member
from api.errors import Conflict
from grid.models import Area
from grid.models.places import Place

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
    ) -> "LampSighting":
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
        circuit: "Circuit",
        before: "Lamp | None",
        *,
        route: LineString | None = None,
        metres: float | None = None,
    ) -> "CableSection":
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


@pghistory.track()
class Circuit(models.Model):
    """A tree of cable sections fed from a cabinet."""

    community = models.ForeignKey(
        Area, models.CASCADE, related_name="circuits", verbose_name=_("community")
    )
    cabinet = models.ForeignKey(
        Cabinet, models.CASCADE, related_name="circuits", verbose_name=_("cabinet")
    )
    name = models.CharField(_("name"), max_length=120)
    draft = models.BooleanField(
        _("draft"),
        default=False,
        help_text=_("Proposed by computation, not yet checked by a person."),
    )

    class Meta:
        verbose_name = _("circuit")
        verbose_name_plural = _("circuits")
        ordering = ["community", "name"]
        constraints = [
            models.UniqueConstraint(fields=["community", "name"], name="circuit_name_once")
        ]

    def __str__(self) -> str:
        return self.name

    def confirm(self) -> None:
        """A person has checked it: it is a draft no more. Doing it again changes nothing.

        Raises Conflict where lamps are cut off from the cabinet, or where it has none.
        """
        with transaction.atomic():
            Circuit.objects.select_for_update().get(pk=self.pk)
            first = self.sections.filter(from_lamp=None).values_list("to_lamp", flat=True)
            loose = self.sections.count() - len(self.behind(first))
            if loose:
                raise Conflict(
                    ngettext(
                        "%s lamp is cut off from the cabinet; hang it somewhere first.",
                        "%s lamps are cut off from the cabinet; hang them somewhere first.",
                        loose,
                    )
                    % loose
                )
            if not first:
                raise Conflict(gettext("No lamp hangs on this circuit yet."))
            self.draft = False
            self.save(update_fields=["draft"])

    def drawn(self) -> list[tuple["CableSection", LineString]]:
        """Its sections as lines (EPSG:4326): their route, else straight from end to end."""
        rows = self.sections.select_related("from_lamp", "to_lamp", "circuit__cabinet")
        return [(one, one.line) for one in rows]

    def behind(self, lamps: Iterable[int]) -> set[int]:
        """These lamps (ids), and all that are fed through them. One query."""
        fed: dict[int | None, list[int]] = defaultdict(list)
        for lamp, (before, _circuit) in self.sections.feeding().items():
            fed[before].append(lamp)
        found = list(lamps)
        for lamp in found:  # grows while it is walked
            found += fed[lamp]
        return set(found)


class CableSectionQuerySet(models.QuerySet):
    def feeding(self) -> dict[int, tuple[int | None, int]]:
        """Of every lamp fed here: the lamp before it (None: the cabinet), and the circuit."""
        rows = self.values_list("to_lamp_id", "from_lamp_id", "circuit_id")
        return {lamp: (before, circuit) for lamp, before, circuit in rows}


@pghistory.track()
class CableSection(models.Model):
    """Cable from the cabinet, or from a lamp of the same circuit, to the lamp that it feeds."""

    circuit = models.ForeignKey(
        Circuit, models.CASCADE, related_name="sections", verbose_name=_("circuit")
    )
    number = models.CharField(_("number"), max_length=60, blank=True)
    from_lamp = models.ForeignKey(
        Lamp,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="feeds",
        verbose_name=_("from lamp"),
        help_text=_("Empty where it comes from the cabinet."),
    )
    to_lamp = models.OneToOneField(
        Lamp, models.CASCADE, related_name="fed_by", verbose_name=_("to lamp")
    )
    route = models.LineStringField(
        _("route"), srid=4326, null=True, blank=True, help_text=_("Where known; else straight.")
    )
    metres = models.FloatField(
        _("metres"),
        null=True,
        blank=True,
        validators=[MinValueValidator(0.1), MaxValueValidator(100_000)],
        help_text=_("Where known; else the length of the route, or the distance."),
    )

    objects = CableSectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("cable section")
        verbose_name_plural = _("cable sections")
        ordering = ["circuit", "pk"]
        constraints = [
            models.CheckConstraint(
                name="cable_section_leads_on",
                condition=models.Q(from_lamp=None) | ~models.Q(from_lamp=models.F("to_lamp")),
            )
        ]

    def __str__(self) -> str:
        return self.number or f"{self.from_lamp or self.circuit.cabinet} – {self.to_lamp}"

    @property
    def line(self) -> LineString:
        """Its route (EPSG:4326), else straight from end to end."""
        if self.route is not None:
            return self.route
        start = self.from_lamp or self.circuit.cabinet
        return LineString(start.location.coords, self.to_lamp.location.coords, srid=4326)

    @property
    def as_line(self) -> dict[str, Any]:
        """The line as GeoJSON."""
        return {"type": "LineString", "coordinates": self.line.coords}

    def clean(self) -> None:
        """Refuse a section that would leave its circuit, or close it to a ring.

        Raises ValidationError. The database itself keeps a lamp from being fed twice.
        """
        if self.from_lamp_id is None or self.to_lamp_id is None or self.circuit_id is None:
            return
        feeding = CableSection.objects.filter(circuit=self.circuit_id).exclude(pk=self.pk).feeding()
        if self.from_lamp_id not in feeding:
            raise ValidationError(
                {"from_lamp": _("This lamp is not fed by the circuit; connect it first.")}
            )
        lamp: int | None = self.from_lamp_id
        while lamp is not None:
            if lamp == self.to_lamp_id:
                raise ValidationError(_("The cable would go round in a circle."))
            lamp = feeding.get(lamp, (None, 0))[0]

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store it, once it is sound; the branch behind goes along to its circuit.

        Raises ValidationError. One change of a circuit at a time.
        """
        with transaction.atomic():
            Circuit.objects.select_for_update().filter(pk=self.circuit_id).first()
            self.clean()
            super().save(*args, **kwargs)
            others = CableSection.objects.exclude(circuit=self.circuit_id)
            reached = [self.to_lamp_id]
            while reached := list(
                others.filter(from_lamp__in=reached).values_list("to_lamp_id", flat=True)
            ):
                CableSection.objects.filter(to_lamp__in=reached).update(circuit=self.circuit_id)


class LampSightingQuerySet(models.QuerySet):
    def of_circuit(self, circuit: Circuit) -> Self:
        return self.filter(lamp__fed_by__circuit=circuit)


class LampSighting(models.Model):
    """That a lamp was lit or dark at a time. Never changed: a later look is another row."""

    class State(models.TextChoices):
        LIT = "lit", _("lit")
        DARK = "dark", _("dark")

    class Source(models.TextChoices):
        MEMBER = "member", _("member")
        RESIDENT = "resident", _("resident")
        PATROL = "patrol", _("patrol")
        IMPORT = "import", _("import")
        SAMPLE = "sample", _("sample")

    lamp = models.ForeignKey(Lamp, models.CASCADE, related_name="sightings", verbose_name=_("lamp"))
    state = models.CharField(_("state"), max_length=4, choices=State.choices)
    seen_at = models.DateTimeField(_("seen"))
    received_at = models.DateTimeField(_("received"), default=timezone.now)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="lamp_sightings",
        verbose_name=_("member"),
    )
    source = models.CharField(
        _("source"), max_length=8, choices=Source.choices, default=Source.MEMBER
    )

    objects = LampSightingQuerySet.as_manager()

    class Meta:
        verbose_name = _("sighting of a lamp")
        verbose_name_plural = _("sightings of lamps")
        ordering = ["-seen_at", "-pk"]
        indexes = [models.Index(fields=["lamp", "-seen_at"], name="lamp_sighting_newest")]
        constraints = [
            models.UniqueConstraint(
                fields=["lamp", "member", "seen_at"],
                condition=~models.Q(member=None),
                name="lamp_sighting_once",
            )
        ]
        triggers = [pgtrigger.Protect(name="never_changed", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.lamp}: {self.get_state_display()}"
