"""``/api/v1/sync/packages|freshness|reference``: what a tablet keeps to work without a network.

Each answer names its version as its ETag: asked for again with If-None-Match, an unchanged one is
304 without being made.
"""

import gzip
from typing import Any

from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.cache import patch_vary_headers
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.api import signed_in
from api.input import Query
from api.kept import unless_kept
from sync import freshness, package_marks, packages, reference
from sync.areas import own_cell


class PackageQuery(Query):
    v = serializers.CharField(
        required=False, max_length=64, help_text="The version that is wanted; always the newest"
    )


def _kept(request: Request, version: str, make: Any) -> HttpResponseBase:
    """304, or the gzipped JSON that ``make`` gives, unpacked for a client that knows no gzip."""
    zipped = "gzip" in request.headers.get("Accept-Encoding", "")
    response = unless_kept(request, version, make if zipped else lambda: gzip.decompress(make()))
    if zipped and response.status_code == 200:
        response["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ["Cookie", "Accept-Encoding"])
    return response


@extend_schema(parameters=[PackageQuery], responses=dict[str, Any], tags=["sync"])
class PackageView(APIView):
    """The ground of one of the member's cells: streets, buildings, lamps; see docs/sync.md."""

    def get(self, request: Request, code: str) -> HttpResponseBase:
        # Queries: session, member, second factor, responsibilities, cell, version; up to ten more
        # where the package is not kept.
        PackageQuery.of(request)
        cell = own_cell(signed_in(request), timezone.localdate(), code)
        version = package_marks.versions([cell])[code]
        return _kept(request, version, lambda: packages.packed(cell, version))


@extend_schema(responses=dict[str, Any], tags=["sync"])
class FreshnessView(APIView):
    """The day each stretch of one of the member's cells was last walked; see docs/sync.md."""

    def get(self, request: Request, code: str) -> HttpResponseBase:
        now = timezone.now()
        cell = own_cell(signed_in(request), timezone.localdate(now), code)
        version = freshness.versions([cell], now)[code]

        def answer() -> bytes:
            return packages.zipped(freshness.freshness(cell, version, now))

        return _kept(request, version, answer)


@extend_schema(responses=dict[str, Any], tags=["sync"])
class ReferenceView(APIView):
    """Categories, checklists, labels in both languages, and limits; see docs/sync.md."""

    def get(self, request: Request) -> HttpResponseBase:
        version = reference.version()
        return _kept(request, version, lambda: packages.zipped(reference.reference()))
