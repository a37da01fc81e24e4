"""What publishing remembers: only that a layer's content changed."""

from django.db import models
from django.utils.translation import gettext_lazy as _


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
