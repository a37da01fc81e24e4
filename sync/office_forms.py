"""Forms of the office about what was not taken in: other values, or why it is discarded."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from cases.office_forms import category_choices
from cases.serializers import LeafField, PlaceField
from households.models import CarePlan, ChecklistItem
from households.visit_pages import SAID
from households.visits import ANSWERS
from sync import kinds
from sync.models import Operation
from sync.office_shown import NAMES, PASSED_OVER, body_of

#: What says which record it is, or was only decided on the tablet, stays as it was sent.
FIXED = PASSED_OVER | {"case", "saw", "photos", "keep", "public", "claimable", "parts", "into"}
#: Of a step besides: it is taken in the sender's name, so nobody else says what it was, or that
#: the sender stood there.
FIXED_OF = {"case.step": FIXED | {"step", "lon", "lat", "location"}}
#: Words longer than this get a field of several lines.
LONG = 200
ANSWER = "answer-"


class DiscardForm(forms.Form):
    reason = forms.CharField(
        max_length=500,
        label=_("Why it is discarded"),
        help_text=_("Whoever sent it reads this on the tablet."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class BodyForm(forms.Form):
    """The fields of an operation's kind that can be changed, as they were sent.

    They come from the serializer that checks the body; what is decided about each value is its
    affair, so that a form and a tablet are judged alike.
    """

    def __init__(self, operation: Operation, data: Any = None) -> None:
        super().__init__(data, label_suffix="", auto_id="change-%s")
        self.body = body_of(operation)
        if not kinds.known(operation.kind) or operation.kind.startswith("patrol."):
            return
        self.fixed = FIXED_OF.get(operation.kind, FIXED)
        body = kinds.find(operation.kind).body()
        self._add(body.fields, self.body)
        if isinstance(changes := self.body.get("changes"), dict):
            nested: Any = body.fields["changes"]
            self._add({n: f for n, f in nested.fields.items() if n in changes}, changes)
        if operation.kind == "visit.record":
            self._add_answers()

    def _add(self, fields: Any, values: dict[str, Any]) -> None:
        for name, field in fields.items():
            made = None if name in self.fixed else _form_field(field)
            if made is not None:
                made.label, made.required = NAMES.get(name, name), False
                self.fields[name] = made
                self.initial[name] = values.get(name)
            if isinstance(field, PlaceField) and name in values and name not in self.fixed:
                self._add_place(values[name])

    def _add_place(self, place: Any) -> None:
        sound = isinstance(place, list) and len(place) == 2
        for number, name in enumerate(("lon", "lat")):
            self.fields[name] = _number()
            self.fields[name].label = NAMES[name]
            self.initial[name] = place[number] if sound else None

    def _add_answers(self) -> None:
        plan = CarePlan.objects.filter(pk=str(self.body.get("plan"))[:36])
        items = ChecklistItem.objects.filter(checklist__in=plan.values("checklist"))
        given = self.body.get("answers")
        for item in items.filter(retired=False):
            choices = [(value, SAID[value]) for value in ANSWERS[ChecklistItem.Kind(item.kind)]]
            name = f"{ANSWER}{item.key}"
            self.fields[name] = forms.ChoiceField(
                choices=[("", "–"), *choices], required=False, label=str(item)
            )
            self.initial[name] = given.get(item.key) if isinstance(given, dict) else None

    def changed_body(self) -> dict[str, Any]:
        """The body with the values of the form; what it does not show stays as it was."""
        given = self.cleaned_data
        changes = self.body.get("changes")
        body = dict(self.body)
        nested = dict(changes) if isinstance(changes, dict) else None
        answers: dict[str, str] = {}
        for name, value in given.items():
            if name.startswith(ANSWER):
                if value:
                    answers[name.removeprefix(ANSWER)] = value
            elif nested is not None and name in nested:
                nested[name] = value
            elif value in (None, "") and not self.body.get(name):
                continue
            else:
                # What is kept and run is JSON, as a tablet would have sent it.
                body[name] = value.isoformat() if isinstance(value, dt.date) else value
        if nested is not None:
            if "place" in nested:
                nested["place"] = [body.pop("lon", None), body.pop("lat", None)]
            body["changes"] = nested
        if answers or "answers" in body:
            body["answers"] = answers if body.get("state") == "done" else {}
        return body


def _number() -> forms.Field:
    return forms.FloatField(required=False, widget=forms.NumberInput(attrs={"step": "any"}))


def _form_field(field: serializers.Field) -> forms.Field | None:
    """A form's field for one of a serializer; None for what a person cannot type."""
    if isinstance(field, LeafField):
        return forms.ChoiceField(choices=category_choices())
    if isinstance(field, serializers.ChoiceField):
        return forms.ChoiceField(choices=list(field.choices.items()))
    if isinstance(field, serializers.FloatField):
        return _number()
    if isinstance(field, serializers.IntegerField | serializers.PrimaryKeyRelatedField):
        return forms.IntegerField()
    if isinstance(field, serializers.DateField):
        return forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    if isinstance(field, serializers.CharField) and not isinstance(field, serializers.UUIDField):
        long = (field.max_length or 0) > LONG
        return forms.CharField(
            max_length=field.max_length,
            widget=forms.Textarea(attrs={"rows": 3}) if long else forms.TextInput(),
        )
    return None
