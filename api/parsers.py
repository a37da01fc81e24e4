"""JSON as the standard has it: no NaN, no duplicate keys, no nesting bombs."""

import json
from typing import Any, NoReturn

from django.utils.translation import gettext as _
from rest_framework.parsers import JSONParser

from api.errors import BadJSON


def _no_constant(name: str) -> NoReturn:
    raise BadJSON(_("%(name)s is not a number that JSON allows.") % {"name": name})


def _number(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise BadJSON(_("A number is too large."))
    return value


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadJSON(_("An object has the same key twice."))
    return found


def loads(text: bytes | str) -> Any:
    """Parse strictly.

    Raises BadJSON for anything RFC 8259 does not allow, for duplicate keys, numbers beyond a
    double, NUL characters, text that is not UTF-8, and nesting deeper than Python's stack.
    """
    try:
        decoded = text.decode("utf-8") if isinstance(text, bytes) else text
        if "\x00" in decoded or "\\u0000" in decoded:
            raise BadJSON(_("The text holds a NUL character."))
        return json.loads(
            decoded,
            parse_constant=_no_constant,
            parse_float=_number,
            object_pairs_hook=_no_duplicates,
        )
    except RecursionError as error:
        raise BadJSON(_("The JSON is nested too deeply.")) from error
    except UnicodeDecodeError as error:
        raise BadJSON(_("The JSON is not UTF-8 text.")) from error
    except ValueError as error:
        raise BadJSON(_("This is not JSON: %(cause)s.") % {"cause": error}) from error


class StrictJSONParser(JSONParser):
    """REST framework's door to ``loads``."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        return loads(stream.read())
