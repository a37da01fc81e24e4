"""Plans of rounds, rounds, and what they found."""

from rounds.models.plans import ROLES, USUAL, Cadence, RoundPlan
from rounds.models.rounds import Finding, How, Round, RoundNotice, State

__all__ = [
    "ROLES",
    "USUAL",
    "Cadence",
    "Finding",
    "How",
    "Round",
    "RoundNotice",
    "RoundPlan",
    "State",
]
