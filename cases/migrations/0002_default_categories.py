from django.db import migrations

from cases.default_categories import plant


def forwards(apps, schema_editor):
    plant(apps.get_model("cases", "Category"))


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_cases")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
