"""``/api/v1/divisions-of-china/``: their names and codes, open to every member as areas are."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from api.input import Query
from grid.china.search import found, names_above
from grid.models import NationalDivision, NationalLevel

LEVELS = {level.name.lower(): level for level in NationalLevel}


class DivisionQuery(Query):
    q = serializers.CharField(
        max_length=60, help_text="Part of a name, pinyin, initials, or the beginning of a code"
    )
    level = serializers.ChoiceField(list(LEVELS), required=False)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=50)


class DivisionAboveSerializer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()


class NationalDivisionSerializer(serializers.Serializer):
    code = serializers.CharField(help_text="2 digits for a province, then 4, 6, 9 and 12")
    level = serializers.ChoiceField(list(LEVELS))
    name = serializers.CharField()
    above = DivisionAboveSerializer(many=True, help_text="From the province down")


class NationalDivisionListSerializer(serializers.Serializer):
    known = serializers.BooleanField(help_text="Whether the divisions were taken in here at all")
    results = NationalDivisionSerializer(many=True)


class NationalDivisionsView(APIView):
    """Divisions of China by name, pinyin, initials or code."""

    @extend_schema(parameters=[DivisionQuery], responses=NationalDivisionListSerializer)
    def get(self, request: Request) -> Response:
        asked = DivisionQuery.of(request)
        level = LEVELS.get(asked.get("level", ""))
        rows = found(asked["q"], level=level, most=asked.get("limit", 20))
        known = bool(rows) or NationalDivision.objects.exists()
        names = names_above(rows) if rows else {}
        return Response({"known": known, "results": [_shown(row, names) for row in rows]})


def _shown(row: NationalDivision, names: dict[str, str]) -> dict[str, Any]:
    above = [row.code[:level] for level in NationalLevel.values if level < row.level]
    return {
        "code": row.code,
        "level": NationalLevel(row.level).name.lower(),
        "name": row.name,
        "above": [{"code": code, "name": names[code]} for code in above if code in names],
    }
