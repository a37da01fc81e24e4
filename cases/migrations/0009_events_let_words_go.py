"""Events stay append-only for everybody, whatever they set; the words of a case may be taken out.

The job ``erasure`` of the owner of the table blanks notes of cases that followed from visits to a
household that was erased (cases/erasure.py). The web process, which owns nothing, cannot.
"""

from typing import ClassVar

import pgtrigger.migrations
from django.db import migrations

STAY = """
CREATE FUNCTION cases_events_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND current_setting('gridwalk.job', true) = 'erasure'
        AND pg_has_role((SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER')
    THEN
        -- Whatever else the statement wanted to change.
        OLD.note := '';
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'Cannot update or delete rows of cases_event: events are append-only'
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON cases_event
    FOR EACH ROW EXECUTE FUNCTION cases_events_stay();
"""
GO = """
DROP TRIGGER append_only ON cases_event;
DROP FUNCTION cases_events_stay();
"""


class Migration(migrations.Migration):
    dependencies: ClassVar = [("cases", "0008_events_know_their_transaction")]
    operations: ClassVar = [
        pgtrigger.migrations.RemoveTrigger(model_name="event", name="append_only"),
        migrations.RunSQL(STAY, GO),
    ]
