"""A member's areas are worked out once in a transaction, not for each table of each statement.

What was found is kept beside the member and the day it was found for (``gridwalk.areas``), until
the transaction ends or accounts/acting.py names another. Who could set it could name another member
as well, so it opens nothing. Policies are asked in the order of their names, the last one first:
under its new name that of looks from outside comes after the others, and is not asked at all for
what they show.
"""

from typing import ClassVar

from django.db import migrations

ONCE = """
CREATE OR REPLACE FUNCTION households_areas() RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
DECLARE
    me bigint := public.households_member();
    eyes text := current_setting('gridwalk.member', true) || ' '
        || coalesce(current_setting('gridwalk.day', true), '') || ' ';
    known text := current_setting('gridwalk.areas', true);
    found bigint[];
BEGIN
    IF me IS NULL THEN
        RETURN '{}';
    END IF;
    IF split_part(known, '{', 1) = eyes THEN
        RETURN ('{' || split_part(known, '{', 2))::bigint[];
    END IF;
    SELECT coalesce(array_agg(DISTINCT a.id), '{}') INTO found
        FROM public.grid_responsibility r
        JOIN public.accounts_member m ON m.id = r.member_id AND m.is_active
        JOIN public.grid_area held ON held.id = r.area_id AND held.retired_on IS NULL
        JOIN public.grid_area a ON a.code OPERATOR(pg_catalog.~>=~) held.code
            AND a.code OPERATOR(pg_catalog.~<~) (held.code || ':')
        WHERE r.member_id = me
          AND (r.role = 'worker' AND held.level >= 12 OR r.role = 'coordinator' AND held.level = 12)
          AND r.starts_on <= public.households_day()
          AND (r.ends_on IS NULL OR r.ends_on >= public.households_day());
    PERFORM set_config('gridwalk.areas', eyes || found::text, true);
    RETURN found;
END $$;
"""
EACH_TIME = """
CREATE OR REPLACE FUNCTION households_areas() RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
DECLARE
    me bigint := public.households_member();
BEGIN
    IF me IS NULL THEN
        RETURN '{}';
    END IF;
    RETURN (
        SELECT coalesce(array_agg(DISTINCT a.id), '{}')
        FROM public.grid_responsibility r
        JOIN public.accounts_member m ON m.id = r.member_id AND m.is_active
        JOIN public.grid_area held ON held.id = r.area_id AND held.retired_on IS NULL
        JOIN public.grid_area a ON a.code OPERATOR(pg_catalog.~>=~) held.code
            AND a.code OPERATOR(pg_catalog.~<~) (held.code || ':')
        WHERE r.member_id = me
          AND (r.role = 'worker' AND held.level >= 12 OR r.role = 'coordinator' AND held.level = 12)
          AND r.starts_on <= public.households_day()
          AND (r.ends_on IS NULL OR r.ends_on >= public.households_day())
    );
END $$;
"""

RENAME = "ALTER POLICY {old} ON {table} RENAME TO {new}"
TABLES = (
    "households_careplan",
    "households_door",
    "households_household",
    "households_visit",
)

#: As in migration 0002, but one look of a member after the other.
ONE_AT_A_TIME = """
CREATE OR REPLACE FUNCTION households_open_outside(
    the_building bigint, the_entrance text, the_floor text, the_label text, the_reason text
) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    job text := current_setting('gridwalk.job', true);
    place grid_area;
    found uuid;
BEGIN
    SELECT a.* INTO place FROM grid_building b
        JOIN grid_area a ON a.id = coalesce(b.cell_id, b.community_id) WHERE b.id = the_building;
    IF place.id IS NULL OR NOT EXISTS (
        SELECT FROM grid_area a
        WHERE a.id = ANY (households_areas()) AND left(a.code, 12) = left(place.code, 12)
    ) THEN
        RAISE EXCEPTION 'not in a community of the member' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF length(btrim(the_reason)) < 10 THEN
        RAISE EXCEPTION 'a reason is needed' USING ERRCODE = 'check_violation';
    END IF;
    -- One look at a time, so that none is left out of the count.
    PERFORM pg_advisory_xact_lock(7311006, households_member()::int);
    IF (SELECT count(*) FROM households_accessrecord WHERE outside
        AND member_id = households_member() AND at > now() - interval '1 day') >= 20 THEN
        RAISE EXCEPTION 'too many looks' USING ERRCODE = 'program_limit_exceeded';
    END IF;
    PERFORM set_config('gridwalk.job', 'outside', true);
    SELECT h.id INTO found FROM households_household h JOIN households_door d ON d.id = h.door_id
        WHERE d.building_id = the_building AND d.entrance = the_entrance
        AND d.floor = the_floor AND d.label = the_label;
    INSERT INTO households_accessrecord
        (member_id, household, area_id, area_code, at, looked, why, outside)
    VALUES (households_member(), found, place.id, place.code, now(), 'page',
        left(btrim(the_reason), 200), true);
    PERFORM set_config('gridwalk.job', coalesce(job, ''), true);
    RETURN found;
END $$;
"""
SIDE_BY_SIDE = """
CREATE OR REPLACE FUNCTION households_open_outside(
    the_building bigint, the_entrance text, the_floor text, the_label text, the_reason text
) RETURNS uuid LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    job text := current_setting('gridwalk.job', true);
    place grid_area;
    found uuid;
BEGIN
    SELECT a.* INTO place FROM grid_building b
        JOIN grid_area a ON a.id = coalesce(b.cell_id, b.community_id) WHERE b.id = the_building;
    IF place.id IS NULL OR NOT EXISTS (
        SELECT FROM grid_area a
        WHERE a.id = ANY (households_areas()) AND left(a.code, 12) = left(place.code, 12)
    ) THEN
        RAISE EXCEPTION 'not in a community of the member' USING ERRCODE = 'insufficient_privilege';
    END IF;
    IF length(btrim(the_reason)) < 10 THEN
        RAISE EXCEPTION 'a reason is needed' USING ERRCODE = 'check_violation';
    END IF;
    -- A member's own records are there for the count.
    IF (SELECT count(*) FROM households_accessrecord WHERE outside
        AND member_id = households_member() AND at > now() - interval '1 day') >= 20 THEN
        RAISE EXCEPTION 'too many looks' USING ERRCODE = 'program_limit_exceeded';
    END IF;
    PERFORM set_config('gridwalk.job', 'outside', true);
    SELECT h.id INTO found FROM households_household h JOIN households_door d ON d.id = h.door_id
        WHERE d.building_id = the_building AND d.entrance = the_entrance
        AND d.floor = the_floor AND d.label = the_label;
    INSERT INTO households_accessrecord
        (member_id, household, area_id, area_code, at, looked, why, outside)
    VALUES (households_member(), found, place.id, place.code, now(), 'page',
        left(btrim(the_reason), 200), true);
    PERFORM set_config('gridwalk.job', coalesce(job, ''), true);
    RETURN found;
END $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("households", "0007_planned_once")]
    operations: ClassVar = [
        migrations.RunSQL(ONCE, EACH_TIME),
        *(
            migrations.RunSQL(
                RENAME.format(table=table, old="opened", new="a_look_from_outside"),
                RENAME.format(table=table, old="a_look_from_outside", new="opened"),
            )
            for table in TABLES
        ),
        migrations.RunSQL(ONE_AT_A_TIME, SIDE_BY_SIDE),
    ]
