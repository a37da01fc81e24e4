"""Shares as the pages of rounds write them; a share is never rounded up to what is needed."""

from django import template
from django.utils.formats import number_format

register = template.Library()


@register.filter
def percent(share: float) -> str:
    """A share (0–1) in percent with one decimal, cut off, in the form of the language."""
    return number_format(int(share * 1000) / 10, 1)


@register.filter
def plain(share: float) -> str:
    """A share (0–1) as a number of HTML, whatever the language."""
    return f"{share:.3f}"
