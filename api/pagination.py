"""Lists in pages."""

from django.utils.translation import gettext as _
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.request import Request

from api.errors import BadInput


class Pages(LimitOffsetPagination):
    """``?limit=&offset=``; at most 1,000 rows at once, a larger limit is cut to that."""

    default_limit = 100
    max_limit = 1000
    #: PostgreSQL skips rows one by one; further on a filter is the better question.
    max_offset = 1_000_000

    def get_limit(self, request: Request) -> int:
        return min(
            self._whole(request, self.limit_query_param, self.default_limit, 1), self.max_limit
        )

    def get_offset(self, request: Request) -> int:
        offset = self._whole(request, self.offset_query_param, 0, 0)
        if offset > self.max_offset:
            raise BadInput(_("The offset is too large. Narrow the list with a filter instead."))
        return offset

    @staticmethod
    def _whole(request: Request, name: str, default: int, least: int) -> int:
        """REST framework takes its default for a value it cannot read; a program should be told."""
        text = request.query_params.get(name, "")
        if text == "":
            return default
        if not (text.isascii() and text.isdigit() and len(text) <= 18 and int(text) >= least):
            raise BadInput(
                _("%(name)s must be a whole number from %(least)s up.")
                % {"name": name, "least": least}
            )
        return int(text)
