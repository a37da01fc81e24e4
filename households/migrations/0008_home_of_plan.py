"""Whose plan a tablet's record is about, for who may no longer see the household.

Work that was done before a responsibility ended is kept for the office, and goes when the
household is erased: that needs its id. Whoever asks knows the plan's already. Nothing is kept of
visits after the household withdrew: that needs the time.
"""

from typing import ClassVar

from django.db import migrations

HOME = """
CREATE FUNCTION households_home_of_plan(
    the_plan uuid, OUT home uuid, OUT code text, OUT withdrawn timestamptz)
RETURNS record LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    job text := current_setting('gridwalk.job', true);
BEGIN
    PERFORM set_config('gridwalk.job', 'placing', true);
    SELECT p.household_id, a.code, p.withdrawn_at INTO home, code, withdrawn
        FROM households_careplan p JOIN grid_area a ON a.id = p.area_id WHERE p.id = the_plan;
    PERFORM set_config('gridwalk.job', coalesce(job, ''), true);
END $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("households", "0007_imports_stop")]
    operations: ClassVar = [migrations.RunSQL(HOME, "DROP FUNCTION households_home_of_plan(uuid)")]
