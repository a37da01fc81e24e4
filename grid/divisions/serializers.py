"""What the API of divisions takes in, checked, and the shapes of what it answers."""

import math
from typing import Any

import numpy as np
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.errors import UnknownArea
from api.input import CodeField, DayField, Query, lon_lat
from grid.divisions.drafts import AUTOMATIC, TODAY
from grid.divisions.edits import KINDS, NEEDED
from grid.models import AutomaticSplit, Division, Level
from grid.standard import KINDS as SHARED
from grid.standard import Standard

#: No line that a person draws has more vertices.
MOST_POSITIONS = 2_000
MOST_CELLS = 999


class CommunityQuery(Query):
    community = CodeField(help_text="Code of a community, 12 digits")

    def validate(self, asked: dict[str, Any]) -> dict[str, Any]:
        if len(asked.get("community", "")) != Level.COMMUNITY:
            raise UnknownArea(_("Say which community: community=12 digits."))
        return asked


@extend_schema_field(
    {"oneOf": [{"type": "string", "enum": [TODAY, AUTOMATIC]}, {"type": "integer"}]}
)
class SourceField(serializers.Field):
    """``today``, ``automatic``, or the number of a division."""

    def to_internal_value(self, data: Any) -> str | int:
        if data in (TODAY, AUTOMATIC):
            return str(data)
        if isinstance(data, str) and data.isascii() and data.isdecimal():
            data = int(data[:19])
        if isinstance(data, int) and not isinstance(data, bool) and 0 < data < 2**63:
            return data
        raise serializers.ValidationError(
            _("This must be today, automatic, or the number of a division.")
        )

    def to_representation(self, value: Any) -> Any:
        return value


class CompareQuery(Query):
    with_ = SourceField(required=False)

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        fields["with"] = fields.pop("with_")
        return fields


class AmountField(serializers.FloatField):
    """A finite number: "nan" is a float to Python, and no smaller or larger than any limit."""

    def to_internal_value(self, data: Any) -> float:
        found: float = super().to_internal_value(data)
        if not math.isfinite(found):
            self.fail("invalid")
        return found


class StandardSerializer(serializers.Serializer):
    """By what cells are made: ``between`` so much and so much for a cell, of ``by`` (weights)."""

    between = serializers.ListField(
        child=AmountField(min_value=1, max_value=1e6), min_length=2, max_length=2
    )
    by = serializers.DictField(child=AmountField(min_value=1e-6, max_value=1e6))
    care = serializers.ListField(
        child=serializers.ListField(
            child=AmountField(min_value=-180, max_value=1e9), min_length=3, max_length=3
        ),
        required=False,
        max_length=50_000,
        help_text="Rows of longitude, latitude and load",
    )

    def validate_between(self, between: list[float]) -> list[float]:
        if between[0] > between[1]:
            raise serializers.ValidationError(_("From must not be more than to."))
        return between

    def validate_by(self, by: dict[str, float]) -> dict[str, float]:
        if not by or set(by) - set(SHARED):
            raise serializers.ValidationError(_("Cells can share out %s.") % ", ".join(SHARED))
        return by

    def validate(self, given: dict[str, Any]) -> Any:
        care = np.array(given.get("care", []), dtype=np.float64).reshape(-1, 3)
        if ("care" in given["by"]) != bool(len(care)):
            raise serializers.ValidationError({"care": _("Care needs its loads, place by place.")})
        if (np.abs(care[:, 1]) > 90).any() or (care[:, 0] > 180).any() or (care[:, 2] < 0).any():
            raise serializers.ValidationError({"care": _("Some values are not valid.")})
        return {"standard": Standard(tuple(given["between"]), dict(given["by"]), care)}


class NewDraftSerializer(serializers.Serializer):
    community = serializers.CharField(max_length=15)
    source = SourceField()  # type: ignore[assignment]
    per = StandardSerializer(required=False)
    key = serializers.UUIDField(required=False, allow_null=True)


class ChangeSerializer(serializers.Serializer):
    """Which state of the draft is meant; the same ``key`` again answers as before."""

    revision = serializers.IntegerField(min_value=1)
    key = serializers.UUIDField(required=False, allow_null=True)


@extend_schema_field({"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 2})
class PositionField(serializers.Field):
    """``[lon, lat]``."""

    def to_internal_value(self, data: Any) -> tuple[float, float]:
        if not isinstance(data, list | tuple) or len(data) != 2:
            raise serializers.ValidationError(_("A position is [longitude, latitude]."))
        return lon_lat(*data)

    def to_representation(self, value: Any) -> Any:
        return value


class PositionsField(serializers.ListField):
    child = PositionField()

    def __init__(self, **options: Any) -> None:
        super().__init__(min_length=2, max_length=MOST_POSITIONS, required=False, **options)


class OneEditSerializer(serializers.Serializer):
    """One edit; which fields it needs goes by its kind."""

    kind = serializers.ChoiceField(KINDS)
    snap = serializers.BooleanField(default=True)
    key = serializers.CharField(max_length=15, required=False)
    keys = serializers.ListField(
        child=serializers.CharField(max_length=15), required=False, min_length=1,
        max_length=MOST_CELLS,
    )  # fmt: skip
    line = PositionsField()
    path = PositionsField()
    ring = PositionsField()
    at = PositionField(required=False)
    to = serializers.JSONField(
        required=False, allow_null=True, help_text="Of move: positions; of vertex: one, or null"
    )
    name = serializers.CharField(max_length=120, required=False)
    fixed = serializers.BooleanField(required=False)
    from_ = SourceField(required=False)

    def get_fields(self) -> dict[str, Any]:
        fields = super().get_fields()
        fields["from"] = fields.pop("from_")
        return fields

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        missing = [name for name in NEEDED[given["kind"]] if name not in given]
        if missing:
            raise serializers.ValidationError(
                {name: _("This kind of edit needs it.") for name in missing}
            )
        if given["kind"] == "move":
            field = PositionsField()
            field.field_name = "to"
            given["to"] = field.run_validation(given["to"])
        if given["kind"] == "vertex" and given["to"] is not None:
            given["to"] = PositionField().run_validation(given["to"])
        return given


class EditSerializer(ChangeSerializer):
    edit = OneEditSerializer()


class AdoptSerializer(ChangeSerializer):
    starts_on = DayField()
    note = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")

    def validate(self, given: dict[str, Any]) -> dict[str, Any]:
        if "starts_on" not in given:
            raise serializers.ValidationError({"starts_on": _("Say from which day on.")})
        return given


class CommunitySerializer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    bounds = serializers.ListField(child=serializers.FloatField(), min_length=4, max_length=4)


class VersionSerializer(serializers.ModelSerializer):
    """``starts_on`` is null for a draft, and for the first division: from the beginning."""

    starts_on = serializers.DateField(source="first_day", read_only=True, allow_null=True)
    cells = serializers.IntegerField(source="cell_count", read_only=True)
    made_by = serializers.CharField(source="maker", read_only=True, allow_null=True)

    class Meta:
        model = Division
        fields = [
            "id", "state", "starts_on", "ends_on", "cells", "made_by", "made_at", "note",
        ]  # fmt: skip
        read_only_fields = fields


class VersionsSerializer(serializers.Serializer):
    community = CommunitySerializer()
    versions = VersionSerializer(many=True)


class VerdictSerializer(serializers.Serializer):
    """Whether the cells tile, and how well they are balanced; for the schema."""

    tiles = serializers.BooleanField()
    gaps = serializers.ListField(child=serializers.JSONField())
    overlaps = serializers.ListField(child=serializers.JSONField())
    pieces = serializers.ListField(child=serializers.CharField())
    max_to_mean = serializers.FloatField()
    compactness = serializers.FloatField(allow_null=True)
    within_standard = serializers.IntegerField()
    sentences = serializers.ListField(child=serializers.JSONField())


class DivisionSerializer(serializers.Serializer):
    """One division with its cells (GeoJSON) and the verdict; for the schema."""

    id = serializers.IntegerField()
    community = serializers.CharField()
    state = serializers.ChoiceField(Division.State.choices)
    starts_on = serializers.DateField(allow_null=True)
    ends_on = serializers.DateField(allow_null=True)
    note = serializers.CharField()
    revision = serializers.IntegerField()
    can_undo = serializers.BooleanField()
    can_redo = serializers.BooleanField()
    standard = serializers.JSONField()
    standard_is_set = serializers.BooleanField(help_text="False: it is the usual one, nobody's")
    cells = serializers.JSONField()
    verdict = VerdictSerializer()


class AutomaticSerializer(serializers.Serializer):
    """How far an automatic split is; ``sentence`` says why it failed. For the schema."""

    state = serializers.ChoiceField(["none", *AutomaticSplit.State.values])
    progress = serializers.IntegerField(help_text="Percent")
    sentence = serializers.CharField(allow_blank=True)


class ComparisonSerializer(serializers.Serializer):
    """What differs between two divisions; for the schema."""

    cells = serializers.JSONField()
    moved = serializers.JSONField()
    same = serializers.ListField(child=serializers.CharField())
    members = serializers.ListField(child=serializers.JSONField())
