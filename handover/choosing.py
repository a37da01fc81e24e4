"""Forms that offer the first of many members and places, and find the others by a text."""

import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Member
from api.errors import GridwalkError
from handover import offers


def member_field(label: Any) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(Member.objects.none(), label=label, required=False)


def name_field() -> forms.CharField:
    """Beside a member field of the same name, with ``_username`` after it."""
    return forms.CharField(
        label=gettext_lazy("Or somebody’s name or user name"),
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


def text_field() -> forms.CharField:
    """Beside a list field of the same name, with ``_text`` after it; gone where all are listed."""
    return forms.CharField(
        label=gettext_lazy("Or its name or code"),
        required=False,
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class OfficeForm(forms.Form):
    """Shows what the domain refused beside the field it is about."""

    #: Made when the page is first shown: sent twice, it counts once.
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *arguments: Any, **more: Any) -> None:
        more["initial"] = {"key": uuid.uuid4(), **more.get("initial", {})}
        super().__init__(*arguments, **{"label_suffix": "", **more})
        self._offered: dict[str, QuerySet[Member]] = {}
        self._rows: dict[str, Mapping[str, Any]] = {}

    def refuse(self, error: GridwalkError) -> None:
        for name, sentences in (error.fields or {}).items():
            for sentence in sentences:
                self.add_error(name if name in self.fields else None, sentence)
        if not self.errors:
            self.add_error(None, str(error))

    def choose_from(
        self, name: str, choices: Iterable[tuple[Any, Any]], empty: bool = True
    ) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  for the type checker
        field.choices = [*([("", _("Choose …"))] if empty else []), *choices]

    def offer_members(self, name: str, members: QuerySet[Member], *, only: bool = False) -> None:
        """``only``: nobody else is chosen by number, as the answer tells of them. 1–2 queries."""
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  for the type checker
        self._offered[name] = members
        field.queryset = members if only else Member.objects.filter(is_active=True)
        rows = list(members[: offers.MOST + 1])
        more = len(rows) > offers.MOST
        rows = rows[: offers.MOST]
        chosen = self._chosen(name)
        if offers.is_number(chosen) and int(chosen) not in {one.pk for one in rows}:
            rows += members.filter(pk=chosen)
        self.choose_from(name, map(_member_choice, rows))
        if more:
            self.fields[f"{name}_username"].help_text = _listed_sentence()
        else:
            self.fields[f"{name}_username"].help_text = _(
                "A part of the name; of members who are new here the user name."
            )

    def take_member(self, name: str, given: dict[str, Any], *, anybody: bool = True) -> None:
        """Who is chosen, or one of those offered by a part of the name.

        ``anybody``: who is new here can be meant too, by the whole user name.
        """
        text = given.get(f"{name}_username", "").strip()
        if not text:
            if not given.get(name) and name not in self.errors:
                self.add_error(name, _("Choose a member."))
            return
        members = Member.objects.filter(is_active=True) if anybody else self._offered[name]
        exact = members.filter(username=text).first()
        named = offers.called(self._offered[name], text)
        found = [exact] if exact else list(named[: offers.MOST + 1])
        if given.get(name) not in found:
            given[name] = found[0] if len(found) == 1 else None
        if not found:
            self.add_error(f"{name}_username", _("Nobody here has this name or user name."))
        elif given[name] is None:
            self.choose_from(name, map(_member_choice, found[: offers.MOST]))
            self.add_error(name, _("Several have this name: choose one of them."))

    def offer_rows(self, name: str, rows: Mapping[str, Any], label: Callable[[Any], str]) -> None:
        """Rows by their keys; the text beside the list is there where not all are in it."""
        self._rows[name] = rows
        chosen = self._chosen(name)
        first = dict(list(rows.items())[: offers.MOST])
        if chosen in rows:
            first[chosen] = rows[chosen]
        self.choose_from(name, [(key, label(row)) for key, row in first.items()])
        if len(rows) > offers.MOST:
            self.fields[f"{name}_text"].help_text = _listed_sentence()
        else:
            del self.fields[f"{name}_text"]

    def take_row(
        self,
        name: str,
        given: dict[str, Any],
        is_it: Callable[[Any, str], bool],
        label: Callable[[Any], str],
    ) -> None:
        """The row that is chosen, or found by the text; None where there is none."""
        rows = self._rows[name]
        text = (given.get(f"{name}_text") or "").strip()
        key = given.get(name) or ""
        if text:
            found = {one: row for one, row in rows.items() if is_it(row, text)}
            if key not in found:
                key = next(iter(found)) if len(found) == 1 else ""
            if not found:
                self.add_error(f"{name}_text", _("Nothing here has this name or code."))
            elif not key:
                some = list(found.items())[: offers.MOST]
                self.choose_from(name, [(one, label(row)) for one, row in some])
                self.add_error(name, _("Several have this name: choose one of them."))
        elif not key and name not in self.errors:
            self.add_error(name, _("Choose one of the list."))
        given[name] = rows.get(key)

    def _chosen(self, name: str) -> str:
        """What the form was sent with, or begins with."""
        return str(self.data.get(name) or self.initial.get(name) or "")


def _member_choice(member: Member) -> tuple[int, str]:
    return member.pk, f"{member} ({member.username})"


def _listed_sentence() -> str:
    sentence = _("%d are listed. The others are found by a part of the name, or by its code.")
    return sentence % offers.MOST
