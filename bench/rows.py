"""A row of a bench's result."""

from typing import Any


def row(
    case: str,
    metric: str,
    value: float,
    unit: str,
    peer: str | None = None,
    peer_value: float | None = None,
) -> dict[str, Any]:
    """What was measured, and beside it the peer's value, if one was measured: value ÷ peer's."""
    return {
        "case": case,
        "metric": metric,
        "value": float(value),
        "unit": unit,
        "peer": None if peer_value is None else peer,
        "peer_value": peer_value,
        "ratio": value / peer_value if peer_value else None,
    }
