"""What a step or a report asks for on a page."""

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Member, Role
from api.errors import GridwalkError
from api.input import lon_lat
from cases.edits import WORDS
from cases.models import Case, Category, Crew
from cases.transitions import TABLE, Step
from grid.models import Level, Responsibility

#: Parts that a split offers rows for.
PART_ROWS = 4
#: Steps that may carry photos.
WITH_PHOTOS = frozenset({Step.FINISH, Step.VERIFY, Step.REWORK, Step.NOTE, Step.REOPEN})


class PositionFields(forms.Form):
    """Where the author stands, filled in by the browser; both or neither."""

    lon = forms.CharField(required=False, widget=forms.HiddenInput)
    lat = forms.CharField(required=False, widget=forms.HiddenInput)

    def point(self) -> Point | None:
        """The position (EPSG:4326), None where none was given; raises BadCoordinate."""
        lon, lat = self.cleaned_data.get("lon"), self.cleaned_data.get("lat")
        return Point(*lon_lat(lon, lat), srid=4326) if lon and lat else None


def category_choices(*, empty: str = "") -> list[Any]:
    """Groups with their categories in use, for a select. One query."""
    groups: dict[str, list[tuple[str, str]]] = {}
    for leaf in Category.objects.in_use():
        groups.setdefault(str(leaf.parent), []).append((leaf.code, str(leaf)))
    return [("", empty), *groups.items()]


class StepForm(PositionFields):
    """One step of a case; which fields it has follows from the table."""

    step = forms.ChoiceField(choices=Step.choices, widget=forms.HiddenInput)
    key = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(widget=forms.HiddenInput)
    note = forms.CharField(
        required=False,
        max_length=2000,
        label=gettext_lazy("Note"),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self, case: Case, step: Step, data: Any = None, files: Any = None, *, on: dt.date
    ) -> None:
        start = {"step": step, "key": uuid.uuid4(), "version": case.version}
        super().__init__(data, files, initial=start, auto_id=f"{step}-%s", label_suffix="")
        self.case, self.taken = case, step
        needs = TABLE[step].needs
        if "note" in needs:
            self.fields["note"].required = True
            self.fields["note"].label = _("Why")
        if step in WITH_PHOTOS:
            self.fields["photo"] = forms.FileField(
                required=False,
                label=_("Photo"),
                widget=forms.ClearableFileInput(attrs={"accept": "image/*"}),
            )
        if step == Step.NOTE:
            self.fields["note"].required = True
            self.fields["public"] = forms.BooleanField(
                required=False, label=_("Show it to whoever reported it")
            )
        if "to" in needs:
            self.fields["to"] = forms.ChoiceField(choices=_hands(case, on), label=_("To"))
            self.initial["to"] = f"crew:{case.crew_id}" if case.crew_id else ""
        if "until" in needs:
            self.fields["until"] = forms.DateField(
                label=_("Until"), widget=forms.DateInput(attrs={"type": "date"})
            )
        if "into" in needs:
            self.fields["into"] = forms.IntegerField(label=_("Number of the other case"))
        if "category" in needs:
            self.fields["category"] = forms.ChoiceField(
                choices=category_choices(), label=_("Category")
            )
            self.initial["category"] = case.category.code
        if "claimable" in needs:
            self.fields["claimable"] = forms.TypedChoiceField(
                choices=[("yes", _("Yes")), ("no", _("No"))],
                coerce=lambda value: value == "yes",
                label=_("Volunteers may claim it"),
                initial="no" if case.claimable else "yes",
            )
        if "changes" in needs:
            self.fields.update(forms.fields_for_model(Case, WORDS))
            self.initial.update({name: getattr(case, name) for name in WORDS})
            # What is wrong is in the words themselves.
            del self.fields["note"]
        if "parts" in needs:
            for number in range(1, PART_ROWS + 1):
                self.fields[f"part{number}"] = forms.ChoiceField(
                    choices=category_choices(), required=number <= 2, label=_("Part %s") % number
                )

    @property
    def label(self) -> str:
        return str(self.taken.label)

    @property
    def plain(self) -> bool:
        """Whether one press is enough: nothing needs to be said."""
        return not TABLE[self.taken].needs and self.taken not in (Step.NOTE, Step.VERIFY)

    def details(self) -> dict[str, Any]:
        """What the step decided, as rows; raises GridwalkError for what is not there."""
        given = self.cleaned_data
        found: dict[str, Any] = {
            name: given[name] for name in ("until", "claimable") if name in given
        }
        if given.get("to"):
            kind, _colon, number = given["to"].partition(":")
            rows: Any = Crew.objects if kind == "crew" else Member.objects
            found["crew" if kind == "crew" else "assignee"] = rows.get(pk=number)
        if given.get("category"):
            found["category"] = Category.objects.get(code=given["category"])
        if "changes" in TABLE[self.taken].needs:
            found["changes"] = {name: given[name] for name in WORDS}
        if "part1" in self.fields:
            codes = [given[f"part{number}"] for number in range(1, PART_ROWS + 1)]
            leaves = {leaf.code: leaf for leaf in Category.objects.filter(code__in=codes)}
            found["parts"] = [{"category": leaves[code]} for code in codes if code]
        return found

    def go_on_from(self, version: int) -> None:
        """Let the form, shown again, be about the case as it is now."""
        fresh = self.data.copy()  # type: ignore[attr-defined]
        fresh["version"] = str(version)
        self.data = fresh

    def refuse(self, error: GridwalkError) -> None:
        """Show what was refused beside the field it is about."""
        for name, sentences in (error.fields or {}).items():
            if name in self.fields:
                for sentence in sentences:
                    self.add_error(name, sentence)
        if not self.errors:
            self.add_error(None, str(error))


def _hands(case: Case, on: dt.date) -> list[Any]:
    """Crews, and the members responsible around the case, for a select. Two queries."""
    crews = [(f"crew:{crew.pk}", str(crew)) for crew in Crew.objects.filter(active=True)]
    codes = [case.area_code[:length] for length in Level.values if length <= len(case.area_code)]
    held = (
        Responsibility.objects.on(on)
        .filter(area__code__in=codes, area__level__gte=Level.COMMUNITY, member__is_active=True)
        .exclude(role__in=[Role.AUDITOR, Role.VOLUNTEER])
        .select_related("member")
        .order_by("-area__level", "member__name")
    )
    members = {f"member:{row.member_id}": str(row.member) for row in held}
    return [
        ("", ""),
        (_("Crews"), crews),
        (_("Members"), list(members.items())),
    ]


class NewCaseForm(PositionFields):
    """A member's report; the position is tapped on the map or taken from the receiver."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    #: The page of this site to go back to.
    back = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    #: Set by “Report it anyway”, after similar cases were shown.
    anyway = forms.BooleanField(required=False, widget=forms.HiddenInput)
    category = forms.ChoiceField(label=gettext_lazy("What is it about?"))
    description = forms.CharField(
        required=False,
        max_length=2000,
        label=gettext_lazy("What is wrong"),
        help_text=gettext_lazy("About the place; nothing about people."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    whereabouts = forms.CharField(
        required=False,
        max_length=200,
        label=gettext_lazy("Where exactly"),
        help_text=gettext_lazy("House number, floor, landmark"),
    )
    photo = forms.FileField(
        required=False,
        label=gettext_lazy("Photo"),
        widget=forms.ClearableFileInput(attrs={"accept": "image/*", "capture": "environment"}),
    )

    def __init__(
        self, data: Any = None, files: Any = None, *, initial: dict[str, Any] | None = None
    ) -> None:
        super().__init__(data, files, initial=initial, label_suffix="")
        self.fields["category"].choices = category_choices()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not (given.get("lon") and given.get("lat")):
            raise forms.ValidationError(_("Tap the place on the map, or use your position."))
        return given
