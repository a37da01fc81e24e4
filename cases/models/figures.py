"""Figures of a month: what a report of rates is read from."""

from django.db import models


class MonthFigures(models.Model):
    """Counts of one month for an area and a category, made by ``cases.rates`` from the events.

    ``area_code`` is any level; ``category_code`` is a category, a group, or empty for all.
    """

    #: The first day of the month, by the calendar of the settings' zone.
    month = models.DateField()
    area_code = models.CharField(max_length=15)
    category_code = models.CharField(max_length=40, blank=True)
    #: Reported in the month, and how many of these were accepted, or declined.
    reported = models.PositiveIntegerField()
    accepted = models.PositiveIntegerField()
    declined = models.PositiveIntegerField()
    #: Due in the month, and how many of these were done in time and are closed.
    due = models.PositiveIntegerField()
    on_time = models.PositiveIntegerField()
    #: Closed in the month, and the median of hours from report to done.
    closed = models.PositiveIntegerField()
    median_hours = models.FloatField(null=True)
    #: Times work was finished, sent back, and put on hold in the month.
    finished = models.PositiveIntegerField()
    reworked = models.PositiveIntegerField()
    held = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["area_code", "category_code", "month"], name="figures_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.area_code} {self.category_code}"


class FiguresMade(models.Model):
    """How far the figures follow the events; one row."""

    event = models.BigIntegerField(default=0)
    #: Which transactions had ended then (a pg_snapshot): what others wrote is still to be seen.
    ended = models.TextField(default="1:1:")
    made_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.event)
