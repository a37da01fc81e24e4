"""What the search looks through: the names of places and members, as they may be typed."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _


class SearchName(models.Model):
    """The names of one place or member. Triggers write the row with the place it belongs to, so
    none is ever left behind; the words are worked out in Python (`publish.search.names`)."""

    class Kind(models.TextChoices):
        AREA = "area", _("area")
        STREET = "street", _("street")
        LAMP = "lamp", _("lamp")
        SERVICE_POINT = "service_point", _("service point")
        MEMBER = "member", _("member")

    kind = models.CharField(max_length=13, choices=Kind.choices)
    object = models.BigIntegerField()
    #: Of the place's area; empty for members.
    area_code = models.CharField(max_length=15, blank=True)
    #: The name that is shown, and all names, a line each.
    name = models.CharField(max_length=200)
    names = models.TextField()
    #: See `publish.search.readings.index_words`; empty until it was worked out.
    words = models.TextField(blank=True, default="")

    objects: models.Manager["SearchName"]

    class Meta:
        verbose_name = _("name to search for")
        verbose_name_plural = _("names to search for")
        constraints = [models.UniqueConstraint(fields=["kind", "object"], name="searchname_once")]
        indexes = [
            GinIndex(fields=["words"], name="searchname_words", opclasses=["gin_trgm_ops"]),
            models.Index(fields=["id"], name="searchname_new", condition=models.Q(words="")),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
