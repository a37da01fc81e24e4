"""The track table, partitioned by the day a chunk arrived: retention is dropping a partition."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("patrols", "0001_initial")]

    operations = [
        migrations.RunSQL(
            sql="""
            CREATE TABLE patrols_trackchunk (
                received_on date NOT NULL,
                patrol_id uuid NOT NULL REFERENCES patrols_patrol (id) ON DELETE CASCADE
                    DEFERRABLE INITIALLY DEFERRED,
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
            """,
            reverse_sql="DROP TABLE patrols_trackchunk;",
        )
    ]
