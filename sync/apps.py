from django.apps import AppConfig


class SyncConfig(AppConfig):
    name = "sync"

    def ready(self) -> None:
        # Importing registers what each kind of operation does.
        from sync import patrol_kinds  # noqa: F401
