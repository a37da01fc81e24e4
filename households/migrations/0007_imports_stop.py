"""An erasure stops the files of its community that are still to be taken in, whoever sent them.

A coordinator sees the own uploads only, so the database does it, for a community of theirs.
"""

from typing import ClassVar

from django.db import migrations

STOP = """
CREATE FUNCTION households_stop_imports(the_community text, the_problem text)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    job text := current_setting('gridwalk.job', true);
BEGIN
    PERFORM set_config('gridwalk.job', 'import', true);
    UPDATE households_householdimport
        SET state = 'failed', content = '', told = '', problem = the_problem
        WHERE kind = 'homes' AND state IN ('asked', 'waiting', 'running') AND area_id IN (
            SELECT id FROM grid_area
            WHERE code = the_community AND id = ANY (households_areas())
        );
    PERFORM set_config('gridwalk.job', coalesce(job, ''), true);
END $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("households", "0006_whole_story")]
    operations: ClassVar = [
        migrations.RunSQL(STOP, "DROP FUNCTION households_stop_imports(text, text)")
    ]
