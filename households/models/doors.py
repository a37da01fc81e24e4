"""Doors of buildings, the households behind them that take part, and heads of building."""

import datetime as dt
import uuid
from typing import Self

import pghistory
from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.encryption import EncryptedTextField
from grid.models import Building
from households.models.guarded import Guarded


class Door(Guarded):
    """A door of a building: entrance, floor, door. It says nothing about who lives behind it."""

    #: Let go when the building leaves the map; ``address`` still says where it was.
    building = models.ForeignKey(
        Building,
        models.DO_NOTHING,
        # ON DELETE SET NULL in the database (migration 0002), which sees every row.
        db_constraint=False,
        null=True,
        related_name="doors",
        verbose_name=_("building"),
    )
    address = models.CharField(
        _("address of the building"), max_length=300, help_text=_("Street and number.")
    )
    entrance = models.CharField(_("entrance"), max_length=20, blank=True)
    floor = models.CharField(_("floor"), max_length=10, blank=True)
    label = models.CharField(_("door"), max_length=20, blank=True)

    class Meta:
        verbose_name = _("door")
        verbose_name_plural = _("doors")
        constraints = [
            models.UniqueConstraint(
                fields=["building", "entrance", "floor", "label"], name="door_once"
            )
        ]
        indexes = [models.Index(fields=["area", "address"], name="door_area")]

    def __str__(self) -> str:
        return " · ".join(part for part in (self.address, self.inside) if part)

    @property
    def inside(self) -> str:
        """The way from the building's front: entrance, floor, door."""
        return "-".join(part for part in (self.entrance, self.floor, self.label) if part)


@pghistory.track(exclude=["contact"])
class Household(Guarded):
    """A household that asked for, or agreed to, visits; nothing about anybody else is kept."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    door = models.OneToOneField(Door, models.PROTECT, verbose_name=_("door"))
    people = models.PositiveSmallIntegerField(
        _("number of people"), null=True, blank=True, help_text=_("May stay empty.")
    )
    contact = EncryptedTextField(
        _("contact"),
        blank=True,
        help_text=_("A name and a telephone number, if the household wants to give them."),
    )
    language = models.CharField(
        _("language"), max_length=10, blank=True, help_text=_("Spoken at the door.")
    )
    since = models.DateField(_("takes part since"))
    simulated = models.BooleanField(_("simulated"), default=False)

    class Meta:
        verbose_name = _("household")
        verbose_name_plural = _("households")
        indexes = [models.Index(fields=["area"], name="household_area")]

    def __str__(self) -> str:
        return str(self.pk)


class Tombstone(Guarded):
    """That a household was erased, so that no tablet brings it back; nothing else is left of it."""

    household = models.UUIDField(primary_key=True)
    erased_on = models.DateField(_("erased on"))

    class Meta:
        verbose_name = _("erased household")
        verbose_name_plural = _("erased households")


class BuildingHeadQuerySet(models.QuerySet):
    def on(self, day: dt.date) -> Self:
        """Heads in office on that day, the last day included."""
        return self.filter(models.Q(ends_on=None) | models.Q(ends_on__gte=day), starts_on__lte=day)


class BuildingHead(Guarded):
    """Who speaks for a building: elected by its residents, or a volunteer."""

    class Kind(models.TextChoices):
        ELECTED = "elected", _("elected by the residents")
        VOLUNTEER = "volunteer", _("volunteer")

    building = models.ForeignKey(
        Building,
        models.DO_NOTHING,
        db_constraint=False,
        null=True,
        related_name="heads",
        verbose_name=_("building"),
    )
    address = models.CharField(_("address of the building"), max_length=300)
    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices)
    name = EncryptedTextField(_("name"))
    contact = EncryptedTextField(_("contact"), blank=True)
    #: Who has an account here as well, like a volunteer.
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("member"),
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)

    objects = BuildingHeadQuerySet.as_manager()

    class Meta:
        verbose_name = _("head of building")
        verbose_name_plural = _("heads of building")
        indexes = [models.Index(fields=["area"], name="head_area")]
