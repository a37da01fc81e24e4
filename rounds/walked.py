"""Which share of an area's streets its patrols walked since a round began."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from patrols.coverage import midnight
from patrols.models import Patrol
from patrols.tallies import per_part
from patrols.walks import Streets, Walks, streets_of, walks_on
from rounds.models import Round
from spatial.intervals import Stretches, union

#: Patrols to choose from: those that walked most.
MOST = 60


@dataclass(frozen=True, eq=False)
class Walked:
    """The area's streets, and what was walked on them patrol by patrol."""

    streets: Streets
    walks: Walks

    @classmethod
    def of(cls, one: Round, now: dt.datetime) -> "Walked":
        """Since the round's first day; a round that is late also counts what was walked late.

        Three queries.
        """
        streets = streets_of(one.plan.area)
        return cls(streets, walks_on(streets, since=midnight(one.starts_on), until=now))

    @property
    def known(self) -> frozenset[uuid.UUID]:
        """All patrols that walked here."""
        return frozenset(self.walks.patrols)

    def share(self, patrols: Iterable[uuid.UUID]) -> float | None:
        """Metres walked by any of these ÷ all metres, each metre once; None without streets."""
        wanted = set(patrols)
        numbers = [at for at, key in enumerate(self.walks.patrols) if key in wanted]
        chosen = np.isin(self.walks.patrol, numbers)
        walked = union(Stretches(*(column[chosen] for column in self.walks.on)))
        total = int(self.streets.cm(self.streets.parts).sum())
        return int(per_part(self.streets, walked).sum()) / total if total else None

    def best(self) -> list[tuple[Patrol, float]]:
        """Patrols that walked most, each with its own share, the largest first. One query."""
        lengths = (self.walks.on.end - self.walks.on.start).astype(np.float64)
        total = np.bincount(self.walks.patrol, lengths, len(self.walks.patrols))
        most = np.argsort(-total, kind="stable")[:MOST]
        shares = {
            self.walks.patrols[at]: self.share([self.walks.patrols[at]]) or 0.0 for at in most
        }
        rows = Patrol.objects.filter(pk__in=shares).select_related("member", "team")
        found = [(row, shares[row.pk]) for row in rows if shares[row.pk] > 0]
        return sorted(found, key=lambda pair: (-pair[1], str(pair[0].pk)))
