"""What REST framework says and has no Chinese for; marked here, it is found in our catalogue."""

from django.utils.translation import gettext_noop

UNTRANSLATED = (
    gettext_noop("A valid biginteger is required."),
    gettext_noop("Integer value too large to convert to float"),
    gettext_noop(
        "Invalid format: string or unicode input unrecognized as GeoJSON, WKT EWKT or HEXEWKB."
    ),
)
