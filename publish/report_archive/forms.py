"""What the pages of reports ask for."""

import datetime as dt
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import Q
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import Member
from accounts.scope import Scope
from grid.models import Area, Level, Responsibility
from grid.responsibility import SEEING_ROLES, scope_of
from handover.forms import OfficeForm, day_field
from publish.coverage_report.formats import FORMATS
from publish.models import ReportSchedule
from publish.report_archive.models import LANGUAGES
from publish.report_archive.schedules import DAY, Period, last_month, last_week

#: Areas to choose from; above so many cells are left out.
MOST_AREAS = 600
#: Members to choose from, and of one schedule.
MOST_MEMBERS, MOST_RECIPIENTS = 500, 50
PRESETS = (
    ("last-week", gettext_lazy("last week")),
    ("this-week", gettext_lazy("this week, until today")),
    ("last-month", gettext_lazy("last month")),
    ("days", gettext_lazy("other days")),
)
USUAL = ("html", "pdf", "xlsx")


def period_of(preset: str, today: dt.date) -> Period:
    """First and last day of a named period."""
    if preset == "this-week":
        return today - today.weekday() * DAY, today
    return last_month(today) if preset == "last-month" else last_week(today)


def offered_areas(scope: Scope) -> list[Area]:
    """Areas of the scope by code; without cells where there are many. One or two queries."""
    rows = Area.objects.current().in_scope(scope).only("code", "name", "level").order_by("code")
    found = list(rows[: MOST_AREAS + 1])
    if len(found) > MOST_AREAS:
        found = list(rows.filter(level__lt=Level.CELL)[:MOST_AREAS])
    return found


def offered_recipients(scope: Scope, member: Member, today: dt.date) -> list[Member]:
    """Members who see figures within the scope or above it, and the member. One query."""
    above = {prefix[:digits] for prefix in scope.prefixes for digits in Level.values}
    near = Q() if scope.everywhere else scope.filter("area__code") | Q(area__code__in=above)
    held = Responsibility.objects.on(today).filter(near, role__in=SEEING_ROLES)
    rows = Member.objects.filter(Q(pk__in=held.values("member")) | Q(pk=member.pk), is_active=True)
    return list(rows.only("username", "name", "email").order_by("name", "username")[:MOST_MEMBERS])


class _MadeForm(OfficeForm):
    """Area, languages and formats, which both forms ask for."""

    area = forms.ChoiceField(label=gettext_lazy("Area"))
    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages"), widget=forms.CheckboxSelectMultiple
    )
    formats = forms.MultipleChoiceField(
        label=gettext_lazy("Formats"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        choices=[(name, one.title) for name, one in FORMATS.items() if name != "html"],
        help_text=gettext_lazy("The page to read is always made."),
    )

    def __init__(self, *arguments: Any, areas: list[Area], **more: Any) -> None:
        language = get_language() if get_language() in LANGUAGES else settings.LANGUAGE_CODE
        more["initial"] = {"languages": [language], "formats": USUAL, **more.get("initial", {})}
        super().__init__(*arguments, **more)
        self.areas = {area.code: area for area in areas}
        names = [(area.code, f"{area.name} ({area.code})") for area in areas]
        self._choices("area", names)
        known = dict(settings.LANGUAGES)
        self._choices("languages", [(code, known.get(code, code)) for code in LANGUAGES])

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  for the type checker
        field.choices = choices

    def clean_area(self) -> Area:
        return self.areas[self.cleaned_data["area"]]


class MakeForm(_MadeForm):
    """One report, now."""

    period = forms.ChoiceField(label=gettext_lazy("Which days"), choices=PRESETS)
    start = day_field(label=gettext_lazy("First day"), required=False)
    end = day_field(
        label=gettext_lazy("Last day"),
        required=False,
        help_text=gettext_lazy("For “other days”; 366 days at most."),
    )
    tell = forms.BooleanField(label=gettext_lazy("E-mail me when it is ready"), required=False)
    field_order = ("area", "period", "start", "end", "languages", "formats", "tell", "key")

    def __init__(self, *arguments: Any, today: dt.date, mail: bool, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.today = today
        if not mail:
            del self.fields["tell"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if given.get("period") != "days":
            given["start"], given["end"] = period_of(given.get("period", ""), self.today)
            return given
        for name in ("start", "end"):
            if not given.get(name) and name not in self.errors:
                self.add_error(name, _("Which day?"))
        return given


class ScheduleForm(_MadeForm):
    """Reports that are made by themselves."""

    every = forms.ChoiceField(label=gettext_lazy("Repeats"), choices=ReportSchedule.Every.choices)
    recipients = forms.MultipleChoiceField(
        label=gettext_lazy("Who gets an e-mail with the link"),
        required=False,
        help_text=gettext_lazy("Only members who may see the reports of the area."),
    )
    active = forms.BooleanField(label=gettext_lazy("Active"), required=False, initial=True)
    field_order = ("area", "every", "languages", "formats", "recipients", "active", "key")

    def __init__(self, *arguments: Any, members: list[Member], today: dt.date, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.today = today
        self.members = {str(one.pk): one for one in members}
        self._choices("recipients", [(key, str(one)) for key, one in self.members.items()])

    def clean_recipients(self) -> list[Member]:
        """Raises ValidationError for somebody who may not see the reports."""
        chosen = [self.members[key] for key in self.cleaned_data["recipients"]]
        if len(chosen) > MOST_RECIPIENTS:
            raise forms.ValidationError(_("Choose %s members at most.") % MOST_RECIPIENTS)
        area = self.cleaned_data.get("area")
        blind = [
            str(one) for one in chosen if area and not scope_of(one, self.today).covers(area.code)
        ]
        if blind:
            raise forms.ValidationError(
                _("May not see the reports of this area: %s") % ", ".join(blind[:5])
            )
        return chosen
