from django.db import migrations

from households.defaults import plant


def forwards(apps, schema_editor):
    plant(
        apps.get_model("households", "Checklist"),
        apps.get_model("households", "ChecklistItem"),
        apps.get_model("households", "ConsentText"),
    )


class Migration(migrations.Migration):
    dependencies = [("households", "0002_row_level_security")]
    operations = [migrations.RunPython(forwards, migrations.RunPython.noop)]
