"""The log of changes for tablets, and the triggers that write it.

Triggers and not signals: imports, jobs and plain SQL change records too. Each is of a statement,
with its rows in transition tables: an import of a million lamps runs one INSERT more for each of
its own. They act with the rights of who changed the record, and name of homes only visits.
"""

from typing import ClassVar

import django.contrib.postgres.indexes
import django.db.models.functions.datetime
from django.db import migrations, models
from django.db.models.functions import Cast

#: Whom a case concerns: who works in its area, and who reported it, claimed it or was given it.
CASES = """
CREATE FUNCTION sync_note_cases() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO public.sync_change (kind, record, audience)
        SELECT 'case', c.id::text, whom.audience FROM fresh c CROSS JOIN LATERAL (VALUES
            (c.area_code::text), ('member:' || c.reporter_id), ('member:' || c.assignee_id),
            ('member:' || c.claimed_by_id), ('crew:' || c.crew_id)) whom (audience)
        WHERE whom.audience <> '';
        RETURN NULL;
    END IF;
    INSERT INTO public.sync_change (kind, record, audience)
    SELECT DISTINCT 'case', c.id::text, whom.audience
    FROM (
        SELECT id, area_code, reporter_id, assignee_id, claimed_by_id, crew_id FROM stale
        UNION ALL
        SELECT id, area_code, reporter_id, assignee_id, claimed_by_id, crew_id FROM fresh
    ) c CROSS JOIN LATERAL (VALUES
        (c.area_code::text), ('member:' || c.reporter_id), ('member:' || c.assignee_id),
        ('member:' || c.claimed_by_id), ('crew:' || c.crew_id)) whom (audience)
    WHERE whom.audience <> '';
    RETURN NULL;
END $$;

-- A photo hangs at a step at once, or when the last of it has come.
CREATE FUNCTION sync_note_photos() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.sync_change (kind, record, audience)
    SELECT DISTINCT 'case', c.id::text, whom.audience
    FROM fresh p
    JOIN public.cases_event e ON e.id = p.event_id
    JOIN public.cases_case c ON c.id = e.case_id
    CROSS JOIN LATERAL (VALUES
        (c.area_code::text), ('member:' || c.reporter_id), ('member:' || c.assignee_id),
        ('member:' || c.claimed_by_id), ('crew:' || c.crew_id)) whom (audience)
    WHERE whom.audience <> '';
    RETURN NULL;
END $$;
"""

LAMPS = """
CREATE FUNCTION sync_note_lamps() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO public.sync_change (kind, record, audience)
        SELECT 'lamp', l.id::text, a.code FROM fresh l JOIN public.grid_area a ON a.id = l.cell_id;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO public.sync_change (kind, record, audience)
        SELECT 'lamp', l.id::text, a.code FROM stale l JOIN public.grid_area a ON a.id = l.cell_id;
    ELSE
        -- An import that finds a lamp as it was tells nobody.
        INSERT INTO public.sync_change (kind, record, audience)
        SELECT 'lamp', l.id::text, a.code
        FROM (
            SELECT f.id, f.cell_id, s.cell_id AS cell_before FROM fresh f JOIN stale s USING (id)
            WHERE (f.cell_id, f.number, f.working, f.working_since)
                IS DISTINCT FROM (s.cell_id, s.number, s.working, s.working_since)
                OR f.location::bytea <> s.location::bytea
        ) l JOIN public.grid_area a ON a.id IN (l.cell_id, l.cell_before);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION sync_note_sightings() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.sync_change (kind, record, audience)
    SELECT DISTINCT 'lamp', l.id::text, a.code
    FROM fresh f
    JOIN public.streetlights_lamp l ON l.id = f.lamp_id
    JOIN public.grid_area a ON a.id = l.cell_id;
    RETURN NULL;
END $$;
"""

#: Who changes a plan or a door sees its visits, by the same policies; a job sees what its name lets
#: it.
VISITS = """
CREATE FUNCTION sync_note_visits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO public.sync_change (kind, record, audience)
        SELECT 'visit', v.id::text, a.code FROM fresh v JOIN public.grid_area a ON a.id = v.area_id
        WHERE v.state = 'planned';
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO public.sync_change (kind, record, audience, departed)
        SELECT 'visit', v.id::text, a.code, true
        FROM stale v JOIN public.grid_area a ON a.id = v.area_id WHERE v.state = 'planned';
    ELSE
        INSERT INTO public.sync_change (kind, record, audience, departed)
        SELECT 'visit', s.id::text, a.code, true
        FROM stale s JOIN fresh f USING (id) JOIN public.grid_area a ON a.id = s.area_id
        WHERE s.state = 'planned' AND (f.state <> 'planned' OR f.area_id <> s.area_id);
        INSERT INTO public.sync_change (kind, record, audience)
        SELECT 'visit', f.id::text, a.code
        FROM fresh f JOIN public.grid_area a ON a.id = f.area_id WHERE f.state = 'planned';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION sync_note_plans() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.sync_change (kind, record, audience)
    SELECT 'visit', v.id::text, a.code
    FROM fresh f
    JOIN stale s USING (id)
    JOIN public.households_visit v ON v.plan_id = f.id AND v.state = 'planned'
    JOIN public.grid_area a ON a.id = v.area_id
    WHERE (f.windows, f.checklist_id, f.ends_on, f.withdrawn_at)
        IS DISTINCT FROM (s.windows, s.checklist_id, s.ends_on, s.withdrawn_at);
    RETURN NULL;
END $$;

CREATE FUNCTION sync_note_doors() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.sync_change (kind, record, audience)
    SELECT 'visit', v.id::text, a.code
    FROM fresh f
    JOIN stale s USING (id)
    JOIN public.households_household h ON h.door_id = f.id
    JOIN public.households_visit v ON v.household_id = h.id AND v.state = 'planned'
    JOIN public.grid_area a ON a.id = v.area_id
    WHERE (f.building_id, f.address, f.entrance, f.floor, f.label)
        IS DISTINCT FROM (s.building_id, s.address, s.entrance, s.floor, s.label);
    RETURN NULL;
END $$;

CREATE FUNCTION sync_note_homes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.sync_change (kind, record, audience)
    SELECT 'visit', v.id::text, a.code
    FROM fresh f
    JOIN stale s USING (id)
    JOIN public.households_visit v ON v.household_id = f.id AND v.state = 'planned'
    JOIN public.grid_area a ON a.id = v.area_id
    WHERE f.door_id <> s.door_id;
    RETURN NULL;
END $$;
"""

#: What is decided after it was answered: released, replayed, discarded.
OPERATIONS = """
CREATE FUNCTION sync_note_operations() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO public.sync_change (kind, record, audience)
    SELECT 'operation', f.id::text, 'device:' || f.device_id
    FROM fresh f JOIN stale s USING (id)
    WHERE (f.state, f.code, f.message, f.result)
        IS DISTINCT FROM (s.state, s.code, s.message, s.result);
    RETURN NULL;
END $$;
"""
FUNCTIONS = {
    CASES: ("sync_note_cases", "sync_note_photos"),
    LAMPS: ("sync_note_lamps", "sync_note_sightings"),
    VISITS: ("sync_note_visits", "sync_note_plans", "sync_note_doors", "sync_note_homes"),
    OPERATIONS: ("sync_note_operations",),
}
#: Table, function, and on what.
TRIGGERS = (
    ("cases_case", "sync_note_cases", ("INSERT", "UPDATE")),
    ("cases_photo", "sync_note_photos", ("INSERT", "UPDATE")),
    ("streetlights_lamp", "sync_note_lamps", ("INSERT", "UPDATE", "DELETE")),
    ("streetlights_lampsighting", "sync_note_sightings", ("INSERT",)),
    ("households_visit", "sync_note_visits", ("INSERT", "UPDATE", "DELETE")),
    ("households_careplan", "sync_note_plans", ("UPDATE",)),
    ("households_door", "sync_note_doors", ("UPDATE",)),
    ("households_household", "sync_note_homes", ("UPDATE",)),
    ("sync_operation", "sync_note_operations", ("UPDATE",)),
)
ROWS = {
    "INSERT": "NEW TABLE AS fresh",
    "UPDATE": "OLD TABLE AS stale NEW TABLE AS fresh",
    "DELETE": "OLD TABLE AS stale",
}
TRIGGER = """
CREATE TRIGGER {name} AFTER {what} ON {table} REFERENCING {rows}
FOR EACH STATEMENT EXECUTE FUNCTION {function}()
"""
#: Visits that were planned before there was a log: the log has to know which are in an area.
PLANNED = """
SELECT set_config('gridwalk.job', 'visits', true);
INSERT INTO sync_change (kind, record, audience)
SELECT 'visit', v.id::text, a.code
FROM households_visit v JOIN grid_area a ON a.id = v.area_id WHERE v.state = 'planned';
SELECT set_config('gridwalk.job', '', true);
"""


def _functions() -> list[migrations.RunSQL]:
    return [
        migrations.RunSQL(sql, [f"DROP FUNCTION {name}()" for name in names])
        for sql, names in FUNCTIONS.items()
    ]


def _triggers() -> list[migrations.RunSQL]:
    made = []
    for table, function, events in TRIGGERS:
        for what in events:
            name = f"{function}_{what.lower()}"
            made.append(
                migrations.RunSQL(
                    TRIGGER.format(
                        name=name, what=what, table=table, rows=ROWS[what], function=function
                    ),
                    f"DROP TRIGGER {name} ON {table}",
                )
            )
    return made


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("sync", "0001_operations"),
        ("cases", "0009_events_let_words_go"),
        ("streetlights", "0002_circuits_and_sightings"),
        ("households", "0007_imports_stop"),
    ]
    operations: ClassVar = [
        migrations.CreateModel(
            name="Change",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("case", "Case"),
                            ("lamp", "Lamp"),
                            ("visit", "Visit"),
                            ("operation", "Operation"),
                        ],
                        max_length=9,
                    ),
                ),
                ("record", models.CharField(max_length=36)),
                ("audience", models.CharField(max_length=50)),
                ("departed", models.BooleanField(db_default=False)),
                (
                    "transaction",
                    models.BigIntegerField(
                        db_default=Cast(
                            Cast(
                                models.Func(
                                    function="pg_current_xact_id", output_field=models.TextField()
                                ),
                                models.TextField(),
                            ),
                            models.BigIntegerField(),
                        )
                    ),
                ),
                ("at", models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                "indexes": [
                    models.Index(fields=["audience", "transaction"], name="change_since"),
                    models.Index(
                        condition=models.Q(("kind", "visit")),
                        fields=["audience", "record", "-id"],
                        name="change_visits",
                    ),
                    django.contrib.postgres.indexes.BrinIndex(
                        autosummarize=True, fields=["at"], name="change_at"
                    ),
                ],
            },
        ),
        *_functions(),
        *_triggers(),
        migrations.RunSQL(PLANNED, migrations.RunSQL.noop),
    ]
