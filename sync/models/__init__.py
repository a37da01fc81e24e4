"""What tablets sent, and what became of it."""

from sync.models.operations import Device, Operation

__all__ = ["Device", "Operation"]
