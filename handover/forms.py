"""What the pages of responsibility ask for; whether it can be is said by the domain's functions."""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Member, Role
from api.errors import GridwalkError
from grid.models import Area, Level, Responsibility, Street
from handover.holding import DAY
from handover.powers import LEVELS, Powers

#: Members to choose from; the others are named by their user name.
MOST_MEMBERS = 500
#: Areas to choose from.
MOST_AREAS = 2000
#: Who held something here so lately is offered.
LATELY = 365 * DAY


def day_field(**more: Any) -> forms.DateField:
    return forms.DateField(
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **more
    )


def offered_members(powers: Powers, today: dt.date) -> list[Member]:
    """Active members who hold something in the scope, or held it lately, by name. One query."""
    scope = powers.scope
    rows = Responsibility.objects.filter(
        scope.filter("area__code") | scope.filter("street__community__code")
    ).exclude(ends_on__lt=today - LATELY)
    found = Member.objects.filter(pk__in=rows.values("member"), is_active=True)
    return list(found.only("username", "name").order_by("name", "username")[:MOST_MEMBERS])


def asked_now(request: HttpRequest) -> QueryDict:
    """What the address asks for, with a fresh key for what is sent from the page."""
    data = request.GET.copy()
    data["key"] = str(uuid.uuid4())
    return data


class OfficeForm(forms.Form):
    """Shows what the domain refused beside the field it is about."""

    #: Made when the page is first shown: sent twice, it counts once.
    key = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *arguments: Any, **more: Any) -> None:
        more["initial"] = {"key": uuid.uuid4(), **more.get("initial", {})}
        super().__init__(*arguments, **{"label_suffix": "", **more})

    def refuse(self, error: GridwalkError) -> None:
        for name, sentences in (error.fields or {}).items():
            for sentence in sentences:
                self.add_error(name if name in self.fields else None, sentence)
        if not self.errors:
            self.add_error(None, str(error))

    def _offer(self, name: str, members: Iterable[Member], *, only: bool = False) -> None:
        """``only``: nobody else can be meant, as the answer tells of them."""
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101  for the type checker
        members = list(members)
        anybody = Member.objects.filter(is_active=True)
        field.queryset = anybody.filter(pk__in=[one.pk for one in members]) if only else anybody
        choices = [(one.pk, f"{one} ({one.username})") for one in members]
        field.choices = [("", _("Choose …")), *choices]

    def _by_username(self, name: str, given: dict[str, Any]) -> None:
        """Somebody who is not offered is named by their user name."""
        username = given.get(f"{name}_username", "").strip()
        if username:
            given[name] = Member.objects.filter(username=username, is_active=True).first()
            if given[name] is None:
                self.add_error(f"{name}_username", _("Nobody has this user name."))
        elif not given.get(name) and name not in self.errors:
            self.add_error(name, _("Choose a member."))


def _member_field(label: Any) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(Member.objects.none(), label=label, required=False)


def _username_field(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=150,
        help_text=gettext_lazy("For members who are new here."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class GiveForm(OfficeForm):
    """A new responsibility."""

    member = _member_field(gettext_lazy("Member"))
    member_username = _username_field(gettext_lazy("Or somebody else’s user name"))
    role = forms.ChoiceField(label=gettext_lazy("Role"))
    area = forms.ChoiceField(label=gettext_lazy("Area"))
    street = forms.CharField(
        label=gettext_lazy("Only this street"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("Its name, for a street of a community; leave empty for the area."),
    )
    starts_on = day_field(label=gettext_lazy("First day"))
    ends_on = day_field(
        label=gettext_lazy("Last day"),
        required=False,
        help_text=gettext_lazy("Empty: until further notice."),
    )

    def __init__(
        self,
        *arguments: Any,
        powers: Powers,
        members: Iterable[Member],
        areas: list[Area],
        **more: Any,
    ) -> None:
        super().__init__(*arguments, **more)
        self._offer("member", members)
        self.areas = {area.code: area for area in areas}
        self._choices("area", [(area.code, f"{area.name} ({area.code})") for area in areas])
        roles = [role for role in LEVELS if any(powers.may_give(role, area.code) for area in areas)]
        self._choices("role", [(role.value, role.label) for role in roles])

    def _choices(self, name: str, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  for the type checker
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        self._by_username("member", given)
        given["area"] = self.areas.get(given.get("area", ""))
        name = given.get("street", "").strip()
        given["street"] = None
        if name and given["area"] is not None:
            code = given["area"].code[: Level.COMMUNITY]
            found = Street.objects.filter(name=name, community__code=code)
            given["street"] = found.select_related("community").first()
            if given["street"] is None:
                self.add_error("street", _("There is no street of this name in that community."))
            else:
                given["area"] = given["street"].community
        return given


class DaysForm(OfficeForm):
    """Other days of a responsibility."""

    starts_on = day_field(label=gettext_lazy("First day"))
    ends_on = day_field(
        label=gettext_lazy("Last day"),
        required=False,
        help_text=gettext_lazy("Empty: until further notice."),
    )


class MoveForm(OfficeForm):
    """A cell from one member to another."""

    held = forms.ChoiceField(label=gettext_lazy("Cell, and who hands it over"))
    taker = _member_field(gettext_lazy("Who takes over"))
    taker_username = _username_field(gettext_lazy("Or somebody else’s user name"))
    starts_on = day_field(label=gettext_lazy("First day of the new one"))
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("For both and the office; nothing about residents."),
    )

    def __init__(
        self, *arguments: Any, members: Iterable[Member], held: list[Responsibility], **more: Any
    ) -> None:
        super().__init__(*arguments, **more)
        self._offer("taker", members)
        self.holding = {f"{row.area_id}-{row.member_id}": row for row in held}
        field = self.fields["held"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  for the type checker
        names = [
            (key, f"{row.area.name}: {row.member}") for key, row in self.holding.items() if row.area
        ]
        field.choices = [("", _("Choose …")), *names]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        self._by_username("taker", given)
        given["held"] = self.holding.get(given.get("held", ""))
        return given


class LeaveForm(OfficeForm):
    """Who is away from when to when, and who covers."""

    member = _member_field(gettext_lazy("Who is away"))
    cover = _member_field(gettext_lazy("Who covers"))
    cover_username = _username_field(gettext_lazy("Or somebody else’s user name"))
    starts_on = day_field(label=gettext_lazy("First day away"))
    ends_on = day_field(label=gettext_lazy("Last day away"))

    def __init__(self, *arguments: Any, members: list[Member], **more: Any) -> None:
        super().__init__(*arguments, **more)
        self._offer("member", members, only=True)
        self._offer("cover", members, only=True)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        self._by_username("cover", given)
        if not given.get("member") and "member" not in self.errors:
            self.add_error("member", _("Choose a member."))
        return given


class EndLeaveForm(OfficeForm):
    ends_on = day_field(label=gettext_lazy("Last day away"))


def offered_areas(powers: Powers) -> list[Area]:
    """Areas in which something is the member's to give, by code. One query."""
    rows = Area.objects.current().in_scope(powers.scope).only("code", "name", "level")
    return [
        area
        for area in rows.order_by("code")[:MOST_AREAS]
        if any(powers.may_give(role, area.code) for role in LEVELS)
    ]


def held_cells(powers: Powers, day: dt.date) -> list[Responsibility]:
    """Workers of cells who can hand them over, by cell. One query."""
    scope = powers.scope.filter("area__code")
    rows = Responsibility.objects.filter(scope, role=Role.WORKER, cover_of=None)
    rows = rows.filter(area__level=Level.CELL, area__retired_on=None).exclude(ends_on__lt=day)
    return list(
        rows.select_related("member", "area")
        .defer("area__geometry", "area__tile_geometry")
        .order_by("area__code", "starts_on", "pk")[:MOST_AREAS]
    )
