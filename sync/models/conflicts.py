"""Two versions of one thing, of which neither knew of the other, until somebody decides."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from sync.models.operations import Operation


class ConflictQuerySet(models.QuerySet):
    def open(self) -> Self:
        return self.filter(decided_at=None)


class Conflict(models.Model):
    """One field of a record. ``theirs`` is in force; ``mine`` is what the operation wanted.

    Of a case the fields are those of `cases.edits`, and ``step`` for a step that came too late.
    """

    class Decision(models.TextChoices):
        MINE = "mine", _("what was sent")
        THEIRS = "theirs", _("what was there")
        OTHER = "other", _("something else")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operation = models.ForeignKey(Operation, models.CASCADE, related_name="conflicts")
    #: Like ``case:12``.
    subject = models.CharField(_("subject"), max_length=100)
    area_code = models.CharField(_("area"), max_length=15, blank=True)
    field = models.CharField(_("field"), max_length=20)
    mine = models.JSONField(_("what was sent"), null=True)
    theirs = models.JSONField(_("what was there"), null=True)
    #: The version that the sender had seen, and the one that brought ``theirs``.
    saw = models.PositiveIntegerField(_("version seen"))
    version = models.PositiveIntegerField(_("version"))
    theirs_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    theirs_at = models.DateTimeField(_("at"), null=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="conflicts", verbose_name=_("by")
    )
    at = models.DateTimeField(_("at"))
    decision = models.CharField(_("kept"), max_length=6, choices=Decision.choices, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = ConflictQuerySet.as_manager()

    class Meta:
        verbose_name = _("conflict")
        verbose_name_plural = _("conflicts")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["operation", "field"], name="conflict_once"),
        ]
        indexes = [
            models.Index(
                fields=["subject"],
                name="conflict_open",
                condition=models.Q(decided_at=None),
            ),
            models.Index(
                fields=["by"],
                name="conflict_open_of",
                condition=models.Q(decided_at=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.field}"

    @property
    def case_number(self) -> int:
        return int(self.subject.removeprefix("case:"))
