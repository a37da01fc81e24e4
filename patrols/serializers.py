"""What the API shows of patrols and of segments with their freshness."""

from typing import Any

from django.utils.translation import gettext
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api import MemberSerializer
from api.features import FeatureSerializer
from grid.models import Segment
from patrols.models import Patrol


class DroppedSerializer(serializers.Serializer):
    """How many fixes were not used, and why."""

    accuracy = serializers.IntegerField(source="dropped_accuracy", read_only=True)
    speed = serializers.IntegerField(source="dropped_speed", read_only=True)
    time = serializers.IntegerField(source="dropped_time", read_only=True)
    position = serializers.IntegerField(source="dropped_position", read_only=True)


class PatrolSerializer(serializers.ModelSerializer):
    member = MemberSerializer(read_only=True)
    team = serializers.CharField(source="team.name", read_only=True, allow_null=True, default=None)
    dropped = DroppedSerializer(source="*", read_only=True)
    reason = serializers.SerializerMethodField(help_text="Why it failed, in the reader's language")
    matched_metres = serializers.FloatField(read_only=True)
    covered_metres = serializers.FloatField(read_only=True)
    certain_metres = serializers.FloatField(
        read_only=True, help_text="Of the covered metres, those that were surely walked"
    )
    doubtful_metres = serializers.FloatField(
        read_only=True, help_text="Of the covered metres, those that the fixes leave in doubt"
    )
    off_street_metres = serializers.FloatField(read_only=True)

    class Meta:
        model = Patrol
        fields = [
            "id",
            "member",
            "team",
            "mode",
            "started_at",
            "ended_at",
            "received_at",
            "nothing_wrong_at",
            "state",
            "reason",
            "fixes",
            "dropped",
            "matched_metres",
            "covered_metres",
            "certain_metres",
            "doubtful_metres",
            "off_street_metres",
            "simulated",
        ]
        read_only_fields = fields

    def get_reason(self, patrol: Patrol) -> str:
        return gettext(patrol.reason) if patrol.reason else ""


class SegmentSerializer(FeatureSerializer):
    """``last_walked`` and ``days`` are null where nobody walked, or where one may not know.

    ``metres`` is the whole segment's length, ``days`` the days since any of its metres was
    walked, 0 being today.
    """

    community = serializers.CharField(source="community_code", read_only=True)
    street_name = serializers.CharField(read_only=True, allow_null=True)
    metres = serializers.FloatField(read_only=True)
    cadence_days = serializers.IntegerField(source="due_after", read_only=True)
    last_walked = serializers.DateTimeField(read_only=True, allow_null=True)
    days = serializers.IntegerField(read_only=True, allow_null=True)

    class Meta:
        model = Segment
        geo_field = "line"
        fields = [
            "id",
            "street",
            "street_name",
            "kind",
            "duty",
            "metres",
            "community",
            "osm_way",
            "cadence_days",
            "last_walked",
            "days",
            "line",
        ]
        read_only_fields = fields


class StretchSerializer(serializers.Serializer):
    """A stretch in metres from the segment's first vertex, and when it was last walked."""

    start_m = serializers.FloatField(read_only=True)
    end_m = serializers.FloatField(read_only=True)
    last_walked = serializers.DateTimeField(read_only=True)


class CellPartSerializer(serializers.Serializer):
    """The stretch of a segment that lies in a cell."""

    code = serializers.CharField(read_only=True)
    start_m = serializers.FloatField(read_only=True)
    end_m = serializers.FloatField(read_only=True)


class SegmentDetailSerializer(SegmentSerializer):
    stretches = serializers.SerializerMethodField()
    cells = serializers.SerializerMethodField()

    class Meta(SegmentSerializer.Meta):
        fields = [*SegmentSerializer.Meta.fields, "stretches", "cells"]
        read_only_fields = fields

    @extend_schema_field(StretchSerializer(many=True))
    def get_stretches(self, segment: Segment) -> Any:
        return StretchSerializer(self.context["stretches"], many=True).data

    @extend_schema_field(CellPartSerializer(many=True))
    def get_cells(self, segment: Segment) -> Any:
        parts = segment.cell_stretches.order_by("start_dm").values_list(
            "cell__code", "start_dm", "end_dm"
        )
        rows = [{"code": code, "start_m": a / 10, "end_m": b / 10} for code, a, b in parts]
        return CellPartSerializer(rows, many=True).data


class TrackFeatureSerializer(serializers.Serializer):
    """A piece of a track (LineString or Point) or a covered stretch (LineString)."""

    type = serializers.CharField(read_only=True)
    geometry = serializers.DictField(read_only=True)
    properties = serializers.DictField(read_only=True)


class TrackSerializer(serializers.Serializer):
    """A GeoJSON FeatureCollection; see docs/api.md for the properties of its features."""

    type = serializers.CharField(read_only=True)
    features = TrackFeatureSerializer(many=True, read_only=True)
