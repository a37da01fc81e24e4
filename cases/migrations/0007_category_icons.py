import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

from cases.default_categories import illustrate


def forwards(apps, schema_editor):
    illustrate(apps.get_model("cases", "Category"))


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0006_due_within_a_year"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="category",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="category",
            name="update_update",
        ),
        migrations.AddField(
            model_name="category",
            name="icon",
            field=models.CharField(
                blank=True,
                choices=[
                    ("lamp", "lamp"),
                    ("lamps", "several lamps"),
                    ("pole", "broken pole"),
                    ("manhole", "manhole"),
                    ("paving", "broken ground"),
                    ("sign", "sign"),
                    ("bin", "bin"),
                    ("tree", "tree"),
                    ("leak", "leaking pipe"),
                    ("fire", "flame"),
                    ("tools", "spanner"),
                    ("rubbish", "bags of rubbish"),
                    ("noise", "loudspeaker"),
                    ("barrier", "barrier"),
                    ("no_water", "dry tap"),
                    ("no_power", "plug"),
                    ("talk", "two who talk"),
                    ("building", "cracked building"),
                    ("night", "moon"),
                    ("other", "exclamation mark"),
                ],
                help_text="Left empty, the picture of its group is shown.",
                max_length=12,
                verbose_name="picture",
            ),
        ),
        migrations.AddField(
            model_name="categoryevent",
            name="icon",
            field=models.CharField(
                blank=True,
                choices=[
                    ("lamp", "lamp"),
                    ("lamps", "several lamps"),
                    ("pole", "broken pole"),
                    ("manhole", "manhole"),
                    ("paving", "broken ground"),
                    ("sign", "sign"),
                    ("bin", "bin"),
                    ("tree", "tree"),
                    ("leak", "leaking pipe"),
                    ("fire", "flame"),
                    ("tools", "spanner"),
                    ("rubbish", "bags of rubbish"),
                    ("noise", "loudspeaker"),
                    ("barrier", "barrier"),
                    ("no_water", "dry tap"),
                    ("no_power", "plug"),
                    ("talk", "two who talk"),
                    ("building", "cracked building"),
                    ("night", "moon"),
                    ("other", "exclamation mark"),
                ],
                help_text="Left empty, the picture of its group is shown.",
                max_length=12,
                verbose_name="picture",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="category",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "cases_categoryevent" ("active", "claimable", "code", "crew_id", "due_amount", "due_unit", "icon", "id", "lamps", "name", "name_zh", "parent_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "published", "recheck", "residents", "topic") VALUES (NEW."active", NEW."claimable", NEW."code", NEW."crew_id", NEW."due_amount", NEW."due_unit", NEW."icon", NEW."id", NEW."lamps", NEW."name", NEW."name_zh", NEW."parent_id", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."position", NEW."published", NEW."recheck", NEW."residents", NEW."topic"); RETURN NULL;',
                    hash="74ed3136ef3ac544e77d240568e2997e8352a1e6",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_b8e27",
                    table="cases_category",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="category",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.* IS DISTINCT FROM NEW.*)",
                    func='INSERT INTO "cases_categoryevent" ("active", "claimable", "code", "crew_id", "due_amount", "due_unit", "icon", "id", "lamps", "name", "name_zh", "parent_id", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "position", "published", "recheck", "residents", "topic") VALUES (NEW."active", NEW."claimable", NEW."code", NEW."crew_id", NEW."due_amount", NEW."due_unit", NEW."icon", NEW."id", NEW."lamps", NEW."name", NEW."name_zh", NEW."parent_id", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."position", NEW."published", NEW."recheck", NEW."residents", NEW."topic"); RETURN NULL;',
                    hash="23d072b5f8b63be3b47309f014626cb0e7c31b83",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_d61bc",
                    table="cases_category",
                    when="AFTER",
                ),
            ),
        ),
        migrations.RunPython(forwards, migrations.RunPython.noop),
    ]
