"""A file of homes on its way through an import; gone within the hour."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.encryption import EncryptedTextField
from households.models.guarded import Guarded


class HouseholdImport(Guarded):
    """An uploaded file and what came of it; ``area`` is the community.

    Only who uploaded it sees it. The file goes as soon as the import is through; all of it within
    the hour (households/uploads.py).
    """

    class State(models.TextChoices):
        ASKED = "asked", _("to be told which column is what")
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("member")
    )
    kind = models.CharField(_("kind"), max_length=5)
    name = models.CharField(_("name of the file"), max_length=100)
    language = models.CharField(_("language"), max_length=10)
    at = models.DateTimeField(_("at"))
    state = models.CharField(_("state"), max_length=7, choices=State.choices, default=State.ASKED)
    #: The file in base64, until it has been taken in.
    content = EncryptedTextField(_("file"), blank=True)
    columns = models.JSONField(_("columns"), default=list)
    #: Field -> column.
    mapping = models.JSONField(_("mapping"), default=dict)
    total = models.PositiveIntegerField(_("rows"), default=0)
    done = models.PositiveIntegerField(_("rows done"), default=0)
    counts = models.JSONField(_("counts"), default=dict)
    #: JSON of the rows to correct and those taken in by likeness: they hold what the file held.
    told = EncryptedTextField(_("told"), blank=True)
    problem = models.CharField(_("problem"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("import of households")
        verbose_name_plural = _("imports of households")
        ordering = ["-at", "pk"]
        indexes = [models.Index(fields=["at"], name="household_import_at")]
