"""What the pages of households ask for; whether it can be is said by the domain's own functions."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from api.errors import BadInput, GridwalkError
from households.models import (
    BuildingHead,
    Cadence,
    CarePlan,
    Checklist,
    ConsentText,
    Household,
    Purpose,
)
from households.plan_rules import Consent, latest_end
from households.register import MOST_CONTACT, MOST_PEOPLE

#: Rows that a plan's form has for times that suit.
WINDOW_ROWS = 3
_WORDS_CHANGED = gettext_lazy("The words of the consent have changed. Read the new ones out first.")
_DAYS = [(number + 1, name) for number, name in WEEKDAYS_ABBR.items()]


def _day(**more: Any) -> forms.DateField:
    return forms.DateField(
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **more
    )


def _words(most: int, label: Any, **more: Any) -> forms.CharField:
    attributes = {"autocomplete": "off", **more.pop("attrs", {})}
    field = forms.CharField(
        required=more.pop("required", False), max_length=most, label=label, **more
    )
    field.widget.attrs.update(attributes)
    return field


class CareForm(forms.Form):
    """Shows what the domain refused beside the field it is about."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **{"label_suffix": "", **more})

    def refuse(self, error: GridwalkError) -> None:
        for name, sentences in (error.fields or {}).items():
            for sentence in sentences:
                self.add_error(name if name in self.fields else None, sentence)
        if not self.errors:
            self.add_error(None, str(error))


class ConsentFields(CareForm):
    """Who said yes to the words that the page shows, how and when."""

    consent_text = forms.ModelChoiceField(
        ConsentText.objects.all(),
        widget=forms.HiddenInput,
        required=False,
        error_messages={"invalid_choice": _WORDS_CHANGED},
    )
    agreed = forms.BooleanField(
        label=gettext_lazy("These words were shown or read out, and the household agrees to them."),
        error_messages={
            "required": gettext_lazy("Without the household's consent nothing is recorded.")
        },
    )
    consent_by = forms.ChoiceField(
        label=gettext_lazy("Who gave the consent?"),
        choices=CarePlan.GivenBy.choices,
        widget=forms.RadioSelect,
    )
    consent_name = _words(
        80,
        gettext_lazy("Their name"),
        help_text=gettext_lazy("Needed for a representative only."),
    )
    consent_how = forms.ChoiceField(
        label=gettext_lazy("How was it given?"),
        choices=CarePlan.GivenHow.choices,
        widget=forms.RadioSelect,
    )
    consent_on = _day(label=gettext_lazy("On which day?"))

    def __init__(self, *arguments: Any, today: dt.date, **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.today = today
        self.text = ConsentText.objects.filter(in_use_from__lte=today).last()
        self.initial.setdefault("consent_on", today)
        self.initial.setdefault("consent_text", self.text)

    @property
    def words_in(self) -> str:
        """In which language the words are shown first."""
        asked = str(self.data.get("words", ""))
        if asked in ("en", "zh"):
            return asked
        return "zh" if (get_language() or "").startswith("zh") else "en"

    def consent(self) -> Consent:
        """Raises BadInput where the words changed since the page was shown, or there are none."""
        given = self.cleaned_data
        if self.text is None:
            raise BadInput(_("There are no words to agree to. Ask an administrator to add them."))
        if given["consent_text"] != self.text:
            raise BadInput(_WORDS_CHANGED)
        return Consent(
            by=given["consent_by"],
            name=given["consent_name"],
            how=given["consent_how"],
            on=given["consent_on"],
            text=self.text,
        )

    def show_words_in_use(self) -> None:
        """Let the form, shown again, be about the words that it shows."""
        fresh = self.data.copy()  # type: ignore[attr-defined]
        fresh["consent_text"] = str(self.text.pk if self.text else "")
        self.data = fresh


class RenewForm(ConsentFields):
    """A plan agreed to anew."""

    ends_on = _day(
        label=gettext_lazy("Until"),
        help_text=gettext_lazy("A year at most; then it is renewed with the household."),
    )


class PlanForm(RenewForm):
    """A new plan."""

    purpose = forms.ChoiceField(
        label=gettext_lazy("What are the visits for?"), choices=[("", ""), *Purpose.choices]
    )
    cadence = forms.ChoiceField(
        label=gettext_lazy("How often?"), choices=[("", ""), *Cadence.choices]
    )
    checklist = forms.ModelChoiceField(
        Checklist.objects.filter(retired=False),
        required=False,
        label=gettext_lazy("What is asked on a visit"),
        empty_label=gettext_lazy("the list proposed for the purpose"),
    )
    starts_on = _day(label=gettext_lazy("From"))

    def __init__(self, *arguments: Any, today: dt.date, **more: Any) -> None:
        super().__init__(*arguments, today=today, **more)
        self.initial.setdefault("starts_on", today)
        self.initial.setdefault("ends_on", latest_end(today))
        for row in range(1, WINDOW_ROWS + 1):
            self.fields[f"days{row}"] = forms.TypedMultipleChoiceField(
                choices=_DAYS,
                coerce=int,
                required=False,
                label=_("Days"),
                widget=forms.CheckboxSelectMultiple,
            )
            for name, label in (("from", _("from")), ("to", _("to"))):
                self.fields[f"{name}{row}"] = forms.TimeField(
                    required=False,
                    label=label,
                    widget=forms.TimeInput(format="%H:%M", attrs={"type": "time"}),
                )

    @property
    def window_rows(self) -> list[list[forms.BoundField]]:
        """Bound fields by row: days, from, to."""
        return [
            [self[f"{name}{row}"] for name in ("days", "from", "to")]
            for row in range(1, WINDOW_ROWS + 1)
        ]

    def windows(self) -> list[dict[str, Any]]:
        """Times that suit as CarePlan keeps them; rows left empty are none."""
        found = []
        for row in range(1, WINDOW_ROWS + 1):
            days, opens, closes = (
                self.cleaned_data[f"{name}{row}"] for name in ("days", "from", "to")
            )
            if days or opens or closes:
                found.append({"days": days, "from": _clock(opens), "to": _clock(closes)})
        return found

    def chosen_checklist(self) -> Checklist:
        """The one chosen, else the one proposed for the purpose. Raises BadInput for none."""
        given = self.cleaned_data
        in_use = Checklist.objects.filter(retired=False)
        found = (
            given["checklist"]
            or in_use.filter(purpose=given["purpose"]).first()
            or in_use.filter(purpose="").first()
        )
        if found is None:
            none = _("No checklist is proposed for this purpose; choose one.")
            raise BadInput(none, fields={"checklist": [none]})
        return found


def _clock(time: dt.time | None) -> str:
    return f"{time:%H:%M}" if time else ""


class DoorForm(CareForm):
    """The way from the building's front to the door."""

    entrance = _words(20, gettext_lazy("Entrance"))
    floor = _words(10, gettext_lazy("Floor"))
    label = _words(20, gettext_lazy("Door"))


class DetailsForm(CareForm):
    """What a household may tell about itself; all of it may stay empty."""

    people = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=MOST_PEOPLE,
        label=gettext_lazy("Number of people"),
        help_text=gettext_lazy("May stay empty."),
    )
    contact = _words(
        MOST_CONTACT,
        gettext_lazy("Contact"),
        help_text=gettext_lazy(
            "A name and a telephone number, if the household wants to give them."
        ),
    )
    language = _words(
        10,
        gettext_lazy("Language"),
        help_text=gettext_lazy("Spoken at the door."),
        attrs={"list": "languages"},
    )

    @property
    def languages(self) -> list[str]:
        """Proposals for the language, by its own name; any other can be written."""
        return ["普通话", "粤语", "English"]


class ChangeForm(DetailsForm):
    """Details of a household, and a sign of what they were when the page was shown."""

    seen = forms.CharField(widget=forms.HiddenInput)

    def is_about(self, household: Household) -> bool:
        """Whether the household is still as it was when the page was shown."""
        return constant_time_compare(self.cleaned_data["seen"], seen(household))

    def go_on_from(self, household: Household) -> None:
        """Let the form, shown again, be about the household as it is now."""
        fresh = self.data.copy()  # type: ignore[attr-defined]
        fresh["seen"] = seen(household)
        self.data = fresh


def seen(household: Household) -> str:
    """A sign of the household's details that tells nothing of them."""
    details = repr((household.people, household.contact, household.language))
    return salted_hmac("households.details", details, algorithm="sha256").hexdigest()


class TakeInForm(DoorForm, DetailsForm, PlanForm):
    """A door, the household behind it, and its first plan: nothing is kept without consent."""


class OutsideForm(DoorForm):
    """A door outside the own area, and why somebody needs to look behind it."""

    why = _words(
        200,
        gettext_lazy("Why do you need to look?"),
        required=True,
        help_text=gettext_lazy("In a sentence; the coordinator will read it."),
    )


class HeadForm(CareForm):
    """Who speaks for a building."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Elected, or a volunteer?"),
        choices=BuildingHead.Kind.choices,
        widget=forms.RadioSelect,
    )
    name = _words(80, gettext_lazy("Name"), required=True)
    contact = _words(MOST_CONTACT, gettext_lazy("Contact"))
    starts_on = _day(label=gettext_lazy("From"))
