"""Checklists and the words of consent in the administration; nothing about a household is here."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone

from households.models import Checklist, ChecklistItem, ConsentText
from map_static.admin_map import Kept


class ItemForm(forms.ModelForm):
    """A question that was asked keeps its key and its kind of answers: visits name them."""

    def __init__(self, *arguments: Any, **more: Any) -> None:
        super().__init__(*arguments, **more)
        if self.instance.pk:
            for name in ("key", "kind"):
                self.fields[name].disabled = True


class ItemInline(admin.TabularInline):
    """Questions; one that is no longer asked is set so, since visits have answers to it."""

    model = ChecklistItem
    form = ItemForm
    extra = 1
    can_delete = False
    fields = [
        "position", "key", "text_en", "text_zh", "kind", "must", "case_category", "retired",
    ]  # fmt: skip


@admin.register(Checklist)
class ChecklistAdmin(Kept, admin.ModelAdmin):
    list_display = ["__str__", "purpose", "retired"]
    list_filter = ["purpose", "retired"]
    search_fields = ["name_en", "name_zh"]
    inlines = [ItemInline]


@admin.register(ConsentText)
class ConsentTextAdmin(Kept, admin.ModelAdmin):
    """Households agreed to these words: from the day they are in use nobody changes them."""

    list_display = ["version", "in_use_from"]
    search_fields = ["version"]
    fields = ["version", "in_use_from", "text_en", "text_zh"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        in_use = obj is not None and obj.in_use_from <= timezone.localdate()
        return ["version", "in_use_from", "text_en", "text_zh"] if in_use else []
