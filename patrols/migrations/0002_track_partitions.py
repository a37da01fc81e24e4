"""The track table, partitioned by the day a chunk arrived: retention is dropping a partition."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

TABLE = """
CREATE TABLE patrols_trackchunk (
    received_on date NOT NULL,
    patrol_id uuid NOT NULL REFERENCES patrols_patrol (id) ON DELETE CASCADE,
    sequence integer NOT NULL CHECK (sequence >= 0),
    longitudes double precision[] NOT NULL,
    latitudes double precision[] NOT NULL,
    milliseconds bigint[] NOT NULL,
    accuracies double precision[] NOT NULL,
    PRIMARY KEY (received_on, patrol_id, sequence),
    CHECK (cardinality(longitudes) = cardinality(latitudes)
        AND cardinality(longitudes) = cardinality(milliseconds)
        AND cardinality(longitudes) = cardinality(accuracies))
) PARTITION BY RANGE (received_on);
CREATE INDEX patrols_trackchunk_patrol ON patrols_trackchunk (patrol_id);
CREATE TABLE patrols_trackchunk_default PARTITION OF patrols_trackchunk DEFAULT;
"""

CHUNK = migrations.CreateModel(
    name="TrackChunk",
    fields=[
        (
            "pk",
            models.CompositePrimaryKey(
                "received_on",
                "patrol_id",
                "sequence",
                blank=True,
                editable=False,
                primary_key=True,
                serialize=False,
            ),
        ),
        ("received_on", models.DateField()),
        ("sequence", models.PositiveIntegerField()),
        ("longitudes", django.contrib.postgres.fields.ArrayField(models.FloatField(), size=None)),
        ("latitudes", django.contrib.postgres.fields.ArrayField(models.FloatField(), size=None)),
        (
            "milliseconds",
            django.contrib.postgres.fields.ArrayField(
                models.BigIntegerField(null=True), size=None
            ),
        ),
        ("accuracies", django.contrib.postgres.fields.ArrayField(models.FloatField(), size=None)),
        (
            "patrol",
            models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="chunks",
                to="patrols.patrol",
            ),
        ),
    ],
    options={"verbose_name": "track chunk", "verbose_name_plural": "track chunks"},
)


class Migration(migrations.Migration):
    dependencies = [("patrols", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(TABLE, reverse_sql="DROP TABLE patrols_trackchunk;")
            ],
            state_operations=[CHUNK],
        )
    ]
