"""Circuits: trees of cable sections, each fed from a cabinet."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import pghistory
from django.contrib.gis.db import models
from django.contrib.gis.geos import LineString
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import transaction
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from api.errors import Conflict
from grid.models import Area


@pghistory.track()
class Circuit(models.Model):
    """A tree of cable sections fed from a cabinet."""

    community = models.ForeignKey(
        Area, models.CASCADE, related_name="circuits", verbose_name=_("community")
    )
    cabinet = models.ForeignKey(
        "Cabinet", models.CASCADE, related_name="circuits", verbose_name=_("cabinet")
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
        "Lamp",
        models.CASCADE,
        null=True,
        blank=True,
        related_name="feeds",
        verbose_name=_("from lamp"),
        help_text=_("Empty where it comes from the cabinet."),
    )
    to_lamp = models.OneToOneField(
        "Lamp", models.CASCADE, related_name="fed_by", verbose_name=_("to lamp")
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
