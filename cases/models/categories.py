"""What a case is about: a tree of two levels, each leaf with its time, crew and re-check."""

import pghistory
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Topic(models.TextChoices):
    """Whether a thing is broken, or something happened."""

    FACILITY = "facility", _("facility")
    EVENT = "event", _("event")


class Icon(models.TextChoices):
    """Pictures of categories: symbols of ``map_static/category_icons.svg`` by name."""

    LAMP = "lamp", _("lamp")
    LAMPS = "lamps", _("several lamps")
    POLE = "pole", _("broken pole")
    MANHOLE = "manhole", _("manhole")
    PAVING = "paving", _("broken ground")
    SIGN = "sign", _("sign")
    BIN = "bin", _("bin")
    TREE = "tree", _("tree")
    LEAK = "leak", _("leaking pipe")
    FIRE = "fire", _("flame")
    TOOLS = "tools", _("spanner")
    RUBBISH = "rubbish", _("bags of rubbish")
    NOISE = "noise", _("loudspeaker")
    BARRIER = "barrier", _("barrier")
    NO_WATER = "no_water", _("dry tap")
    NO_POWER = "no_power", _("plug")
    TALK = "talk", _("two who talk")
    BUILDING = "building", _("cracked building")
    NIGHT = "night", _("moon")
    OTHER = "other", _("exclamation mark")


class DueUnit(models.TextChoices):
    """A working day is as long as the hours of work in the calendar."""

    HOURS = "hours", _("working hours")
    DAYS = "days", _("working days")


def _named(row: "Crew | Category") -> str:
    chinese = (get_language() or "").startswith("zh")
    return (row.name_zh if chinese else row.name) or row.name or row.name_zh


class Crew(models.Model):
    """Those who mend a kind of thing: a repair crew, a department, a company under contract."""

    name = models.CharField(_("name"), max_length=120)
    name_zh = models.CharField(_("name in Chinese"), max_length=120, blank=True)
    members = models.ManyToManyField(
        settings.AUTH_USER_MODEL, related_name="crews", blank=True, verbose_name=_("members")
    )
    active = models.BooleanField(_("active"), default=True)

    class Meta:
        verbose_name = _("crew")
        verbose_name_plural = _("crews")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["name"], name="crew_named_once")]

    def __str__(self) -> str:
        return _named(self)


class CategoryQuerySet(models.QuerySet["Category"]):
    def in_use(self) -> "CategoryQuerySet":
        """What can be reported, with its group, in the order of lists."""
        found = self.filter(active=True, parent__active=True).select_related("parent")
        return found.order_by("parent__position", "parent", "position", "code")


@pghistory.track()
class Category(models.Model):
    """A group (no parent) or a leaf; only leaves are reported.

    A leaf's due time is what a handler has from the report, in time of the working calendar.
    """

    code = models.CharField(
        _("code"),
        max_length=40,
        unique=True,
        validators=[RegexValidator(r"^[a-z][a-z0-9_]*$")],
        help_text=_("Small letters, digits and underscores; never changes once in use."),
    )
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="leaves",
        verbose_name=_("group"),
    )
    topic = models.CharField(_("topic"), max_length=8, choices=Topic.choices)
    name = models.CharField(_("name"), max_length=120)
    name_zh = models.CharField(_("name in Chinese"), max_length=120, blank=True)
    icon = models.CharField(
        _("picture"),
        max_length=12,
        blank=True,
        choices=Icon.choices,
        help_text=_("Left empty, the picture of its group is shown."),
    )
    due_amount = models.PositiveSmallIntegerField(
        _("due after"), default=3, validators=[MinValueValidator(1), MaxValueValidator(366)]
    )
    due_unit = models.CharField(
        _("unit"), max_length=5, choices=DueUnit.choices, default=DueUnit.DAYS
    )
    crew = models.ForeignKey(
        Crew,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="categories",
        verbose_name=_("crew"),
    )
    recheck = models.BooleanField(
        _("re-check on site"),
        default=False,
        help_text=_("Verified only by somebody who stands there, or with a photo."),
    )
    residents = models.BooleanField(
        _("residents may report it"), default=True, help_text=_("Offered without an account.")
    )
    published = models.BooleanField(
        _("shown to anybody"),
        default=False,
        help_text=_("Place, state and times through Open311; never what somebody wrote."),
    )
    claimable = models.BooleanField(
        _("volunteers may claim it"), default=False, help_text=_("Unless a case says otherwise.")
    )
    lamps = models.BooleanField(
        _("about a lamp"), default=False, help_text=_("A report asks which lamp.")
    )
    position = models.PositiveSmallIntegerField(_("position in lists"), default=0)
    active = models.BooleanField(_("active"), default=True)

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name = _("category")
        verbose_name_plural = _("categories")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return _named(self)

    @property
    def picture(self) -> str:
        """Name of the icon: its own, else its group's, else that of something else."""
        return self.icon or (self.parent.icon if self.parent else "") or Icon.OTHER.value

    def clean(self) -> None:
        """Two levels: a group has no parent, and what has leaves is a group."""
        if self.parent is None:
            return
        if self.parent.parent_id is not None or self.parent_id == self.pk:
            raise ValidationError({"parent": _("A category lies in a group, and no deeper.")})
        if self.pk and Category.objects.filter(parent=self).exists():
            raise ValidationError({"parent": _("This group has categories of its own.")})
