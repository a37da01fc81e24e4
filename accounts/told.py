"""What a member is told of, in words of the language in force; apps that tell make these."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True)
class Told:
    """One sentence; ``address`` is of the page about it, which also marks it as seen."""

    pk: int
    text: str
    address: str
    made_at: dt.datetime
