"""Who hears of a case: members by reminders, residents by e-mail, programs through Open311."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case


class Reminder(models.Model):
    """A member was told that a case is due soon, overdue, or overdue for long below them."""

    class Kind(models.TextChoices):
        DUE = "due", _("due soon")
        OVERDUE = "overdue", _("overdue")
        ESCALATED = "escalated", _("overdue for long")

    case = models.ForeignKey(Case, models.CASCADE, related_name="reminders")
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="case_reminders"
    )
    kind = models.CharField(_("kind"), max_length=9, choices=Kind.choices)
    #: The due time it is about: a later one may be reminded of again.
    due_at = models.DateTimeField(_("due"))
    made_at = models.DateTimeField(_("made at"))
    seen_at = models.DateTimeField(_("seen at"), null=True, blank=True)

    class Meta:
        verbose_name = _("reminder")
        verbose_name_plural = _("reminders")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "member", "kind", "due_at"], name="reminder_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"


class Follower(models.Model):
    """An e-mail address that asked for news of one case; deleted 30 days after it ends."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="followers")
    email = models.EmailField(_("e-mail"))
    language = models.CharField(_("language"), max_length=10)
    asked_at = models.DateTimeField(_("asked at"))

    class Meta:
        verbose_name = _("follower")
        verbose_name_plural = _("followers")
        constraints = [models.UniqueConstraint(fields=["case", "email"], name="follower_once")]

    def __str__(self) -> str:
        return f"{self.case_id}"


class OpenKey(models.Model):
    """A key of a program that may report through Open311; only its digest is kept."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    digest = models.BinaryField(_("digest"), max_length=32, unique=True, editable=False)
    active = models.BooleanField(_("active"), default=True)
    made_at = models.DateTimeField(_("made at"))

    class Meta:
        verbose_name = _("Open311 key")
        verbose_name_plural = _("Open311 keys")

    def __str__(self) -> str:
        return self.name
