"""Visits: planned, and made."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from households.models.doors import Household
from households.models.guarded import Guarded
from households.models.plans import CarePlan


class VisitState(models.TextChoices):
    PLANNED = "planned", _("planned")
    DONE = "done", pgettext_lazy("visit", "done")
    NOBODY_HOME = "nobody_home", _("nobody home")
    DECLINED = "declined", pgettext_lazy("visit", "declined")


class Visit(Guarded):
    """A visit of a care plan. A plan in force has one that is planned: the next."""

    #: A client's own id: sending the visit again changes nothing.
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    plan = models.ForeignKey(
        CarePlan, models.CASCADE, related_name="visits", verbose_name=_("care plan")
    )
    household = models.ForeignKey(
        Household, models.CASCADE, related_name="visits", verbose_name=_("household")
    )
    planned_for = models.DateField(_("planned for"))
    state = models.CharField(
        _("state"), max_length=11, choices=VisitState.choices, default=VisitState.PLANNED
    )
    at = models.DateTimeField(_("at"), null=True, blank=True)
    member = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="care_visits",
        verbose_name=_("visited by"),
    )
    #: Answers by the question's key: ``fine``, ``attention``, ``yes`` or ``no``.
    answers = models.JSONField(_("answers"), default=dict, blank=True)
    #: When the coordinator was told that it was missed.
    climbed_at = models.DateTimeField(_("told to the coordinator at"), null=True, blank=True)
    #: The case that followed from it, by number.
    case_number = models.BigIntegerField(_("case"), null=True, blank=True)

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        constraints = [
            models.UniqueConstraint(
                fields=["plan"], condition=models.Q(state="planned"), name="visit_next_once"
            ),
            models.CheckConstraint(
                name="visit_made_by_somebody",
                condition=models.Q(state="planned", at=None, member=None)
                | (~models.Q(state="planned") & models.Q(at__isnull=False, member__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(
                fields=["area", "planned_for"],
                name="visit_due",
                condition=models.Q(state="planned"),
            ),
            models.Index(fields=["household", "at"], name="visit_made"),
        ]
