"""How Open311 answers: rows as JSON or XML, and its own form of an error."""

from typing import Any
from xml.etree import ElementTree

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from api.errors import GridwalkError

Rows = list[dict[str, Any]]


class Refused(GridwalkError):
    """An error in the standard's own shape; raised only by the views of Open311."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@method_decorator(csrf_exempt, name="dispatch")
class Open311View(View):
    """One resource in both formats; ``rows`` answers, errors come as a list as the standard has it.

    ``root`` and ``item`` name the elements of the XML; without an item the only row is the root
    itself, and in JSON no list.
    """

    root, item = "errors", "error"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = kwargs.pop("form")
        status, root, item = 200, self.root, self.item
        try:
            if request.method == "POST" and hasattr(self, "report"):
                rows, status = self.report(request), 201
            elif request.method in ("GET", "HEAD"):
                rows = self.rows(request, **kwargs)
            else:
                raise Refused(405, _("This address does not take that method."))
        except GridwalkError as error:
            status = getattr(error, "status", error.http_status)
            root, item = "errors", "error"
            rows = [{"code": status, "description": str(error)}]
        content = rows if item else rows[0]
        response = json_answer(content) if form == "json" else xml_answer(rows, root, item)
        response.status_code = status
        # Browsers of other sites may read what anybody may.
        response["Access-Control-Allow-Origin"] = "*"
        return response

    def rows(self, request: HttpRequest, **kwargs: Any) -> Rows:
        raise NotImplementedError


def json_answer(content: Rows | dict[str, Any]) -> HttpResponse:
    return JsonResponse(content, safe=False, json_dumps_params={"ensure_ascii": False})


def xml_answer(rows: Rows, root: str, item: str) -> HttpResponse:
    tree = ElementTree.Element(root)
    for row in rows:
        _fill(ElementTree.SubElement(tree, item) if item else tree, row)
    body = ElementTree.tostring(tree, encoding="utf-8", xml_declaration=True)
    return HttpResponse(body, content_type="text/xml; charset=utf-8")


def _fill(element: ElementTree.Element, row: dict[str, Any]) -> None:
    for name, value in row.items():
        child = ElementTree.SubElement(element, name)
        if isinstance(value, list):
            for part in value:
                inner = ElementTree.SubElement(child, name.removesuffix("s"))
                if isinstance(part, dict):
                    _fill(inner, part)
                else:
                    inner.text = str(part)
        elif isinstance(value, bool):
            child.text = str(value).lower()
        elif value is not None:
            child.text = "".join(
                letter for letter in str(value) if letter >= " " or letter in "\n\t"
            )
