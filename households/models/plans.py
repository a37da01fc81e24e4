"""Care plans: what a household agreed to, for how long, and what is asked on a visit."""

import datetime as dt
import uuid
from typing import Self

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeBoundary, RangeOperators
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.encryption import EncryptedTextField
from households.models.doors import Household
from households.models.guarded import Guarded


class Purpose(models.TextChoices):
    """Why a household asked for visits."""

    ALONE_AND_OLD = "alone_and_old", _("living alone, of old age")
    DISABILITY = "disability", _("disability")
    ILLNESS = "illness", _("illness")
    NEWBORN = "newborn", _("newborn child")
    LOW_INCOME = "low_income", _("low income")
    OTHER = "other", _("other, by request")


class Cadence(models.TextChoices):
    """How often a household is visited."""

    DAILY = "daily", _("every day")
    TWICE_A_WEEK = "twice_a_week", _("twice a week")
    WEEKLY = "weekly", _("every week")
    FORTNIGHTLY = "fortnightly", _("every two weeks")
    MONTHLY = "monthly", _("every month")
    QUARTERLY = "quarterly", _("every quarter")


class ConsentText(models.Model):
    """The words a household agreed to, by version; a version in use is never changed."""

    version = models.CharField(_("version"), max_length=20, unique=True)
    text_en = models.TextField(_("text in English"))
    text_zh = models.TextField(_("text in Chinese"))
    in_use_from = models.DateField(_("in use from"))

    class Meta:
        verbose_name = _("consent text")
        verbose_name_plural = _("consent texts")
        ordering = ["in_use_from", "version"]

    def __str__(self) -> str:
        return self.version

    @property
    def text(self) -> str:
        """In the language of the page."""
        return self.text_zh if (get_language() or "").startswith("zh") else self.text_en


class Checklist(models.Model):
    """What is asked and noted on a visit: a template that the office edits."""

    name_en = models.CharField(_("name in English"), max_length=80)
    name_zh = models.CharField(_("name in Chinese"), max_length=80)
    purpose = models.CharField(
        _("for the purpose"),
        max_length=13,
        choices=Purpose.choices,
        blank=True,
        help_text=_("Proposed for plans with this purpose; empty: for any."),
    )
    retired = models.BooleanField(_("no longer used"), default=False)

    class Meta:
        verbose_name = _("checklist")
        verbose_name_plural = _("checklists")
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name_zh if (get_language() or "").startswith("zh") else self.name_en


class ChecklistItem(models.Model):
    """One question with answers to choose from; there is no free text about people.

    A question that was asked keeps its meaning: it is retired and another one added.
    """

    class Kind(models.TextChoices):
        FINE = "fine", _("fine, or needs attention")
        YES_NO = "yes_no", _("yes or no")

    checklist = models.ForeignKey(
        Checklist, models.CASCADE, related_name="items", verbose_name=_("checklist")
    )
    key = models.SlugField(_("key"), max_length=40)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    text_en = models.CharField(_("question in English"), max_length=200)
    text_zh = models.CharField(_("question in Chinese"), max_length=200)
    kind = models.CharField(_("answers"), max_length=6, choices=Kind.choices, default=Kind.FINE)
    must = models.BooleanField(_("must be answered"), default=True)
    #: Category of the case proposed when the answer calls for one, like ``lamp``; may be empty.
    case_category = models.CharField(_("proposes a case of"), max_length=40, blank=True)
    retired = models.BooleanField(_("no longer used"), default=False)

    class Meta:
        verbose_name = _("question")
        verbose_name_plural = _("questions")
        ordering = ["checklist", "position", "pk"]
        constraints = [models.UniqueConstraint(fields=["checklist", "key"], name="question_once")]

    def __str__(self) -> str:
        return self.text_zh if (get_language() or "").startswith("zh") else self.text_en


class CarePlanQuerySet(models.QuerySet):
    def in_force(self, day: dt.date) -> Self:
        """Plans that a household stands by on that day, the last day included."""
        return self.filter(withdrawn_at=None, starts_on__lte=day, ends_on__gte=day)


@pghistory.track(exclude=["consent_name"])
class CarePlan(Guarded):
    """Visits that a household agreed to: why, how often, until when, and who said yes.

    No plan in force, no visits listed.
    """

    class GivenBy(models.TextChoices):
        SELF = "self", _("somebody of the household")
        REPRESENTATIVE = "representative", _("an authorised representative")

    class GivenHow(models.TextChoices):
        WRITING = "writing", _("in writing")
        DOOR = "door", _("spoken at the door")
        TELEPHONE = "telephone", _("by telephone")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    household = models.ForeignKey(
        Household, models.CASCADE, related_name="plans", verbose_name=_("household")
    )
    purpose = models.CharField(_("purpose"), max_length=13, choices=Purpose.choices)
    cadence = models.CharField(_("how often"), max_length=12, choices=Cadence.choices)
    #: Like ``[{"days": [1, 3], "from": "09:00", "to": "11:00"}]``, days from 1 (Monday) to 7;
    #: an empty list means any time.
    windows = models.JSONField(_("times that suit"), default=list, blank=True)
    checklist = models.ForeignKey(Checklist, models.PROTECT, verbose_name=_("checklist"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(
        _("until"), help_text=_("A year at most; then it is renewed with the household.")
    )
    consent_by = models.CharField(_("consent given by"), max_length=14, choices=GivenBy.choices)
    consent_name = EncryptedTextField(_("name of who gave it"), blank=True)
    consent_how = models.CharField(_("consent given"), max_length=9, choices=GivenHow.choices)
    consent_on = models.DateField(_("consent given on"))
    consent_text = models.ForeignKey(ConsentText, models.PROTECT, verbose_name=_("text agreed to"))
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("recorded by")
    )
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    objects = CarePlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("care plan")
        verbose_name_plural = _("care plans")
        indexes = [
            models.Index(fields=["area", "ends_on"], name="plan_area_end"),
        ]
        constraints = [
            models.CheckConstraint(
                name="plan_a_year_at_most",
                condition=models.Q(ends_on__gte=models.F("starts_on"))
                & models.Q(ends_on__lte=models.F("starts_on") + dt.timedelta(days=366)),
            ),
            models.CheckConstraint(
                name="plan_consent_first",
                condition=models.Q(consent_on__lte=models.F("starts_on")),
            ),
            ExclusionConstraint(
                name="plan_once_for_a_purpose",
                expressions=[
                    ("household", RangeOperators.EQUAL),
                    ("purpose", RangeOperators.EQUAL),
                    (
                        models.Func(
                            "starts_on",
                            "ends_on",
                            RangeBoundary(inclusive_upper=True),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=models.Q(withdrawn_at=None),
            ),
        ]
