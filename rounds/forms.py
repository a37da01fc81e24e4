"""What the pages of plans ask for; whether it can be is said by `rounds.plans`."""

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Role
from api.errors import GridwalkError
from cases.office_forms import category_choices
from grid.models import Area
from rounds.items import Item
from rounds.models import ROLES, Cadence, RoundPlan
from rounds.plans import MOST_ITEMS, Terms

#: Empty rows for things that are added.
SPARE = 3


def day_field(**more: Any) -> forms.DateField:
    return forms.DateField(
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **more
    )


class TermsForm(forms.Form):
    """What a plan in force can be changed to: who, what is looked at, thresholds, the end."""

    role = forms.ChoiceField(
        label=gettext_lazy("Made by"),
        help_text=gettext_lazy("Whoever has this role in the area on the day."),
    )
    min_share = forms.IntegerField(
        label=gettext_lazy("Share of the streets that patrols must have walked (%)"),
        min_value=1,
        max_value=100,
        initial=60,
        help_text=gettext_lazy(
            "A round can be done by patrols that together walked this much, or by the checklist."
        ),
    )
    climb_after = forms.IntegerField(
        label=gettext_lazy("Overdue for so many days, it goes to the level above"),
        min_value=1,
        max_value=60,
        initial=3,
        help_text=gettext_lazy("After twice as many days, to the one above that."),
    )
    ends_on = day_field(
        label=gettext_lazy("Last day"),
        required=False,
        help_text=gettext_lazy(
            "Empty: until further notice. Rounds due later are no longer needed."
        ),
    )

    def __init__(
        self,
        *arguments: Any,
        items: Sequence[Item],
        roles: Sequence[Role] = tuple(dict.fromkeys(sum(ROLES.values(), ()))),
        **more: Any,
    ) -> None:
        super().__init__(*arguments, **{"label_suffix": "", **more})
        _choose(self, "role", [(role.value, role.label) for role in roles])
        choices = category_choices(empty=_("No proposal"))
        for number in range(MOST_ITEMS):
            item = items[number] if number < len(items) else None
            self.fields[f"key{number}"] = forms.SlugField(
                widget=forms.HiddenInput, required=False, max_length=40,
                initial=item.key if item else "",
            )  # fmt: skip
            for name, label in (("en", _("In English")), ("zh", _("In Chinese"))):
                self.fields[f"{name}{number}"] = forms.CharField(
                    label=label, required=False, max_length=120,
                    initial=getattr(item, name) if item else "",
                )  # fmt: skip
            self.fields[f"category{number}"] = forms.ChoiceField(
                label=_("Proposes a case of"), required=False, choices=choices,
                initial=item.category if item else "",
            )  # fmt: skip
        self.rows = min(len(items) + SPARE, MOST_ITEMS)

    @property
    def plain(self) -> Iterator[forms.BoundField]:
        """All fields but those of the checklist."""
        rows = {f"{name}{n}" for name in ("key", "en", "zh", "category") for n in range(MOST_ITEMS)}
        return (self[name] for name in self.fields if name not in rows)

    @property
    def lines(self) -> list[dict[str, forms.BoundField]]:
        """The fields of the checklist, row by row."""
        rows = range(MOST_ITEMS if self.is_bound else self.rows)
        return [
            {name: self[f"{name}{number}"] for name in ("key", "en", "zh", "category")}
            for number in rows
        ]

    def terms(self) -> Terms:
        given = self.cleaned_data
        items = [
            Item(
                given[f"key{number}"] or uuid.uuid4().hex[:8],
                given[f"en{number}"],
                given[f"zh{number}"],
                given[f"category{number}"],
            )
            for number in range(MOST_ITEMS)
        ]
        return Terms(
            given["role"], items, given["min_share"], given["climb_after"], given["ends_on"]
        )

    def refuse(self, error: GridwalkError) -> None:
        """Show what was refused beside the field it is about."""
        for name, sentences in (error.fields or {}).items():
            for sentence in sentences:
                self.add_error(name if name in self.fields else None, sentence)
        if not self.errors:
            self.add_error(None, str(error))


class NewPlanForm(TermsForm):
    """A new plan: the area and how often too, which stay."""

    #: Made when the page is first shown: sent twice, it is one plan.
    key = forms.UUIDField(widget=forms.HiddenInput)
    area = forms.ChoiceField(label=gettext_lazy("Area"))
    cadence = forms.ChoiceField(
        label=gettext_lazy("Rhythm"),
        choices=Cadence.choices,
        help_text=gettext_lazy(
            "Usually every week in a community, twice a month in a subdistrict (until the 15th and"
            " until the month’s end), every month in a district."
        ),
    )
    starts_on = day_field(label=gettext_lazy("First day"))
    field_order = ["area", "cadence", "role", "starts_on", "ends_on", "min_share", "climb_after"]

    def __init__(self, *arguments: Any, areas: Sequence[Area], **more: Any) -> None:
        more["initial"] = {"key": uuid.uuid4(), **more.get("initial", {})}
        super().__init__(*arguments, **more)
        self.areas = {area.code: area for area in areas}
        _choose(self, "area", [(area.code, f"{area.name} ({area.code})") for area in areas])

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        given["area"] = self.areas.get(given.get("area", ""))
        return given


def terms_form(plan: RoundPlan, items: Sequence[Item], data: Any = None) -> TermsForm:
    """The form to change a plan."""
    start = {name: getattr(plan, name) for name in ("role", "min_share", "climb_after", "ends_on")}
    return TermsForm(data, items=items, roles=ROLES[plan.area.level], initial=start)


def _choose(form: forms.Form, name: str, choices: list[tuple[str, Any]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101  for the type checker
    field.choices = choices
