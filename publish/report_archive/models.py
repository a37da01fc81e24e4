"""Coverage reports that were made and are kept, their files, and what is made by itself."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

CODE_DIGITS = 15
LANGUAGES = ("zh-hans", "en")


class ReportSchedule(models.Model):
    """A report that is made week by week or month by month, and who is told of each."""

    class Every(models.TextChoices):
        WEEK = "week", _("every week, Monday to Sunday")
        MONTH = "month", _("every month")

    area_code = models.CharField(_("area"), max_length=CODE_DIGITS)
    every = models.CharField(_("repeats"), max_length=5, choices=Every.choices)
    languages = ArrayField(models.CharField(max_length=10), verbose_name=_("languages"))
    formats = ArrayField(models.CharField(max_length=5), verbose_name=_("formats"))
    recipients = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="+", blank=True, verbose_name=_("recipients")
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("made by"),
    )
    #: Only periods that end on this day or later are made: the day it was made or taken up again.
    since = models.DateField(_("since"))
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("report schedule")
        verbose_name_plural = _("report schedules")

    def __str__(self) -> str:
        return f"{self.area_code} {self.every}"


class ArchivedReport(models.Model):
    """A report of an area and a period: asked for, being made, and then kept as it was.

    The key is made by the page that asks: sent twice, it is one report. ``figures`` is
    ``Report.as_dict()`` without maps, free of language.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("being made")
        DONE = "done", _("ready")
        FAILED = "failed", _("not made")
        CANCELLED = "cancelled", _("stopped")

    class Problem(models.TextChoices):
        AREA = "area", _("The area is no longer there.")
        DAYS = "days", _("No report can be made of these days.")
        FAULT = "fault", _("The server failed, which is not your fault. Try again.")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    area_code = models.CharField(_("area"), max_length=CODE_DIGITS)
    #: As it was called when the report was asked for.
    area_name = models.CharField(_("name"), max_length=200)
    start = models.DateField(_("first day"))
    end = models.DateField(_("last day"))
    languages = ArrayField(models.CharField(max_length=10), verbose_name=_("languages"))
    formats = ArrayField(models.CharField(max_length=5), verbose_name=_("formats"))
    schedule = models.ForeignKey(
        ReportSchedule,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="reports",
        verbose_name=_("report schedule"),
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("made by"),
    )
    #: Whether who asked gets an e-mail when it is ready.
    tell = models.BooleanField(default=False)
    asked_at = models.DateTimeField(_("asked for"))
    #: What the data were like that the figures are of.
    made_at = models.DateTimeField(_("made at"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.WAITING)
    problem = models.CharField(max_length=5, choices=Problem, blank=True)
    #: Percent; and of ``step_all`` communities or files ``step_done`` are through.
    progress = models.PositiveSmallIntegerField(default=0)
    writing = models.BooleanField(default=False)
    step_done = models.PositiveIntegerField(default=0)
    step_all = models.PositiveIntegerField(default=0)
    #: The run that may write: one that was taken for dead and goes on finds another here.
    run = models.UUIDField(null=True)
    figures = models.JSONField(null=True)

    class Meta:
        verbose_name = _("archived report")
        verbose_name_plural = _("archived reports")
        indexes = [models.Index(fields=["area_code", "-end"], name="report_of_area")]
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "start", "end"], name="report_once_of_schedule"
            ),
            models.CheckConstraint(
                condition=models.Q(end__gte=models.F("start")), name="report_days_in_order"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.area_code} {self.start} {self.end}"

    @property
    def going_on(self) -> bool:
        return self.state in (self.State.WAITING, self.State.RUNNING)


class ReportFile(models.Model):
    """One file of a report; its key is its name in the store."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    report = models.ForeignKey(ArchivedReport, models.CASCADE, related_name="files")
    language = models.CharField(max_length=10)
    format = models.CharField(max_length=5)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()

    class Meta:
        verbose_name = _("file of a report")
        verbose_name_plural = _("files of reports")
        constraints = [
            models.UniqueConstraint(
                fields=["report", "language", "format"], name="report_file_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.report_id} {self.language} {self.format}"
