"""Row-level security: the database itself shows a household only to who is responsible for it.

Whose eyes a transaction has is told by accounts/acting.py. A member's areas are worked out here,
from the responsibilities, so that a mistake of the web process shows nobody else's homes; jobs are
a matter of the tables' owner, whom the web process is not.
"""

from typing import ClassVar

from django.db import migrations

FUNCTIONS = """
CREATE FUNCTION households_member() RETURNS bigint LANGUAGE sql STABLE
RETURN nullif(current_setting('gridwalk.member', true), '')::bigint;

-- The member's local day, which is at most one off the server's.
CREATE FUNCTION households_day() RETURNS date LANGUAGE sql STABLE
RETURN greatest(current_date - 1, least(current_date + 1,
    coalesce(nullif(current_setting('gridwalk.day', true), '')::date, current_date)));

CREATE FUNCTION households_at_work() RETURNS boolean LANGUAGE sql STABLE
RETURN current_setting('gridwalk.job', true) IN
    ('counts', 'erasure', 'import', 'outside', 'placing', 'retention', 'rotate_keys', 'visits');

-- Ids of the cells and communities whose households the member may know today; the same rule as
-- grid.responsibility.homes_of. Bytewise comparison, so that the index on codes serves. In plpgsql,
-- since a function in SQL is planned at every call, and history triggers call it for every row.
-- Worked out once in a transaction: what was found is kept beside the member and the day it was
-- found for. Who could set it could name another member as well, so it opens nothing.
CREATE FUNCTION households_areas() RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
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

-- Codes of the areas that the member audits.
CREATE FUNCTION households_audited() RETURNS text[] LANGUAGE sql STABLE BEGIN ATOMIC
    SELECT coalesce(array_agg(held.code::text), '{}')
    FROM public.grid_responsibility r
    JOIN public.accounts_member m ON m.id = r.member_id AND m.is_active
    JOIN public.grid_area held ON held.id = r.area_id AND held.retired_on IS NULL
    WHERE r.member_id = public.households_member() AND r.role = 'auditor'
      AND r.starts_on <= public.households_day()
      AND (r.ends_on IS NULL OR r.ends_on >= public.households_day());
END;
"""
NO_FUNCTIONS = """
DROP FUNCTION households_audited();
DROP FUNCTION households_areas();
DROP FUNCTION households_at_work();
DROP FUNCTION households_day();
DROP FUNCTION households_member();
"""

#: Tables of households, with the column that names the household where there is one.
GUARDED = {
    "households_door": None,
    "households_buildinghead": None,
    "households_tombstone": None,
    "households_household": "id",
    "households_careplan": "household_id",
    "households_visit": "household_id",
    "households_householdevent": "pgh_obj_id",
    "households_careplanevent": "household_id",
}
FORCE = """
ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;
ALTER TABLE {table} FORCE ROW LEVEL SECURITY;
CREATE POLICY jobs ON {table} TO CURRENT_USER USING ((SELECT households_at_work()));
"""
MEMBERS = """
CREATE POLICY members ON {table} USING (area_id = ANY ((SELECT households_areas())::bigint[]));
"""
#: A look from outside the own area, stated and recorded, lasts a quarter of an hour. Policies are
#: asked in the reverse order of their names: by this one it comes last, and is not asked at all for
#: what the others show.
OPENED = """
CREATE POLICY a_look_from_outside ON {table} FOR SELECT
    USING ({household} = ANY ((SELECT households_opened())::uuid[]));
"""
NOT_FORCED = """
ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY;
ALTER TABLE {table} DISABLE ROW LEVEL SECURITY;
DROP POLICY jobs ON {table};
"""

ACCESS = """
CREATE FUNCTION households_opened() RETURNS uuid[] LANGUAGE plpgsql STABLE AS $$
DECLARE
    me bigint := public.households_member();
BEGIN
    IF me IS NULL THEN
        RETURN '{}';
    END IF;
    RETURN (
        SELECT coalesce(array_agg(DISTINCT household), '{}')
        FROM public.households_accessrecord
        WHERE member_id = me AND outside AND household IS NOT NULL
          AND at > now() - interval '15 minutes' AND at <= now()
    );
END $$;
CREATE FUNCTION households_opened_doors() RETURNS bigint[] LANGUAGE plpgsql STABLE AS $$
DECLARE
    opened uuid[] := public.households_opened();
BEGIN
    IF opened = '{}' THEN
        RETURN '{}';
    END IF;
    RETURN (
        SELECT coalesce(array_agg(door_id), '{}') FROM public.households_household
        WHERE id = ANY (opened)
    );
END $$;

CREATE POLICY members ON households_accessrecord FOR SELECT
    USING (area_id = ANY ((SELECT households_areas())::bigint[]));
CREATE POLICY auditors ON households_accessrecord FOR SELECT
    USING (area_code ^@ ANY ((SELECT households_audited())::text[]));
CREATE POLICY oneself ON households_accessrecord FOR SELECT
    USING (member_id = (SELECT households_member()));
CREATE POLICY written ON households_accessrecord FOR INSERT WITH CHECK (
    member_id = (SELECT households_member()) AND NOT outside
    AND area_id = ANY ((SELECT households_areas())::bigint[])
);

CREATE FUNCTION households_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('gridwalk.job', true) = 'retention' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'access records are append-only' USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON households_accessrecord
    FOR EACH STATEMENT EXECUTE FUNCTION households_append_only();

-- A look at a door outside the own area but in the own community. It leaves a record, also where
-- nobody takes part behind that door. NULL: nobody does.
CREATE FUNCTION households_open_outside(
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
NO_ACCESS = """
DROP FUNCTION households_open_outside(bigint, text, text, text, text);
DROP TRIGGER append_only ON households_accessrecord;
DROP FUNCTION households_append_only();
DROP POLICY written ON households_accessrecord;
DROP POLICY oneself ON households_accessrecord;
DROP POLICY auditors ON households_accessrecord;
DROP POLICY members ON households_accessrecord;
DROP FUNCTION households_opened_doors();
DROP FUNCTION households_opened();
"""
OPENED_DOORS = """
CREATE POLICY a_look_from_outside ON households_door FOR SELECT
    USING (id = ANY ((SELECT households_opened_doors())::bigint[]));
"""

PLACES = """
-- A building that leaves the map lets its doors go; they keep its address.
ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {constraint};
ALTER TABLE {table} ADD CONSTRAINT {constraint} FOREIGN KEY (building_id)
    REFERENCES grid_building (id) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED;
"""

FOLLOW = """
-- Homes follow their building when cells are drawn anew.
CREATE FUNCTION households_follow_building() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    job text := current_setting('gridwalk.job', true);
BEGIN
    IF NOT EXISTS (
        SELECT FROM moved m JOIN stood s ON s.id = m.id
        WHERE (m.cell_id, m.community_id) IS DISTINCT FROM (s.cell_id, s.community_id)
    ) THEN
        RETURN NULL;
    END IF;
    PERFORM set_config('gridwalk.job', 'placing', true);
    UPDATE households_door d SET area_id = coalesce(m.cell_id, m.community_id)
        FROM moved m WHERE d.building_id = m.id AND d.area_id <> coalesce(m.cell_id, m.community_id);
    UPDATE households_buildinghead h SET area_id = coalesce(m.cell_id, m.community_id)
        FROM moved m WHERE h.building_id = m.id AND h.area_id <> coalesce(m.cell_id, m.community_id);
    UPDATE households_household h SET area_id = d.area_id FROM households_door d, moved m
        WHERE d.building_id = m.id AND h.door_id = d.id AND h.area_id <> d.area_id;
    UPDATE households_careplan p SET area_id = d.area_id
        FROM households_household h, households_door d, moved m
        WHERE d.building_id = m.id AND h.door_id = d.id AND p.household_id = h.id
        AND p.area_id <> d.area_id;
    UPDATE households_visit v SET area_id = d.area_id
        FROM households_household h, households_door d, moved m
        WHERE d.building_id = m.id AND h.door_id = d.id AND v.household_id = h.id
        AND v.area_id <> d.area_id;
    PERFORM set_config('gridwalk.job', coalesce(job, ''), true);
    RETURN NULL;
END $$;
CREATE TRIGGER households_follow AFTER UPDATE ON grid_building
    REFERENCING OLD TABLE AS stood NEW TABLE AS moved
    FOR EACH STATEMENT EXECUTE FUNCTION households_follow_building();
"""
NO_FOLLOW = """
DROP TRIGGER households_follow ON grid_building;
DROP FUNCTION households_follow_building();
"""


def _all_tables() -> list[str]:
    return [*GUARDED, "households_accessrecord"]


class Migration(migrations.Migration):
    dependencies: ClassVar = [("households", "0001_households"), ("grid", "0002_tile_indexes")]
    operations: ClassVar = [
        migrations.RunSQL(FUNCTIONS, NO_FUNCTIONS),
        *(
            migrations.RunSQL(FORCE.format(table=table), NOT_FORCED.format(table=table))
            for table in _all_tables()
        ),
        *(
            migrations.RunSQL(MEMBERS.format(table=table), f"DROP POLICY members ON {table}")
            for table in GUARDED
        ),
        migrations.RunSQL(ACCESS, NO_ACCESS),
        *(
            migrations.RunSQL(
                OPENED.format(table=table, household=column),
                f"DROP POLICY a_look_from_outside ON {table}",
            )
            for table, column in GUARDED.items()
            if column and not table.endswith("event")
        ),
        migrations.RunSQL(OPENED_DOORS, "DROP POLICY a_look_from_outside ON households_door"),
        *(
            migrations.RunSQL(
                PLACES.format(table=table, constraint=f"{table}_building_fk"),
                migrations.RunSQL.noop,
            )
            for table in ("households_door", "households_buildinghead")
        ),
        migrations.RunSQL(FOLLOW, NO_FOLLOW),
    ]
