"""The administration: only administrators get in, through the one sign-in page."""

from typing import Any

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from grid.administrators import AdministratorBackend


class Site(AdminSite):
    site_title = _("Gridwalk administration")
    site_header = _("Gridwalk administration")
    index_title = _("Everything stored")
    site_url = "/"

    def has_permission(self, request: HttpRequest) -> bool:
        return AdministratorBackend().has_module_perms(request.user, "")

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Nobody signs in here: to the sign-in page, or 403 for who is signed in already."""
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        index = reverse("admin:index")
        return redirect_to_login(request.GET.get("next", index))
