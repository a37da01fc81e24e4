"""A tablet's outbox, and every operation that it delivered."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.encryption import EncryptedTextField


class Device(models.Model):
    """One outbox: one member on one tablet. Somebody else on the same tablet has another."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="devices", verbose_name=_("member")
    )
    app = models.CharField(_("version of the app"), max_length=40, blank=True)
    first_seen_at = models.DateTimeField(_("first seen"))
    last_seen_at = models.DateTimeField(_("last seen"))
    clock_off_seconds = models.BigIntegerField(_("clock off by seconds"), default=0)
    last_sequence = models.BigIntegerField(_("highest number delivered"), default=0)
    received = models.BigIntegerField(_("operations delivered"), default=0)

    class Meta:
        verbose_name = _("tablet")
        verbose_name_plural = _("tablets")

    def __str__(self) -> str:
        return f"{self.member} {str(self.pk)[:8]}"

    @property
    def missing(self) -> int:
        """How many numbers below the highest one never came."""
        return max(0, self.last_sequence - self.received)


class Operation(models.Model):
    """One thing done on a tablet, as it was delivered; the row stays, so it counts only once.

    ``payload`` is the operation as JSON, encrypted, for as long as it is not applied. What is
    applied lives in the app that owns it.
    """

    class State(models.TextChoices):
        APPLIED = "applied", _("taken in")
        HELD = "held", _("waits for something else")
        CONFLICT = "conflict", _("in conflict")
        REJECTED = "rejected", _("refused")
        DISCARDED = "discarded", _("discarded by the office")

    id = models.UUIDField(primary_key=True, editable=False)
    #: Another operation came with this id before: then ``id`` is ours, and both are kept.
    copy_of = models.ForeignKey(
        "self", models.CASCADE, null=True, blank=True, related_name="copies", editable=False
    )
    device = models.ForeignKey(
        Device, models.CASCADE, related_name="operations", verbose_name=_("tablet")
    )
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="operations",
        verbose_name=_("member"),
    )
    sequence = models.BigIntegerField(_("number"), default=0)
    kind = models.CharField(_("kind"), max_length=40)
    digest = models.BinaryField(max_length=32, editable=False)
    #: As the tablet's clock had it, uncorrected; None where that is no time.
    device_at = models.DateTimeField(_("time on the tablet"), null=True, blank=True)
    offset = models.SmallIntegerField(_("minutes east of UTC"), default=0)
    clock_off_seconds = models.BigIntegerField(_("clock off by seconds"), default=0)
    received_at = models.DateTimeField(_("received"))
    state = models.CharField(_("state"), max_length=9, choices=State.choices)
    code = models.CharField(_("code"), max_length=40, blank=True)
    message = models.TextField(_("reason"), blank=True)
    fields = models.JSONField(_("fields"), default=dict, blank=True)
    result = models.JSONField(_("result"), default=dict, blank=True)
    payload = EncryptedTextField(_("what was sent"), null=True, blank=True, editable=False)
    #: Subjects ("patrol:<uuid>", "operation:<uuid>") of which any may release a held one.
    waits_for = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    subject = models.CharField(_("subject"), max_length=100, blank=True)
    area_code = models.CharField(_("area"), max_length=15, blank=True)
    decided_at = models.DateTimeField(_("decided"), null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="operations_decided",
        verbose_name=_("decided by"),
    )

    class Meta:
        verbose_name = _("operation")
        verbose_name_plural = _("operations")
        ordering = ["received_at", "sequence"]
        constraints = [
            models.UniqueConstraint(fields=["copy_of", "digest"], name="operation_copy_once")
        ]
        indexes = [
            models.Index(fields=["device", "sequence"], name="operation_by_sequence"),
            models.Index(
                fields=["state", "received_at"],
                name="operation_open",
                condition=~models.Q(state="applied"),
            ),
            models.Index(fields=["subject"], name="operation_by_subject"),
            GinIndex(fields=["waits_for"], name="operation_held", condition=models.Q(state="held")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def sent_id(self) -> uuid.UUID:
        """The id under which the tablet knows it."""
        return self.copy_of_id or self.pk
