"""Published counts are ranges; nothing was published before."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("households", "0004_uploads")]
    operations: ClassVar = [
        migrations.RunSQL("DELETE FROM households_carecount", migrations.RunSQL.noop),
        migrations.RemoveField("carecount", "shown"),
        migrations.AddField(
            "carecount",
            "low",
            models.PositiveIntegerField(default=0, verbose_name="at least"),
            preserve_default=False,
        ),
        migrations.AddField(
            "carecount",
            "high",
            models.PositiveIntegerField(default=4, verbose_name="at most"),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            "carecount",
            models.CheckConstraint(
                name="care_count_is_none_of_few",
                condition=models.Q(
                    ("high__gte", 4),
                    ("low__lte", models.F("high")),
                    models.Q(("low", 0), ("low__gte", 5), _connector="OR"),
                ),
            ),
        ),
    ]
