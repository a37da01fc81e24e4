from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "sync"

    def ready(self) -> None:
        # Importing registers what each kind of operation does.
        from sync import (  # noqa: F401
            case_kinds,
            conflict_kinds,
            lamp_kinds,
            patrol_kinds,
            visit_kinds,
        )

        # And what sync hears of from other apps.
        from sync import erasure  # noqa: F401  # isort: skip
