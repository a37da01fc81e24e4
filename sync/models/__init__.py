"""What tablets sent, what became of it, and what changed since they last asked."""

from sync.models.changes import Change
from sync.models.conflicts import Conflict
from sync.models.operations import Device, Operation
from sync.models.reminders import Reminder

__all__ = ["Change", "Conflict", "Device", "Operation", "Reminder"]
