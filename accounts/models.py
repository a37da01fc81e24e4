"""Members: the people who work in the system."""

import uuid

from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.models import Session
from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """What a member does in an area or street."""

    WORKER = "worker", _("cell worker")
    COORDINATOR = "coordinator", _("coordinator")
    LEADER = "leader", _("leader")
    CREW = "crew", _("repair crew")
    VOLUNTEER = "volunteer", _("volunteer")
    AUDITOR = "auditor", _("auditor")
    ADMINISTRATOR = "administrator", _("administrator")


class Member(AbstractUser):
    """A person who signs in; what they may see follows from responsibilities, not from this row."""

    name = models.CharField(_("name"), max_length=80)
    language = models.CharField(
        _("language"),
        max_length=10,
        blank=True,
        choices=[("zh-hans", "简体中文"), ("en", "English")],
        help_text=_("The language chosen last; empty follows the browser."),
    )
    simulated = models.BooleanField(
        _("simulated"), default=False, help_text=_("Made for the sample district; nobody real.")
    )

    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self)


class MemberSession(models.Model):
    """A browser in which a member is signed in; it goes with Django's own session."""

    session = models.OneToOneField(Session, models.CASCADE, primary_key=True)
    member = models.ForeignKey(Member, models.CASCADE, related_name="sessions")
    #: Names the session on pages: its key is a secret.
    number = models.UUIDField(default=uuid.uuid4, unique=True)
    browser = models.CharField(_("browser"), max_length=40, blank=True)
    since = models.DateTimeField(_("since"))
    #: To the hour.
    last_seen = models.DateTimeField(_("last seen"))
    second_factor = models.BooleanField(_("with a second factor"), default=False)

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")

    def __str__(self) -> str:
        return f"{self.member}: {self.browser}"
