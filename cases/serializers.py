"""What the API shows of cases, and what it takes in."""

import datetime as dt
from typing import Any

from django.contrib.gis.geos import Point
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api import MemberSerializer
from accounts.models import Member
from api.features import FeatureSerializer
from api.input import lon_lat
from cases.models import Case, Category, Crew, Event, Icon, Photo
from cases.transitions import Step
from streetlights.models import Lamp

MOST_KEY = 2**63 - 1


class CategorySerializer(serializers.ModelSerializer):
    """``name`` is in the reader's language; a group has no ``group``. ``icon`` names a picture."""

    name = serializers.CharField(source="__str__", read_only=True)
    group = serializers.CharField(source="parent.code", default=None, read_only=True)
    icon = serializers.ChoiceField(Icon.choices, source="picture", read_only=True)

    class Meta:
        model = Category
        fields = [
            "code", "group", "name", "topic", "icon", "due_amount", "due_unit", "recheck",
            "residents", "claimable", "lamps",
        ]  # fmt: skip
        read_only_fields = fields


class NamedSerializer(serializers.Serializer):
    id = serializers.IntegerField(source="pk", read_only=True)
    name = serializers.CharField(source="__str__", read_only=True)


class CaseSerializer(FeatureSerializer):
    """A case as a feature; ``version`` counts its events, and goes back with the next step."""

    category = serializers.CharField(source="category.code", read_only=True)
    category_name = serializers.CharField(source="category.__str__", read_only=True)
    topic = serializers.CharField(source="category.topic", read_only=True)
    responsible = MemberSerializer(read_only=True)
    assignee = MemberSerializer(read_only=True)
    crew = NamedSerializer(read_only=True)
    overdue = serializers.SerializerMethodField()

    class Meta:
        model = Case
        geo_field = "location"
        fields = [
            "id", "category", "category_name", "topic", "state", "version", "source", "area_code",
            "placed", "whereabouts", "description", "lamp", "responsible", "crew", "assignee",
            "claimable", "parent", "merged_into", "confirmations", "reported_at", "due_at",
            "overdue", "hold_until", "done_at", "closed_at", "simulated", "location",
        ]  # fmt: skip
        read_only_fields = fields

    def get_overdue(self, case: Case) -> bool:
        return case.is_overdue(self.context["now"])


class SimilarSerializer(FeatureSerializer):
    """What anybody may know of a case before they report the same: no words, no names."""

    category = serializers.CharField(source="category.code", read_only=True)
    category_name = serializers.CharField(source="category.__str__", read_only=True)

    class Meta:
        model = Case
        geo_field = "location"
        fields = [
            "id", "category", "category_name", "state", "lamp", "confirmations", "reported_at",
            "location",
        ]  # fmt: skip
        read_only_fields = fields


class PhotoSerializer(serializers.ModelSerializer):
    class Meta:
        model = Photo
        fields = ["id", "width", "height"]
        read_only_fields = fields


class EventSerializer(serializers.ModelSerializer):
    author = MemberSerializer(read_only=True)
    photos = PhotoSerializer(many=True, read_only=True)

    class Meta:
        model = Event
        fields = ["number", "step", "state", "at", "author", "note", "public", "details", "photos"]
        read_only_fields = fields


class CaseDetailSerializer(CaseSerializer):
    """With all events, and the steps that the reader may take now."""

    events = EventSerializer(many=True, read_only=True)
    steps = serializers.SerializerMethodField()

    class Meta(CaseSerializer.Meta):
        fields = [*CaseSerializer.Meta.fields, "events", "steps"]
        read_only_fields = fields

    @extend_schema_field(serializers.ListField(child=serializers.ChoiceField(Step.choices)))
    def get_steps(self, case: Case) -> list[str]:
        return [str(step) for step in self.context["steps"]]


class PlaceField(serializers.ListField):
    """``[lon, lat]`` in degrees (WGS 84); gives a Point."""

    child = serializers.FloatField()

    def to_internal_value(self, data: Any) -> Point:  # type: ignore[override]
        if not isinstance(data, list) or len(data) != 2:
            raise serializers.ValidationError(_("A position is [longitude, latitude]."))
        return Point(*lon_lat(*data), srid=4326)


class PhotosField(serializers.PrimaryKeyRelatedField):
    """Photos that the author sent before, and that belong to no step yet."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            queryset=Photo.objects.filter(event=None), pk_field=serializers.UUIDField(), **options
        )

    def get_queryset(self) -> Any:
        return Photo.objects.filter(event=None, uploader=self.context["request"].user)


class LeafField(serializers.SlugRelatedField):
    def __init__(self, **options: Any) -> None:
        super().__init__(
            slug_field="code", queryset=Category.objects.exclude(parent=None), **options
        )


class NewCaseSerializer(serializers.Serializer):
    """A report. ``key`` is the client's own id of it: sending it again makes no second case."""

    key = serializers.UUIDField(required=False)
    category = LeafField()
    location = PlaceField()
    at = serializers.DateTimeField(required=False, help_text="When it was seen; now, if left out")
    whereabouts = serializers.CharField(required=False, allow_blank=True, max_length=200)
    description = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    lamp = serializers.PrimaryKeyRelatedField(
        queryset=Lamp.objects.all(), required=False, allow_null=True,
        pk_field=serializers.IntegerField(min_value=1, max_value=MOST_KEY),
    )  # fmt: skip
    photos = PhotosField(many=True, required=False)
    on_patrol = serializers.BooleanField(required=False, default=False)


class PartSerializer(serializers.Serializer):
    category = LeafField()
    description = serializers.CharField(required=False, allow_blank=True, max_length=2000)


class ChangesSerializer(serializers.Serializer):
    """What of a case is corrected; what is left out stays. Without a lamp it is null."""

    category = LeafField(required=False)
    description = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    whereabouts = serializers.CharField(required=False, allow_blank=True, max_length=200)
    place = PlaceField(required=False)
    lamp = serializers.PrimaryKeyRelatedField(
        queryset=Lamp.objects.all(), required=False, allow_null=True,
        pk_field=serializers.IntegerField(min_value=1, max_value=MOST_KEY),
    )  # fmt: skip


class NewStepSerializer(serializers.Serializer):
    """A step. ``version`` is the one last seen: when the case has moved on, it is a conflict."""

    key = serializers.UUIDField(required=False)
    step = serializers.ChoiceField([choice for choice in Step.choices if choice[0] != Step.REPORT])
    version = serializers.IntegerField(required=False, min_value=1, max_value=MOST_KEY)
    note = serializers.CharField(required=False, allow_blank=True, max_length=2000)
    public = serializers.BooleanField(required=False, default=False)
    location = PlaceField(required=False, help_text="Where the author stands")
    photos = PhotosField(many=True, required=False)
    crew = serializers.PrimaryKeyRelatedField(
        queryset=Crew.objects.filter(active=True), required=False,
        pk_field=serializers.IntegerField(min_value=1, max_value=MOST_KEY),
    )  # fmt: skip
    assignee = serializers.PrimaryKeyRelatedField(
        queryset=Member.objects.filter(is_active=True), required=False,
        pk_field=serializers.IntegerField(min_value=1, max_value=MOST_KEY),
    )  # fmt: skip
    due_at = serializers.DateTimeField(required=False)
    until = serializers.DateField(required=False)
    into = serializers.IntegerField(required=False, min_value=1, max_value=MOST_KEY)
    category = LeafField(required=False)
    claimable = serializers.BooleanField(required=False, allow_null=True, default=None)
    parts = PartSerializer(many=True, required=False)
    changes = ChangesSerializer(required=False)

    #: What becomes a deed's details; the rest are its own fields.
    DETAILS = ("crew", "assignee", "due_at", "until", "category", "claimable", "parts", "changes")

    def validate_due_at(self, value: dt.datetime) -> dt.datetime:
        if value.year > 2199:
            raise serializers.ValidationError(_("The day must lie between 1970 and 2199."))
        return value
