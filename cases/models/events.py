"""What happened to a case, step by step, and the photos that show it."""

import uuid
from typing import Self

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.indexes import BrinIndex
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from cases.models.cases import Case, State

#: The transaction that writes, by a number that never comes again.
THIS_TRANSACTION = Cast(
    models.Func(function="pg_current_xact_id", output_field=models.TextField()),
    models.TextField(),
)


class Event(models.Model):
    """One step of a case; never changed and never deleted, which the database sees to.

    Only its note goes where `cases.erasure` forgets the case (migration 0009).

    ``details`` holds what the step decided: ``crew``, ``assignee``, ``until``, ``into``,
    ``category`` and ``due_at`` by their ids, codes and ISO times; ``fields`` names what was
    corrected.
    """

    #: A client's own id of the step: sending it again changes nothing.
    key = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="events")
    #: 1 for the report, counting on.
    number = models.PositiveIntegerField()
    step = models.CharField(_("step"), max_length=12)
    state = models.CharField(_("state after it"), max_length=11, choices=State.choices)
    at = models.DateTimeField(_("at"))
    #: Nobody for a resident without an account, and for what the system does by itself.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="case_events",
        verbose_name=_("author"),
    )
    location = models.PointField(_("position"), srid=4326, null=True, blank=True)
    note = models.TextField(_("note"), max_length=2000, blank=True)
    #: Shown on the resident's page too.
    public = models.BooleanField(_("shown to the reporter"), default=False)
    details = models.JSONField(default=dict, blank=True)
    #: Whoever follows the log sees by it what was committed late; empty for the oldest.
    transaction = models.BigIntegerField(
        null=True, editable=False, db_default=Cast(THIS_TRANSACTION, models.BigIntegerField())
    )

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["case_id", "number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="event_number_once"),
        ]
        indexes = [
            models.Index(fields=["step", "at"], name="event_step"),
            BrinIndex(fields=["transaction"], name="event_transaction", autosummarize=True),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.number} {self.step}"


class Photo(models.Model):
    """A photo of the place: re-encoded here, without position or device, in three sizes.

    The files lie under a random name that only who may see the case is told.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    #: None until the step that the photo was taken for arrives; then it stays with it.
    event = models.ForeignKey(Event, models.PROTECT, null=True, related_name="photos")
    uploader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="case_photos"
    )
    uploaded_at = models.DateTimeField(_("uploaded at"))
    width = models.PositiveIntegerField(_("width"))
    height = models.PositiveIntegerField(_("height"))
    #: SHA-256 of the file as sent: the same photo twice at one event is kept once.
    digest = models.BinaryField(max_length=32, editable=False)

    class Meta:
        verbose_name = _("photo")
        verbose_name_plural = _("photos")
        constraints = [
            models.UniqueConstraint(fields=["event", "digest"], name="photo_once_at_event")
        ]
        indexes = [
            models.Index(
                fields=["uploaded_at"], name="photo_waiting", condition=models.Q(event=None)
            )
        ]


class AwaitedPhotoQuerySet(models.QuerySet):
    def on_the_way(self) -> Self:
        """Announced, and not here yet."""
        return self.filter(received__lt=models.F("bytes"), problem="")


class AwaitedPhoto(models.Model):
    """A photo that a tablet announced with a record; it follows in parts and may never come.

    ``event`` is None for as long as the record was not taken in, ``photo`` until all of it came.
    """

    id = models.UUIDField(primary_key=True, editable=False)
    #: The operation that announced it.
    operation = models.UUIDField(db_index=True, editable=False)
    event = models.ForeignKey(Event, models.PROTECT, null=True, related_name="awaited")
    photo = models.ForeignKey(Photo, models.CASCADE, null=True, related_name="awaited")
    uploader = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="awaited_photos"
    )
    #: SHA-256 and length of the file as the tablet has it.
    digest = models.BinaryField(max_length=32, editable=False)
    bytes = models.PositiveIntegerField(_("bytes"))
    received = models.PositiveIntegerField(_("bytes received"), default=0)
    #: The code of the error for a file that is no photo: it is not asked for again.
    problem = models.CharField(_("problem"), max_length=40, blank=True)
    announced_at = models.DateTimeField(_("announced at"))

    objects = AwaitedPhotoQuerySet.as_manager()

    class Meta:
        verbose_name = _("photo on the way")
        verbose_name_plural = _("photos on the way")
        indexes = [
            models.Index(
                fields=["uploader", "announced_at"],
                name="photo_awaited",
                condition=models.Q(received__lt=models.F("bytes"), problem=""),
            )
        ]
