"""Doors, households, their care plans and visits, and who looked at them.

Every table here but checklists and consent texts is under row-level security, also for its owner
(migration 0002): a member sees the rows of the cells that the member is responsible for, and a
community's coordinator those of the community; a job sees what its name lets it.
"""

from households.models.access import AccessRecord, Looked
from households.models.counts import CareCount
from households.models.doors import BuildingHead, Door, Household, Tombstone
from households.models.imports import HouseholdImport
from households.models.plans import (
    Cadence,
    CarePlan,
    Checklist,
    ChecklistItem,
    ConsentText,
    Purpose,
)
from households.models.visits import Visit, VisitState

__all__ = [
    "AccessRecord",
    "BuildingHead",
    "Cadence",
    "CareCount",
    "CarePlan",
    "Checklist",
    "ChecklistItem",
    "ConsentText",
    "Door",
    "Household",
    "HouseholdImport",
    "Looked",
    "Purpose",
    "Tombstone",
    "Visit",
    "VisitState",
]
