"""How members appear in the API: by name, and no more than that."""

from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.exceptions import NotAuthenticated
from rest_framework.request import Request

from accounts.models import Member


def signed_in(request: Request | HttpRequest) -> Member:
    """The member who asks; raises NotAuthenticated for nobody."""
    if not isinstance(request.user, Member):
        raise NotAuthenticated()
    return request.user


class MemberSerializer(serializers.ModelSerializer):
    """A member as others see them."""

    name = serializers.CharField(source="__str__", read_only=True)

    class Meta:
        model = Member
        fields = ["id", "name", "simulated"]
        read_only_fields = fields
