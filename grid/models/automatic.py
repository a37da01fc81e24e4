"""What the machine would make of a community's cells, worked out by a job and kept for a while."""

from django.contrib.gis.db import models
from django.utils.translation import gettext_lazy as _

from grid.models.areas import Area


class AutomaticSplit(models.Model):
    """An automatic split of a community by one standard, of the map as it was.

    ``input`` is a digest of all that the cells depend on: the same input is the same split.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("being made")
        DONE = "done", _("ready")
        FAILED = "failed", _("not made")
        CANCELLED = "cancelled", _("stopped")

    class Problem(models.TextChoices):
        SHAPES = "shapes", _("The outline of the community or a cell kept whole is not sound.")
        MANY = "many", _("By this standard there would be too many cells.")
        CHANGED = "changed", _("The map was changed meanwhile. Begin again.")
        FAULT = "fault", _("The server failed, which is not your fault. Try again.")

    community = models.ForeignKey(Area, models.CASCADE, related_name="+")
    standard = models.JSONField(default=dict, blank=True)
    input = models.CharField(max_length=64)
    state = models.CharField(max_length=9, choices=State, default=State.WAITING)
    problem = models.CharField(max_length=7, choices=Problem, blank=True)
    #: Percent.
    progress = models.PositiveSmallIntegerField(default=0)
    asked_at = models.DateTimeField()
    #: The run that may write: one that was taken for dead and goes on finds another here.
    run = models.UUIDField(null=True)
    #: Of each cell its key, code, name, fixed, households, and its shape in metres (WKB in hex).
    cells = models.JSONField(null=True)

    class Meta:
        verbose_name = _("automatic split")
        verbose_name_plural = _("automatic splits")
        constraints = [
            models.UniqueConstraint(fields=["community", "input"], name="automatic_split_once")
        ]

    def __str__(self) -> str:
        return f"{self.community_id}: {self.get_state_display()}"
