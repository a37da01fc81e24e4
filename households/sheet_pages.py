"""``/care/households/<uuid>/sheet/``: all that is held about a household, to give to it."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.views import View
from django.views.decorators.http import require_safe

from accounts.api import signed_in
from households import access
from households.links import shown
from households.models import Looked
from households.sheet import GIVEN, Sheet, sheet_of
from households.sheet_pdf import content, language_of, pdf_of


@method_decorator(access.eyes_of_member, name="dispatch")
class SheetPage(View):
    """The sheet to read and to print; that it was made is noted, and is on it."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        sheet, language = _asked(request, pk)
        with translation.override(language):
            told = content(sheet)
        context = {
            "household": sheet.household,
            "content": told,
            "asked": language,
            "languages": settings.LANGUAGES,
        }
        return shown(request, "sheet.html", context, page="households")


@require_safe
@access.eyes_of_member
def sheet_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The same as PDF."""
    sheet, language = _asked(request, pk)
    response = HttpResponse(pdf_of(sheet, language), content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{str(pk)[:8]}.pdf"'
    return response


def _asked(request: HttpRequest, pk: UUID) -> tuple[Sheet, str]:
    """The sheet, in ``?lang=``, or else in the language of the household or of the page."""
    member, now = signed_in(request), timezone.now()
    household = access.look(member, pk, Looked.SHEET, now=now, why=GIVEN)
    language = request.GET.get("lang", "").lower()
    if language not in dict(settings.LANGUAGES):
        language = language_of(household.language, get_language() or settings.LANGUAGE_CODE)
    with translation.override(language):
        return sheet_of(household, member=member, now=now), language
