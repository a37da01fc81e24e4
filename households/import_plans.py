"""Care plans of a file's rows, begun with the consent that the rows tell of."""

import datetime as dt
from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Member
from api.errors import GridwalkError
from households.import_report import Flaw, ImportReport
from households.import_rows import BadRow, PlanRow
from households.models import CarePlan, Checklist, ConsentText, Household
from households.plan_rules import Consent, NewPlan, latest_end
from households.plans import start_plans


class PlansOfFile:
    """Begins the plans that come with consent; each once, and none that was withdrawn."""

    def __init__(self, member: Member, now: dt.datetime) -> None:
        self.member = member
        self.now = now
        self._texts = {text.version: text for text in ConsentText.objects.all()}
        self._checklists: dict[str, Checklist] = {}
        for checklist in Checklist.objects.filter(retired=False).order_by("-pk"):
            self._checklists[checklist.purpose] = checklist

    def begin(
        self, asked: Mapping[int, tuple[Household, PlanRow | None]], report: ImportReport
    ) -> None:
        """Rows by their number; what keeps a plan from beginning goes into the report.

        As many queries for many rows as for one.
        """
        there: dict[object, list[CarePlan]] = {}
        homes = [household for household, plan in asked.values() if plan]
        for known in CarePlan.objects.filter(household__in=homes).defer("consent_name"):
            there.setdefault(known.household_id, []).append(known)
        wanted: dict[int, NewPlan] = {}
        for row, (household, plan) in asked.items():
            try:
                if plan and not _has_begun(plan, there.get(household.pk, [])):
                    wanted[row] = self._new_plan(household, plan)
            except BadRow as bad:
                report.flaws.append(Flaw(row, bad.code, _without_plan(bad)))
        answers = start_plans(list(wanted.values()), member=self.member, now=self.now)
        for row, answer in zip(wanted, answers, strict=True):
            if isinstance(answer, GridwalkError):
                report.flaws.append(Flaw(row, "no_plan", _without_plan(answer)))
            else:
                report.plans += 1

    def _new_plan(self, household: Household, plan: PlanRow) -> NewPlan:
        """Raises BadRow."""
        starts = plan.starts or timezone.localdate(self.now)
        return NewPlan(
            household,
            purpose=plan.purpose,
            cadence=plan.cadence,
            windows=[],
            checklist=self._checklist(plan.purpose),
            starts_on=starts,
            ends_on=plan.until or latest_end(min(starts, plan.consent_on)),
            consent=Consent(
                by=plan.consent_by,
                name=plan.consent_name,
                how=plan.consent_how,
                on=plan.consent_on,
                text=self._text(plan),
            ),
        )

    def _checklist(self, purpose: str) -> Checklist:
        """The one proposed for the purpose, else for any."""
        found = self._checklists.get(purpose) or self._checklists.get("")
        if found is None:
            raise BadRow("no_checklist", _("There is no checklist for these visits; make one."))
        return found

    def _text(self, plan: PlanRow) -> ConsentText:
        """The version that the row names, else the one that was in use on that day."""
        if plan.consent_text:
            named = self._texts.get(plan.consent_text)
            if named is None:
                raise BadRow(
                    "bad_consent_text",
                    _("There is no consent text with the version %s.") % plan.consent_text[:20],
                )
            return named
        used = [text for text in self._texts.values() if text.in_use_from <= plan.consent_on]
        if not used:
            raise BadRow(
                "bad_consent_text", _("No consent text was in use on that day; name its version.")
            )
        return max(used, key=lambda text: (text.in_use_from, text.version))


def _has_begun(plan: PlanRow, there: list[CarePlan]) -> bool:
    """Whether the household has this plan, or a later one. Raises BadRow."""
    for known in there:
        ended = known.withdrawn_at
        if ended is not None and timezone.localdate(ended) >= plan.consent_on:
            raise BadRow("withdrawn", _("The household withdrew after this consent was given."))
        if known.purpose == plan.purpose and known.consent_on >= plan.consent_on:
            return True
    return False


def _without_plan(error: Exception) -> str:
    return _("The household was taken in, without its plan.") + " " + str(error)
