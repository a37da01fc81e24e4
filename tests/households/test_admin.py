"""Checklists and the words of consent in the administration, and nothing of households."""

import datetime as dt

from django.contrib import admin
from django.utils import timezone

from households.models import Checklist, ConsentText


def test_no_household_is_in_the_administration():
    here = {
        model._meta.model_name
        for model in admin.site._registry
        if model._meta.app_label == "households"
    }
    assert here == {"checklist", "consenttext"}


def test_words_in_use_are_not_changed_and_words_to_come_are(client, town):
    client.force_login(town.administrator)
    used = ConsentText.objects.get(version="1")
    later = ConsentText.objects.create(
        version="2", text_en="a", text_zh="b", in_use_from=timezone.localdate() + dt.timedelta(9)
    )
    sent = {"version": "9", "text_en": "x", "text_zh": "y", "in_use_from": later.in_use_from}
    for text in (used, later):
        client.post(f"/admin/households/consenttext/{text.pk}/change/", sent)
    assert sorted(ConsentText.objects.values_list("version", flat=True)) == ["1", "9"]
    assert client.get(f"/admin/households/consenttext/{used.pk}/delete/").status_code == 403


def test_a_question_keeps_its_key_and_can_be_retired(client, town):
    client.force_login(town.administrator)
    checklist = Checklist.objects.first()
    assert checklist is not None
    items = list(checklist.items.all())
    sent = {
        "name_en": checklist.name_en,
        "name_zh": checklist.name_zh,
        "purpose": "",
        "items-TOTAL_FORMS": len(items),
        "items-INITIAL_FORMS": len(items),
    }
    for nth, item in enumerate(items):
        sent |= {
            f"items-{nth}-{name}": getattr(item, name)
            for name in ("position", "text_en", "text_zh", "case_category")
        }
        sent |= {
            f"items-{nth}-id": item.pk,
            f"items-{nth}-checklist": checklist.pk,
            f"items-{nth}-key": "other",
            f"items-{nth}-kind": "yes_no",
            f"items-{nth}-retired": "on",
        }
    address = f"/admin/households/checklist/{checklist.pk}/change/"
    assert client.post(address, sent).status_code == 302
    kept = list(checklist.items.all())
    assert [(item.key, item.kind) for item in kept] == [(item.key, item.kind) for item in items]
    assert all(item.retired for item in kept)
