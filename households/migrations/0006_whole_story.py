"""Who cares for a household knows all that is kept about it, from before new cells were drawn too.

History rows and access records keep the cell of their time, which may be another's by now.
"""

from typing import ClassVar

from django.db import migrations

HISTORY = """
CREATE POLICY of_household ON {table} FOR SELECT USING (EXISTS (
    SELECT FROM households_household h
    WHERE h.id = {column} AND h.area_id = ANY ((SELECT households_areas())::bigint[])
));
"""
TABLES = {
    "households_householdevent": "pgh_obj_id",
    "households_careplanevent": "household_id",
}

READERS = """
-- Every access record of a household in the member's care; nothing for anybody else.
CREATE FUNCTION households_readers(the_household uuid)
RETURNS SETOF households_accessrecord LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    job text := current_setting('gridwalk.job', true);
BEGIN
    IF EXISTS (SELECT FROM households_household
        WHERE id = the_household AND area_id = ANY (households_areas()))
    THEN
        PERFORM set_config('gridwalk.job', 'outside', true);
        RETURN QUERY SELECT * FROM households_accessrecord WHERE household = the_household;
        PERFORM set_config('gridwalk.job', coalesce(job, ''), true);
    END IF;
END $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("households", "0005_care_counts_as_ranges")]
    operations: ClassVar = [
        *(
            migrations.RunSQL(
                HISTORY.format(table=table, column=column), f"DROP POLICY of_household ON {table}"
            )
            for table, column in TABLES.items()
        ),
        migrations.RunSQL(READERS, "DROP FUNCTION households_readers(uuid)"),
    ]
