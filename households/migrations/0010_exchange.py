"""The job of export_data and import_data sees households, where they are asked for by name."""

from django.db import migrations

JOBS = """
CREATE OR REPLACE FUNCTION households_at_work() RETURNS boolean LANGUAGE sql STABLE
RETURN current_setting('gridwalk.job', true) IN
    ({jobs});
"""
BEFORE = "'counts', 'erasure', 'import', 'outside', 'placing', 'retention', 'rotate_keys', 'visits'"


class Migration(migrations.Migration):
    dependencies = [("households", "0009_visits_made")]

    operations = [
        migrations.RunSQL(JOBS.format(jobs=f"{BEFORE}, 'exchange'"), JOBS.format(jobs=BEFORE))
    ]
