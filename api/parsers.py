"""JSON as the standard has it: no NaN, no duplicate keys, no nesting bombs, no endless bodies."""

import json
from typing import Any, NoReturn

from django.conf import settings
from django.utils.translation import gettext as _
from rest_framework.parsers import JSONParser

from api.errors import BadJSON, TooLarge

#: Whole numbers of more digits overflow a double; none of ours has more than 19.
MOST_DIGITS = 30
#: Lists and objects inside one another; a GeoJSON feature collection has eight.
DEEPEST = 32


def _no_constant(name: str) -> NoReturn:
    raise BadJSON(_("%(name)s is not a number that JSON allows.") % {"name": name})


def _number(text: str) -> float:
    value = float(text)
    if value in (float("inf"), float("-inf")):
        raise BadJSON(_("A number is too large."))
    return value


def _whole(text: str) -> int:
    if len(text) > MOST_DIGITS:
        raise BadJSON(_("A number is too large."))
    return int(text)


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise BadJSON(_("An object has the same key twice."))
    return found


def _check_texts(value: Any) -> None:
    """Refuse what PostgreSQL cannot store: NUL, and halves of a surrogate pair."""
    if isinstance(value, str):
        if "\x00" in value:
            raise BadJSON(_("The text holds a NUL character."))
        value.encode()
    elif isinstance(value, list):
        for part in value:
            _check_texts(part)
    elif isinstance(value, dict):
        for name, part in value.items():
            _check_texts(name)
            _check_texts(part)


def _nested_beyond(value: Any, levels: int) -> bool:
    parts = value.values() if isinstance(value, dict) else value
    if not isinstance(value, dict | list):
        return False
    return levels == 0 or any(
        _nested_beyond(part, levels - 1) for part in parts if isinstance(part, dict | list)
    )


def loads(text: bytes | str) -> Any:
    """Parse strictly.

    Raises BadJSON for anything RFC 8259 does not allow, for duplicate keys, numbers beyond a
    double, NUL characters, text that is not UTF-8, and nesting beyond DEEPEST.
    """
    try:
        decoded = text.decode("utf-8") if isinstance(text, bytes) else text
        value = json.loads(
            decoded,
            parse_constant=_no_constant,
            parse_float=_number,
            parse_int=_whole,
            object_pairs_hook=_no_duplicates,
        )
        # Python reads some hundreds of levels; whoever then prints the value runs out of stack.
        if _nested_beyond(value, DEEPEST):
            raise RecursionError
        # Raw control characters are refused by json itself; only an escape can bring them in.
        if "\\u" in decoded:
            _check_texts(value)
    except RecursionError as error:
        raise BadJSON(_("The JSON is nested too deeply.")) from error
    except UnicodeError as error:
        raise BadJSON(_("The JSON is not UTF-8 text.")) from error
    except json.JSONDecodeError as error:
        place = {"line": error.lineno, "column": error.colno}
        raise BadJSON(
            _("This is not JSON: line %(line)s cannot be read from column %(column)s on.") % place
        ) from error
    return value


class StrictJSONParser(JSONParser):
    """REST framework's door to ``loads``; a body over DATA_UPLOAD_MAX_MEMORY_SIZE is refused."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        # Django enforces its limit on request.body only, and REST framework reads past that.
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        text = stream.read(limit + 1)
        if len(text) > limit:
            raise TooLarge()
        return loads(text)
