"""Whose plan it is says besides when the household withdrew: nothing is kept of visits after it.

Also of those that came from somebody who no longer sees the household.
"""

from typing import ClassVar

from django.db import migrations

DROP = "DROP FUNCTION households_home_of_plan(uuid)"
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
#: As 0008 has it, whose name is no name in Python.
BEFORE = HOME.replace(", OUT withdrawn timestamptz", "")
BEFORE = BEFORE.replace(", p.withdrawn_at INTO home, code, withdrawn", " INTO home, code")


class Migration(migrations.Migration):
    dependencies: ClassVar = [("households", "0008_home_of_plan")]
    operations: ClassVar = [migrations.RunSQL([DROP, HOME], [DROP, BEFORE])]
