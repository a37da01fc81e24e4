"""What the pages of responsibility ask for; whether it can be is said by the domain's functions."""

import uuid
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Member
from grid.models import Area, Level, Responsibility, Street
from handover import offers
from handover.choosing import OfficeForm, member_field, name_field, text_field
from handover.powers import LEVELS, Powers


def day_field(**more: Any) -> forms.DateField:
    return forms.DateField(
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}), **more
    )


def asked_now(request: HttpRequest) -> QueryDict:
    """What the address asks for, with a fresh key for what is sent from the page."""
    data = request.GET.copy()
    data["key"] = str(uuid.uuid4())
    return data


class GiveForm(OfficeForm):
    """A new responsibility."""

    member = member_field(gettext_lazy("Member"))
    member_username = name_field()
    role = forms.ChoiceField(label=gettext_lazy("Role"))
    area = forms.ChoiceField(label=gettext_lazy("Area"), required=False)
    area_text = text_field()
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
        members: QuerySet[Member],
        areas: list[Area],
        **more: Any,
    ) -> None:
        super().__init__(*arguments, **more)
        self.offer_members("member", members)
        self.offer_rows("area", {area.code: area for area in areas}, _area_label)
        roles = [role for role in LEVELS if any(powers.may_give(role, area.code) for area in areas)]
        self.choose_from("role", [(role.value, role.label) for role in roles], empty=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        self.take_member("member", given)
        self.take_row("area", given, offers.area_is, _area_label)
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

    held = forms.ChoiceField(label=gettext_lazy("Cell, and who hands it over"), required=False)
    held_text = text_field()
    taker = member_field(gettext_lazy("Who takes over"))
    taker_username = name_field()
    starts_on = day_field(label=gettext_lazy("First day of the new one"))
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=200,
        help_text=gettext_lazy("For both and the office; nothing about residents."),
    )

    def __init__(
        self, *arguments: Any, members: QuerySet[Member], held: list[Responsibility], **more: Any
    ) -> None:
        super().__init__(*arguments, **more)
        self.offer_members("taker", members)
        holding = {f"{row.area_id}-{row.member_id}": row for row in held}
        self.offer_rows("held", holding, _held_label)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        self.take_member("taker", given)
        self.take_row("held", given, offers.held_is, _held_label)
        return given


class LeaveForm(OfficeForm):
    """Who is away from when to when, and who covers."""

    member = member_field(gettext_lazy("Who is away"))
    member_username = name_field()
    cover = member_field(gettext_lazy("Who covers"))
    cover_username = name_field()
    starts_on = day_field(label=gettext_lazy("First day away"))
    ends_on = day_field(label=gettext_lazy("Last day away"))

    def __init__(self, *arguments: Any, members: QuerySet[Member], **more: Any) -> None:
        super().__init__(*arguments, **more)
        self.offer_members("member", members, only=True)
        self.offer_members("cover", members, only=True)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        self.take_member("member", given, anybody=False)
        self.take_member("cover", given)
        return given


class EndLeaveForm(OfficeForm):
    ends_on = day_field(label=gettext_lazy("Last day away"))


def _area_label(area: Area) -> str:
    return f"{area.name} ({area.code})"


def _held_label(row: Responsibility) -> str:
    return f"{row.area.name if row.area else ''}: {row.member}"
