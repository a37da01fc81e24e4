"""The log of changed tile layers, and the triggers that write it."""

from typing import ClassVar

from django.db import migrations, models

LAYERS = (
    ("grid_segment", "streets"),
    ("grid_street", "streets"),
    ("grid_building", "buildings"),
    ("grid_area", "cells"),
    ("grid_backdrop", "backdrop"),
)

NOTE = """
CREATE FUNCTION publish_note_tile_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO publish_tilechange (layer, txid)
    VALUES (TG_ARGV[0], txid_current()) ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
"""
TRIGGER = """
CREATE TRIGGER tile_change AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION publish_note_tile_change('{layer}');
"""


class Migration(migrations.Migration):
    initial = True
    dependencies: ClassVar = [("grid", "0001_initial")]
    operations: ClassVar = [
        migrations.CreateModel(
            name="TileChange",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "layer", "txid", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("layer", models.CharField(max_length=12)),
                ("txid", models.BigIntegerField()),
            ],
            options={
                "verbose_name": "change of tiles",
                "verbose_name_plural": "changes of tiles",
            },
        ),
        migrations.RunSQL(NOTE, "DROP FUNCTION publish_note_tile_change()"),
        *(
            migrations.RunSQL(
                TRIGGER.format(table=table, layer=layer), f"DROP TRIGGER tile_change ON {table}"
            )
            for table, layer in LAYERS
        ),
    ]
