"""The administrative divisions of China, by which areas are named and numbered."""

from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _


class NationalLevel(models.IntegerChoices):
    """A level's value is the number of digits of its codes, from 4 on those of our own levels."""

    PROVINCE = 2, _("province")
    CITY = 4, _("city")
    DISTRICT = 6, _("district")
    SUBDISTRICT = 9, _("subdistrict")
    COMMUNITY = 12, _("community")


class NationalDivision(models.Model):
    """One division, filled by ``import_divisions``; nothing else refers to these rows.

    Columns are compared byte by byte (collation C): so an index finds what begins with a word.
    """

    code = models.CharField(_("code"), max_length=12, primary_key=True, db_collation="C")
    level = models.PositiveSmallIntegerField(_("level"), choices=NationalLevel.choices)
    name = models.CharField(_("name"), max_length=120, db_collation="C")
    #: Small letters a to z without tones and spaces, ü as v: ``donghuamenjiedao``.
    pinyin = models.CharField(max_length=400, db_collation="C")
    #: The first letter of each syllable: ``dhmjd``.
    initials = models.CharField(max_length=120, db_collation="C")

    class Meta:
        verbose_name = _("division of China")
        verbose_name_plural = _("divisions of China")
        ordering = ["code"]
        indexes = [
            models.Index(fields=["level", "code"], name="national_code"),
            models.Index(fields=["level", "name"], name="national_name"),
            models.Index(fields=["level", "pinyin"], name="national_pinyin"),
            models.Index(fields=["level", "initials"], name="national_initials"),
            GinIndex(fields=["name"], name="national_name_parts", opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
