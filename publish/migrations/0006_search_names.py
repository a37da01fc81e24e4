"""The names that the search looks through, and the triggers that keep them."""

from typing import ClassVar

import django.contrib.postgres.indexes
from django.db import migrations, models

#: By table: kind, SQL for the code of its area, the name that is shown, and all names. A row of
#: the table is "it"; an empty name is no name.
NAMED = {
    "grid_area": (
        "area",
        "it.code",
        "CASE WHEN it.retired_on IS NULL THEN it.name ELSE '' END",
        "concat_ws(E'\\n', it.name, it.code)",
    ),
    "grid_street": (
        "street",
        "(SELECT code FROM public.grid_area WHERE id = it.community_id)",
        "it.name",
        "concat_ws(E'\\n', it.name, it.name_zh, it.name_en)",
    ),
    "streetlights_lamp": (
        "lamp",
        "(SELECT code FROM public.grid_area WHERE id = it.community_id)",
        "COALESCE(NULLIF(it.number, ''), it.name)",
        "concat_ws(E'\\n', it.number, it.name)",
    ),
    "grid_servicepoint": (
        "service_point",
        "(SELECT code FROM public.grid_area WHERE id = it.community_id)",
        "it.name",
        "it.name",
    ),
    "accounts_member": (
        "member",
        "''",
        "COALESCE(NULLIF(it.name, ''), it.username)",
        "concat_ws(E'\\n', it.name, it.username)",
    ),
}
KEEP = """
CREATE FUNCTION publish_keep_{kind}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    it record;
    shown text;
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM public.publish_searchname WHERE kind = '{kind}' AND object = OLD.id;
        RETURN NULL;
    END IF;
    it := NEW;
    shown := {shown};
    IF shown = '' THEN
        DELETE FROM public.publish_searchname WHERE kind = '{kind}' AND object = it.id;
    ELSE
        INSERT INTO public.publish_searchname (kind, object, area_code, name, names, words)
        VALUES ('{kind}', it.id, {code}, left(shown, 200), {names}, '')
        ON CONFLICT (kind, object) DO UPDATE SET
            area_code = EXCLUDED.area_code, name = EXCLUDED.name, names = EXCLUDED.names,
            words = CASE WHEN publish_searchname.names = EXCLUDED.names
                THEN publish_searchname.words ELSE '' END
        WHERE (publish_searchname.area_code, publish_searchname.name, publish_searchname.names)
            <> (EXCLUDED.area_code, EXCLUDED.name, EXCLUDED.names);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER search_name AFTER INSERT OR DELETE ON {table}
FOR EACH ROW EXECUTE FUNCTION publish_keep_{kind}();
CREATE TRIGGER search_name_changed AFTER UPDATE ON {table}
FOR EACH ROW WHEN ({changed}) EXECUTE FUNCTION publish_keep_{kind}();
INSERT INTO publish_searchname (kind, object, area_code, name, names, words)
SELECT '{kind}', it.id, {code}, left({shown}, 200), {names}, ''
FROM {table} it WHERE {shown} <> '';
"""
DROP = """
DROP TRIGGER search_name ON {table};
DROP TRIGGER search_name_changed ON {table};
DROP FUNCTION publish_keep_{kind}();
"""
COLUMNS = {
    "grid_area": ("code", "name", "retired_on"),
    "grid_street": ("name", "name_zh", "name_en", "community_id"),
    "streetlights_lamp": ("number", "name", "community_id"),
    "grid_servicepoint": ("name", "community_id"),
    "accounts_member": ("name", "username"),
}


def _kept(table: str) -> migrations.RunSQL:
    kind, code, shown, names = NAMED[table]
    changed = " OR ".join(
        f"OLD.{column} IS DISTINCT FROM NEW.{column}" for column in COLUMNS[table]
    )
    words = {"table": table, "kind": kind, "code": code, "shown": shown, "names": names}
    return migrations.RunSQL(KEEP.format(changed=changed, **words), DROP.format(**words))


class Migration(migrations.Migration):
    dependencies: ClassVar = [
        ("publish", "0005_reports"),
        ("accounts", "0001_initial"),
        ("grid", "0003_building_addresses"),
        ("streetlights", "0001_initial"),
    ]
    operations: ClassVar = [
        migrations.CreateModel(
            name="SearchName",
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
                            ("area", "area"),
                            ("street", "street"),
                            ("lamp", "lamp"),
                            ("service_point", "service point"),
                            ("member", "member"),
                        ],
                        max_length=13,
                    ),
                ),
                ("object", models.BigIntegerField()),
                ("area_code", models.CharField(blank=True, max_length=15)),
                ("name", models.CharField(max_length=200)),
                ("names", models.TextField()),
                ("words", models.TextField(blank=True, default="")),
            ],
            options={
                "verbose_name": "name to search for",
                "verbose_name_plural": "names to search for",
                "indexes": [
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["words"], name="searchname_words", opclasses=["gin_trgm_ops"]
                    ),
                    models.Index(
                        condition=models.Q(("words", "")), fields=["id"], name="searchname_new"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("kind", "object"), name="searchname_once")
                ],
            },
        ),
        *(_kept(table) for table in NAMED),
    ]
