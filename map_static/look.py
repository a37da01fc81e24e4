"""Which look the reader chose, kept in a cookie so that the first paint is right."""

from django.http import HttpRequest

THEMES = ("light", "dark", "night")
COOKIE = "gridwalk_theme"


def look(request: HttpRequest) -> dict[str, str]:
    """A template context processor: ``theme`` is empty where the system decides."""
    chosen = request.COOKIES.get(COOKIE, "")
    return {"theme": chosen if chosen in THEMES else ""}
