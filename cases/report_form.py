"""The form of a resident's report: what is checked, and what it says when something is missing."""

import datetime as dt
import uuid
from contextlib import suppress
from itertools import groupby
from typing import Any

from django import forms
from django.contrib.gis.geos import Point
from django.core import signing
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from api.errors import GridwalkError
from api.input import lon_lat
from cases.deeds import MOST_PHOTOS
from cases.dispatch import place
from cases.models import Category, Photo
from cases.surroundings import Spot, search
from streetlights.models import Lamp

STAMP, PHOTOS = "cases.report.stamp", "cases.report.photos"
#: How long an open page, and the photos sent with it, can still be sent.
OPEN_FOR = dt.timedelta(days=1)


def offered(lamp: Lamp | None = None) -> QuerySet[Category]:
    """What residents may report; of a lamp, what concerns lamps."""
    found = Category.objects.in_use().filter(residents=True)
    return found if lamp is None else found.filter(lamps=True)


def in_groups(categories: QuerySet[Category]) -> list[tuple[Category, list[Category]]]:
    """Each group with its categories, in order."""
    return [
        (group, list(leaves))
        for group, leaves in groupby(categories, key=lambda leaf: leaf.parent)
        if group is not None
    ]


def new_stamp() -> str:
    """Signed into a page: the key of the report to come. Sent twice, it is one report."""
    return signing.dumps(uuid.uuid4().hex, salt=STAMP)


def key_of(stamp: str) -> uuid.UUID | None:
    """The key in a stamp; None where it is forged or too old."""
    try:
        return uuid.UUID(signing.loads(stamp, salt=STAMP, max_age=OPEN_FOR))
    except signing.BadSignature:
        return None


def sign_photo(photo: Photo) -> str:
    """What a page names a photo by that was sent before its report is."""
    return signing.dumps(photo.pk.hex, salt=PHOTOS)


def signed_photos(names: list[str]) -> list[Photo]:
    """The photos that a page sent before; they still belong to nothing."""
    keys = []
    for name in names[:MOST_PHOTOS]:
        with suppress(signing.BadSignature):
            keys.append(uuid.UUID(signing.loads(name, salt=PHOTOS, max_age=OPEN_FOR)))
    return list(Photo.objects.filter(pk__in=keys, event=None, uploader=None).order_by("pk"))


class ReportForm(forms.Form):
    """Checked, it has ``point`` (EPSG:4326); with several places to choose from, ``spots``."""

    stamp = forms.CharField(required=False)
    kept = forms.CharField(required=False)
    lamp = forms.ModelChoiceField(Lamp.objects.all(), required=False)
    spot = forms.CharField(required=False, max_length=60)
    whereabouts = forms.CharField(
        required=False,
        max_length=200,
        error_messages={"max_length": gettext_lazy("At most %(limit_value)s characters.")},
    )
    category = forms.ModelChoiceField(
        offered(),
        to_field_name="code",
        error_messages={
            "required": gettext_lazy("Choose what is wrong."),
            "invalid_choice": gettext_lazy("This is not taken in here; choose another category."),
        },
    )
    description = forms.CharField(
        required=False,
        max_length=2000,
        error_messages={"max_length": gettext_lazy("At most %(limit_value)s characters.")},
    )
    email = forms.EmailField(
        required=False,
        error_messages={"invalid": gettext_lazy("This is not an e-mail address. Check it.")},
    )
    website = forms.CharField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cleaned_data: dict[str, Any] = {}
        self.point: Point | None = None
        self.spots: list[Spot] = []

    def cleaned(self, name: str) -> bool:
        """Whether the field was sent and found good."""
        return self.is_bound and name in self.cleaned_data

    def name_lamp(self, lamp: Lamp | None) -> None:
        """Which lamp it is about, once that was asked; the place is the lamp's then."""
        if lamp is not None:
            self.cleaned_data["lamp"], self.point = lamp, lamp.location

    def clean_website(self) -> str:
        # A program fills in whatever looks like a field. A person who did hears what to do.
        if self.cleaned_data["website"]:
            raise forms.ValidationError(_("Leave this field empty, and send it again."))
        return ""

    def clean_stamp(self) -> uuid.UUID:
        key = key_of(self.cleaned_data["stamp"])
        if key is None:
            raise forms.ValidationError(
                _("This page was open for long. Look through it, and send it again.")
            )
        return key

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        try:
            self.point = self._place(given)
            place(self.point, timezone.localdate())
        except forms.ValidationError as error:
            self.add_error("spot", error)
        except GridwalkError as error:
            self.add_error("spot", str(error))
        return given

    def _place(self, given: dict[str, Any]) -> Point:
        if lamp := given.get("lamp"):
            return lamp.location
        if spot := given.get("spot"):
            lon, _comma, lat = spot.partition(",")
            return Point(*lon_lat(lon, lat), srid=4326)
        typed = given.get("whereabouts", "")
        self.spots = search(typed)
        if not typed:
            raise forms.ValidationError(_("Say where: a street and number, or use your position."))
        if not self.spots:
            raise forms.ValidationError(
                _("No street here is called that. Write the street's name, then the number.")
            )
        raise forms.ValidationError(_("Choose which place you mean."))
