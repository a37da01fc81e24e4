"""The walk that closes the gap: which way to go so that what is open gets walked.

``cover`` walks all that is required (the rural postman problem), ``within_budget`` chooses what
fits a time (prize-collecting arc routing), ``share`` divides the gap among several workers. All
are pure, deterministic, and undirected: one-way streets do not bind feet.
"""

from spatial.walks.errors import TooManyLinks
from spatial.walks.gap import MOST_LINKS
from spatial.walks.pieces import Pieces, pieces
from spatial.walks.places import nearest, parts
from spatial.walks.planning import cover, within_budget
from spatial.walks.sharing import share
from spatial.walks.walk import Walk, closed_together

__all__ = [
    "MOST_LINKS",
    "Pieces",
    "TooManyLinks",
    "Walk",
    "closed_together",
    "cover",
    "nearest",
    "parts",
    "pieces",
    "share",
    "within_budget",
]
