"""Dividing a community into cells: contiguous, compact, balanced by dwellings.

The area is cut into *blocks* along streets, water and railways; a block that holds too many
dwellings, or too much ground, is cut further between its buildings (Voronoi). The pieces form a
graph of neighbours, METIS (Karypis & Kumar 1998) divides it, and simulated annealing exchanges
border pieces for balance and compactness. All coordinates are metres in a local projection.
"""

from spatial.cells.appraisal import Appraisal, appraise
from spatial.cells.codes import building_share, fresh_codes, keep_codes
from spatial.cells.loads import Load, mixed, walking_load
from spatial.cells.splitting import Division, split
from spatial.cells.stretches import metres_in, stretches
from spatial.cells.verdict import Flaw, Verdict, compactness, verdict

__all__ = [
    "Appraisal",
    "Division",
    "Flaw",
    "Load",
    "Verdict",
    "appraise",
    "building_share",
    "compactness",
    "fresh_codes",
    "keep_codes",
    "metres_in",
    "mixed",
    "split",
    "stretches",
    "verdict",
    "walking_load",
]
