"""Programs that read with tokens of their own; the views they read, and the role that sees them.

The views run with the rights of their owner, so gridwalk_reader needs none on any table. Where the
role is not there yet, ``manage.py web_role`` makes it and gives it the same rights.
"""

from typing import ClassVar

import django.contrib.gis.db.models.fields
import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

#: The days that DEFAULT_DAYS of grid/cadence.py has, for where no cadence is stored.
STREETS = """
CREATE VIEW published_streets AS
SELECT s.id, coalesce(street.name, '') AS name, coalesce(street.name_zh, '') AS name_zh, s.kind,
    s.metres::float8 AS metres, community.code AS community_code,
    ARRAY(
        SELECT DISTINCT cell.code FROM grid_cellstretch stretch
        JOIN grid_area cell ON cell.id = stretch.cell_id AND cell.retired_on IS NULL
        WHERE stretch.segment_id = s.id ORDER BY cell.code
    ) AS cell_codes,
    coalesce(s.cadence_days, (
        -- The shortest of its cells; the nearest area's word counts, then the one without area.
        SELECT min(coalesce((
            SELECT c.days FROM grid_cadence c LEFT JOIN grid_area a ON a.id = c.area_id
            WHERE c.kind = s.kind AND starts_with(place.code, coalesce(a.code, ''))
            ORDER BY length(coalesce(a.code, '')) DESC LIMIT 1
        ), CASE WHEN s.kind IN ('cycleway', 'track') THEN 14 ELSE 7 END))
        FROM (
            SELECT cell.code FROM grid_cellstretch stretch
            JOIN grid_area cell ON cell.id = stretch.cell_id AND cell.retired_on IS NULL
            WHERE stretch.segment_id = s.id UNION ALL SELECT community.code
            WHERE NOT EXISTS (SELECT FROM grid_cellstretch stretch
                JOIN grid_area cell ON cell.id = stretch.cell_id AND cell.retired_on IS NULL
                WHERE stretch.segment_id = s.id)
        ) AS place
    ))::int AS cadence_days,
    (
        -- Going back in time until what was walked since makes up half of its metres.
        SELECT max(walk.at) FROM (
            SELECT seen.at, range_agg(int4range(seen.start_dm, seen.end_dm))
                OVER (ORDER BY seen.at DESC) AS since
            FROM (
                SELECT w.start_dm, w.end_dm, max(w.walked_at) AS at
                FROM patrols_walkedstretch w
                WHERE w.segment_id = s.id AND w.walked_at >= now() - interval '366 days'
                    AND w.walked_at < now()
                GROUP BY w.start_dm, w.end_dm
            ) AS seen
        ) AS walk
        WHERE (SELECT sum(upper(part) - lower(part)) FROM unnest(walk.since) AS part)
            >= s.metres * 5
    ) AS last_walked,
    s.line AS geometry
FROM grid_segment s
JOIN grid_area community ON community.id = s.community_id
LEFT JOIN grid_street street ON street.id = s.street_id
WHERE s.duty AND s.removed_on IS NULL;
"""
OTHERS = """
CREATE VIEW published_cells AS
SELECT cell.id, cell.code AS area_code, cell.name, community.code AS community_code,
    community.name AS community_name, cell.households AS dwellings, cell.geometry
FROM grid_area cell
JOIN grid_area community ON community.code = left(cell.code, 12)
WHERE cell.level = 15 AND cell.retired_on IS NULL;

CREATE VIEW published_lamps AS
SELECT lamp.id, coalesce(cell.code, community.code) AS area_code, lamp.number, lamp.kind,
    lamp.height, lamp.reach, lamp.working, lamp.working_since, lamp.location AS geometry
FROM streetlights_lamp lamp
JOIN grid_area community ON community.id = lamp.community_id
LEFT JOIN grid_area cell ON cell.id = lamp.cell_id;

CREATE VIEW published_cases AS
SELECT found.id, found.area_code, category.code AS category, category.name AS category_name,
    category.name_zh AS category_name_zh, found.state, found.reported_at, found.due_at,
    found.done_at, found.closed_at, found.simulated, found.location AS geometry
FROM cases_case found
JOIN cases_category category ON category.id = found.category_id;

CREATE VIEW published_service_points AS
SELECT point.id, coalesce(cell.code, community.code) AS area_code, point.name, point.kind,
    point.location AS geometry
FROM grid_servicepoint point
JOIN grid_area community ON community.id = point.community_id
LEFT JOIN grid_area cell ON cell.id = point.cell_id;
"""
DROP = """
DROP VIEW published_streets, published_cells, published_lamps, published_cases,
    published_service_points;
"""
RIGHTS = """
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'gridwalk_reader') THEN
        GRANT SELECT ON published_streets, published_cells, published_lamps, published_cases,
            published_service_points TO gridwalk_reader;
    END IF;
END $$;
"""
#: Functions about homes that run with their owner's rights are for those who may read homes.
GUARDED = """
DO $$ DECLARE guarded regprocedure; role name; BEGIN
    FOR guarded IN SELECT oid FROM pg_proc WHERE prosecdef AND proname LIKE 'households\\_%'
        AND prorettype <> 'trigger'::regtype
    LOOP
        EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', guarded);
        FOR role IN SELECT DISTINCT grantee FROM information_schema.role_table_grants
            WHERE table_name = 'households_household' AND grantee <> 'PUBLIC'
        LOOP
            EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', guarded, role);
        END LOOP;
    END LOOP;
END $$;
"""
OPEN = """
DO $$ DECLARE guarded regprocedure; BEGIN
    FOR guarded IN SELECT oid FROM pg_proc WHERE prosecdef AND proname LIKE 'households\\_%'
        AND prorettype <> 'trigger'::regtype
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO PUBLIC', guarded);
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("publish", "0003_saved_views"),
        ("households", "0008_home_of_plan"),
        ("cases", "0010_awaited_photos"),
        ("patrols", "0005_patrols_in_parts"),
        ("streetlights", "0002_circuits_and_sightings"),
        ("grid", "0004_divisions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations: ClassVar = [
        migrations.CreateModel(
            name="PublishedCase",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("area_code", models.CharField(max_length=15)),
                ("category", models.CharField(max_length=40)),
                ("category_name", models.CharField(max_length=120)),
                ("category_name_zh", models.CharField(max_length=120)),
                ("state", models.CharField(max_length=11)),
                ("reported_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("simulated", models.BooleanField()),
                ("geometry", django.contrib.gis.db.models.fields.PointField(srid=4326)),
            ],
            options={
                "db_table": "published_cases",
                "abstract": False,
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="PublishedCell",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("area_code", models.CharField(max_length=15)),
                ("name", models.CharField(max_length=120)),
                ("community_code", models.CharField(max_length=12)),
                ("community_name", models.CharField(max_length=120)),
                ("dwellings", models.IntegerField()),
                ("geometry", django.contrib.gis.db.models.fields.MultiPolygonField(srid=4326)),
            ],
            options={
                "db_table": "published_cells",
                "abstract": False,
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="PublishedLamp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("area_code", models.CharField(max_length=15)),
                ("number", models.CharField(max_length=60)),
                ("kind", models.CharField(max_length=60)),
                ("height", models.FloatField(null=True)),
                ("reach", models.FloatField(null=True)),
                ("working", models.BooleanField(null=True)),
                ("working_since", models.DateTimeField(null=True)),
                ("geometry", django.contrib.gis.db.models.fields.PointField(srid=4326)),
            ],
            options={
                "db_table": "published_lamps",
                "abstract": False,
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="PublishedServicePoint",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("area_code", models.CharField(max_length=15)),
                ("name", models.CharField(max_length=200)),
                ("kind", models.CharField(max_length=60)),
                ("geometry", django.contrib.gis.db.models.fields.PointField(srid=4326)),
            ],
            options={
                "db_table": "published_service_points",
                "abstract": False,
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="PublishedStreet",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=200)),
                ("name_zh", models.CharField(max_length=200)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("main_road", "main road"),
                            ("street", "street"),
                            ("alley", "alley"),
                            ("pedestrian", "pedestrian street"),
                            ("footway", "footway"),
                            ("path", "path"),
                            ("steps", "steps"),
                            ("cycleway", "cycleway"),
                            ("track", "track"),
                        ],
                        max_length=12,
                    ),
                ),
                ("metres", models.FloatField()),
                ("community_code", models.CharField(max_length=12)),
                (
                    "cell_codes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=15), size=None
                    ),
                ),
                ("cadence_days", models.IntegerField()),
                ("last_walked", models.DateTimeField(null=True)),
                ("geometry", django.contrib.gis.db.models.fields.LineStringField(srid=4326)),
            ],
            options={
                "db_table": "published_streets",
                "abstract": False,
                "managed": False,
            },
        ),
        migrations.CreateModel(
            name="Client",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("digest", models.BinaryField(max_length=32, unique=True)),
                (
                    "areas",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=15),
                        help_text="Codes; each stands for all below it.",
                        size=None,
                        verbose_name="areas",
                    ),
                ),
                (
                    "collections",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=20),
                        size=None,
                        verbose_name="collections",
                    ),
                ),
                ("expires_on", models.DateField(verbose_name="last day")),
                ("made_at", models.DateTimeField(verbose_name="made at")),
                (
                    "revoked_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="revoked at"),
                ),
                (
                    "last_used_at",
                    models.DateTimeField(
                        blank=True, editable=False, null=True, verbose_name="last used"
                    ),
                ),
                ("counted_from", models.DateTimeField(editable=False, null=True)),
                ("counted", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="made by",
                    ),
                ),
            ],
            options={
                "verbose_name": "program",
                "verbose_name_plural": "programs",
                "ordering": ["name", "pk"],
            },
        ),
        migrations.RunSQL(STREETS + OTHERS, DROP),
        migrations.RunSQL(RIGHTS, migrations.RunSQL.noop),
        migrations.RunSQL(GUARDED, OPEN),
    ]
