"""Members: the people who work in the system."""

from django.contrib.auth.models import AbstractUser
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
