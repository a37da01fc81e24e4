"""boundaries.md as a test: what is never recorded has no field to be recorded in."""

import re

from django.apps import apps

#: Words that no field, table or choice of ours may carry.
NEVER = re.compile(
    r"ethnic|religio|politic|party|hukou|registration_status|criminal|petition|suspect|accused"
    r"|key_person|risk_score|face|plate|tenant|opinion|behaviou?r",
    re.IGNORECASE,
)
OURS = (
    "accounts",
    "grid",
    "streetlights",
    "cases",
    "households",
    "patrols",
    "handover",
    "rounds",
    "publish",
    "sync",
)


def test_no_field_for_what_is_never_recorded():
    names = [
        f"{model._meta.label}.{field.name}"
        for app in OURS
        for model in apps.get_app_config(app).get_models()
        for field in model._meta.get_fields()
    ]
    assert names
    assert [name for name in names if NEVER.search(name)] == []


def test_positions_of_people_are_stored_in_patrols_only():
    holders = {
        model._meta.label
        for app in OURS
        for model in apps.get_app_config(app).get_models()
        if any(field.name in {"longitudes", "latitudes"} for field in model._meta.get_fields())
    }
    assert holders == {"patrols.TrackChunk"}
