"""Programs are not told of mediation: where a resident asked for it is most often a home."""

from typing import ClassVar

from django.db import migrations

CASES = """
CREATE OR REPLACE VIEW published_cases AS
SELECT found.id, found.area_code, category.code AS category, category.name AS category_name,
    category.name_zh AS category_name_zh, found.state, found.reported_at, found.due_at,
    found.done_at, found.closed_at, found.simulated, found.location AS geometry
FROM cases_case found
JOIN cases_category category ON category.id = found.category_id
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("publish", "0006_search_names")]
    operations: ClassVar = [
        migrations.RunSQL(CASES + "WHERE category.code <> 'mediation'", CASES),
    ]
