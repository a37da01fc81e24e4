"""What publishing remembers: that a layer's content changed, and views of the map by name."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from publish.ogc.models import (
    PUBLISHED,
    Client,
    PublishedCase,
    PublishedCell,
    PublishedLamp,
    PublishedServicePoint,
    PublishedStreet,
)
from publish.report_archive.models import ArchivedReport, ReportFile, ReportSchedule
from publish.search.models import SearchName

__all__ = [
    "PUBLISHED",
    "ArchivedReport",
    "Client",
    "CoverageChange",
    "PublishedCase",
    "PublishedCell",
    "PublishedLamp",
    "PublishedServicePoint",
    "PublishedStreet",
    "ReportFile",
    "ReportSchedule",
    "SavedView",
    "SearchName",
    "TileChange",
]


class TileChange(models.Model):
    """One row per layer and writing transaction, inserted by triggers (migration 0001).

    How many rows there are, and the last, name the content that a reader sees: a transaction that
    commits late still changes the count. A single counter would make writers wait for each other.
    """

    pk = models.CompositePrimaryKey("layer", "txid")
    layer = models.CharField(max_length=12)
    txid = models.BigIntegerField()

    class Meta:
        verbose_name = _("change of tiles")
        verbose_name_plural = _("changes of tiles")

    def __str__(self) -> str:
        return f"{self.layer} {self.txid}"


class CoverageChange(models.Model):
    """One row per community and transaction that changed what its figures of coverage are made of.

    ``place`` is the community's code, or "" for streets, cells and cadences of anywhere;
    ``number`` how many statements of the transaction did. Inserted by triggers (migration 0008);
    the sum of the numbers names the content that a reader sees. Old rows of a place are made one
    (publish/kept_figures.py).
    """

    pk = models.CompositePrimaryKey("place", "txid")
    place = models.CharField(max_length=15)
    txid = models.BigIntegerField()
    number = models.PositiveIntegerField(default=1)
    noted_at = models.DateTimeField()

    class Meta:
        verbose_name = _("change of coverage")
        verbose_name_plural = _("changes of coverage")

    def __str__(self) -> str:
        return f"{self.place} {self.txid}"


class SavedView(models.Model):
    """What somebody looked at on the map: its address from # on; see publish/saved_views.py."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="saved_views",
        verbose_name=_("owner"),
    )
    name = models.CharField(_("name"), max_length=80)
    hash = models.CharField(max_length=1000)
    #: The code of the area whose members find it too; empty for the owner alone.
    shared_with = models.CharField(_("shared with"), max_length=15, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="view_name_once")]
        indexes = [
            models.Index(
                fields=["shared_with"], name="view_shared", condition=~models.Q(shared_with="")
            )
        ]

    def __str__(self) -> str:
        return self.name
