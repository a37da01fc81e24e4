"""Administrators: who may use the administration, by being superuser or by role."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.utils import timezone

from accounts.models import Member
from grid.responsibility import scope_of


def is_administrator(user: Any) -> bool:
    """Whether this is an active superuser, or a member who holds the role administrator today."""
    return isinstance(user, Member) and scope_of(user, timezone.localdate()).everywhere


class AdministratorBackend(BaseBackend):
    """Gives the role administrator every permission; signs nobody in."""

    def has_perm(self, user_obj: Any, perm: str, obj: Any = None) -> bool:
        return self.has_module_perms(user_obj, perm)

    def has_module_perms(self, user_obj: Any, app_label: str) -> bool:
        # Django asks dozens of times for a page; the member object lives as long as the request.
        if not hasattr(user_obj, "_administrator"):
            user_obj._administrator = is_administrator(user_obj)
        return bool(user_obj._administrator)
