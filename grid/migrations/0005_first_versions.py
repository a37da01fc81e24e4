"""Every community that has cells gets its first division, from the beginning of time."""

import datetime as dt
from typing import Any

from django.db import migrations


def record(apps: Any, schema_editor: Any) -> None:
    area, division = apps.get_model("grid", "Area"), apps.get_model("grid", "Division")
    cells = area.objects.filter(level=15, retired_on=None).order_by().values_list("code", flat=True)
    codes = {code[:12] for code in cells}
    division.objects.bulk_create(
        division(community=community, state="in_force", starts_on=dt.date.min)
        for community in area.objects.filter(code__in=codes).order_by("code")
    )


class Migration(migrations.Migration):
    dependencies = [("grid", "0004_divisions")]

    operations = [migrations.RunPython(record, migrations.RunPython.noop)]
