from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("Members and sign-in")

    def ready(self) -> None:
        # The one place that every way of signing in goes through, also that of tests.
        from accounts import sessions

        user_logged_in.connect(sessions.begin, dispatch_uid="member-session")
