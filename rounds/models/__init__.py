"""Plans of rounds, rounds, and what they found."""

from rounds.models.plans import ROLES, USUAL, Cadence, Item, RoundPlan, items_of
from rounds.models.rounds import Finding, How, Round, RoundNotice, State

__all__ = [
    "ROLES",
    "USUAL",
    "Cadence",
    "Finding",
    "How",
    "Item",
    "Round",
    "RoundNotice",
    "RoundPlan",
    "State",
    "items_of",
]
