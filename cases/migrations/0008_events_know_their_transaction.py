import django.contrib.postgres.indexes
import django.db.models.functions.comparison
from django.db import migrations, models

TRANSACTION = django.db.models.functions.comparison.Cast(
    django.db.models.functions.comparison.Cast(
        models.Func(function="pg_current_xact_id", output_field=models.TextField()),
        models.TextField(),
    ),
    models.BigIntegerField(),
)


class Migration(migrations.Migration):
    dependencies = [("cases", "0007_category_icons")]

    operations = [
        # First without the default: with it at once the whole table would be written anew.
        migrations.AddField(
            model_name="event",
            name="transaction",
            field=models.BigIntegerField(null=True, editable=False),
        ),
        migrations.AlterField(
            model_name="event",
            name="transaction",
            field=models.BigIntegerField(null=True, editable=False, db_default=TRANSACTION),
        ),
        migrations.AddIndex(
            model_name="event",
            index=django.contrib.postgres.indexes.BrinIndex(
                autosummarize=True, fields=["transaction"], name="event_transaction"
            ),
        ),
        migrations.AddField(
            model_name="figuresmade",
            name="ended",
            field=models.TextField(default="1:1:"),
        ),
        # All figures are made once more: an event that was committed late may be missing.
        migrations.RunSQL("UPDATE cases_figuresmade SET event = 0", migrations.RunSQL.noop),
    ]
