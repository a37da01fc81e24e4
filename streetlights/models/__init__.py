"""Streetlights: lamps, the cabinets and cable sections that feed them, and when they were seen."""

from streetlights.models.circuits import CableSection, CableSectionQuerySet, Circuit
from streetlights.models.lamps import OUTAGE_JOB, Cabinet, Lamp
from streetlights.models.sightings import LampSighting, LampSightingQuerySet

__all__ = [
    "OUTAGE_JOB",
    "Cabinet",
    "CableSection",
    "CableSectionQuerySet",
    "Circuit",
    "Lamp",
    "LampSighting",
    "LampSightingQuerySet",
]
