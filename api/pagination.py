"""Lists in pages."""

from rest_framework.pagination import LimitOffsetPagination


class Pages(LimitOffsetPagination):
    """``?limit=&offset=``; at most 1,000 rows at once."""

    default_limit = 100
    max_limit = 1000
