"""The log of what changed the figures of a community, and the triggers that write it."""

from typing import ClassVar

from django.db import migrations, models

NOTE = """
CREATE FUNCTION publish_note_coverage(places text[]) RETURNS void LANGUAGE sql AS $$
    INSERT INTO public.publish_coveragechange AS known (place, txid, number, noted_at)
    SELECT DISTINCT code, txid_current(), 1, now() FROM unnest(places) AS code
    ON CONFLICT (place, txid) DO UPDATE SET number = known.number + 1
$$;

CREATE FUNCTION publish_note_ground() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM public.publish_note_coverage(ARRAY['']);
    RETURN NULL;
END $$;

CREATE FUNCTION publish_note_passed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM public.publish_note_coverage(array_agg(area.code))
    FROM (
        SELECT DISTINCT building.community_id FROM touched
        JOIN public.grid_building building ON building.id = touched.building_id
    ) passed JOIN public.grid_area area ON area.id = passed.community_id;
    RETURN NULL;
END $$;
"""
DROP = """
DROP FUNCTION publish_note_passed();
DROP FUNCTION publish_note_ground();
DROP FUNCTION publish_note_coverage(text[]);
"""
#: As migration 0002 has it, and the communities are noted too.
WALKED = """
CREATE OR REPLACE FUNCTION publish_tell_walked() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    codes text[];
BEGIN
    SELECT array_agg(area.code) INTO codes
    FROM (
        SELECT DISTINCT segment.community_id FROM touched
        JOIN public.grid_segment segment ON segment.id = touched.segment_id
    ) walked JOIN public.grid_area area ON area.id = walked.community_id;
    PERFORM public.publish_note_coverage(codes);
    PERFORM pg_notify('gridwalk_live', 'coverage ' || code) FROM unnest(codes) AS code;
    RETURN NULL;
END $$;
"""
BEFORE = """
CREATE OR REPLACE FUNCTION publish_tell_walked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('gridwalk_live', 'coverage ' || area.code)
    FROM (
        SELECT DISTINCT segment.community_id FROM touched
        JOIN public.grid_segment segment ON segment.id = touched.segment_id
    ) walked JOIN public.grid_area area ON area.id = walked.community_id;
    RETURN NULL;
END $$;
"""
#: What figures of coverage are made of beside walks, and the columns of it that count.
GROUND = {
    "grid_segment": "community_id, kind, metres, duty, cadence_days, removed_on",
    "grid_cellstretch": "",
    "grid_divisionstretch": "",
    "grid_area": "code, level, retired_on",
    "grid_cadence": "",
    "grid_building": "community_id, cell_id, footprint",
}


def _ground(table: str, columns: str) -> migrations.RunSQL:
    update = f"UPDATE OF {columns}" if columns else "UPDATE"
    return migrations.RunSQL(
        f"CREATE TRIGGER coverage_ground AFTER INSERT OR DELETE OR TRUNCATE OR {update} ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION publish_note_ground()",
        f"DROP TRIGGER coverage_ground ON {table}",
    )


def _passed(event: str) -> migrations.RunSQL:
    side = "OLD" if event == "DELETE" else "NEW"
    name = f"coverage_{event.lower()}"
    return migrations.RunSQL(
        f"CREATE TRIGGER {name} AFTER {event} ON patrols_buildingpassed"
        f" REFERENCING {side} TABLE AS touched"
        " FOR EACH STATEMENT EXECUTE FUNCTION publish_note_passed()",
        f"DROP TRIGGER {name} ON patrols_buildingpassed",
    )


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("publish", "0007_mediation_stays_here"),
        ("grid", "0007_automatic_splits"),
        ("patrols", "0005_patrols_in_parts"),
    ]
    operations: ClassVar = [
        migrations.CreateModel(
            name="CoverageChange",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "place", "txid", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("place", models.CharField(max_length=15)),
                ("txid", models.BigIntegerField()),
                ("number", models.PositiveIntegerField(default=1)),
                ("noted_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "change of coverage",
                "verbose_name_plural": "changes of coverage",
            },
        ),
        migrations.RunSQL(NOTE, DROP),
        migrations.RunSQL(WALKED, BEFORE),
        *(_passed(event) for event in ("INSERT", "UPDATE", "DELETE")),
        *(_ground(table, columns) for table, columns in GROUND.items()),
        *(
            migrations.RunSQL(
                f"CREATE TRIGGER coverage_emptied AFTER TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION publish_note_ground()",
                f"DROP TRIGGER coverage_emptied ON {table}",
            )
            for table in ("patrols_walkedstretch", "patrols_buildingpassed")
        ),
    ]
