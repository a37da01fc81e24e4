from django.apps import AppConfig


class PublishConfig(AppConfig):
    name = "publish"

    def ready(self) -> None:
        # What publish hears of from other apps.
        from publish import erasure  # noqa: F401
