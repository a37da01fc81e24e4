from django.db import migrations, models


def call_it_doubtful(apps, schema_editor):
    """What was matched before nobody has asked about: doubtful, until it is matched again."""
    patrols = apps.get_model("patrols", "Patrol").objects.using(schema_editor.connection.alias)
    patrols.update(doubtful_metres=models.F("covered_metres"))


class Migration(migrations.Migration):
    dependencies = [("patrols", "0002_track_partitions")]

    operations = [
        migrations.AddField(
            model_name="patrol",
            name="certain_metres",
            field=models.DecimalField(
                decimal_places=1, default=0, max_digits=10, verbose_name="certain metres"
            ),
        ),
        migrations.AddField(
            model_name="patrol",
            name="doubtful_metres",
            field=models.DecimalField(
                decimal_places=1, default=0, max_digits=10, verbose_name="doubtful metres"
            ),
        ),
        migrations.RunPython(call_it_doubtful, migrations.RunPython.noop),
    ]
