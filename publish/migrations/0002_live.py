"""Triggers that notify open maps of what changed: a layer and a community, nothing else."""

from typing import ClassVar

from django.db import migrations

#: PostgreSQL sends what is said twice in a transaction once.
FUNCTIONS = """
CREATE FUNCTION publish_tell_walked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('gridwalk_live', 'coverage ' || area.code)
    FROM (
        SELECT DISTINCT segment.community_id FROM touched
        JOIN public.grid_segment segment ON segment.id = touched.segment_id
    ) walked JOIN public.grid_area area ON area.id = walked.community_id;
    RETURN NULL;
END $$;

CREATE FUNCTION publish_tell_cases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('gridwalk_live', 'cases ' || place.code)
    FROM (SELECT DISTINCT left(area_code, 12) AS code FROM touched WHERE area_code <> '') place;
    RETURN NULL;
END $$;

CREATE FUNCTION publish_tell_lamps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('gridwalk_live', 'lamps ' || area.code)
    FROM (SELECT DISTINCT community_id FROM touched) lit
    JOIN public.grid_area area ON area.id = lit.community_id;
    RETURN NULL;
END $$;
"""
DROP = """
DROP FUNCTION publish_tell_walked();
DROP FUNCTION publish_tell_cases();
DROP FUNCTION publish_tell_lamps();
"""
TELLERS = (
    ("patrols_walkedstretch", "publish_tell_walked"),
    ("cases_case", "publish_tell_cases"),
    ("streetlights_lamp", "publish_tell_lamps"),
)


def _trigger(table: str, function: str, event: str) -> migrations.RunSQL:
    side = "OLD" if event == "DELETE" else "NEW"
    name = f"live_{event.lower()}"
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} AFTER {event} ON {table}"
        f" REFERENCING {side} TABLE AS touched FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
        f"DROP TRIGGER {name} ON {table}",
    )


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("publish", "0001_tile_changes"),
        ("patrols", "0005_patrols_in_parts"),
        ("cases", "0010_awaited_photos"),
        ("streetlights", "0002_circuits_and_sightings"),
    ]
    operations: ClassVar = [
        migrations.RunSQL(FUNCTIONS, DROP),
        *(
            _trigger(table, function, event)
            for table, function in TELLERS
            for event in ("INSERT", "UPDATE", "DELETE")
        ),
    ]
