"""What every row under row-level security carries."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from grid.models import Area


class Guarded(models.Model):
    """A row that only those responsible for its area see; the database enforces it.

    ``area`` is the cell of the building, or its community where the building lies in no cell. It
    follows the building by a trigger of the database when cells are drawn anew.
    """

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", verbose_name=_("cell"))

    class Meta:
        abstract = True
