"""That somebody of the office was told of what waits for a decision."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from sync.models.operations import Operation


class Reminder(models.Model):
    """A member was told once of an operation; their list shows it until they open it."""

    operation = models.ForeignKey(Operation, models.CASCADE, related_name="reminders")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="tablet_reminders"
    )
    made_at = models.DateTimeField(_("made at"))
    seen_at = models.DateTimeField(_("seen at"), null=True, blank=True)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(fields=["operation", "member"], name="tablet_reminder_once")
        ]
        indexes = [
            models.Index(
                fields=["member"],
                name="tablet_reminder_unseen",
                condition=models.Q(seen_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.operation_id} {self.member_id}"
