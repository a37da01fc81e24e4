"""Members in the administration."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts import second_factor, sessions
from accounts.models import Member
from map_static.admin_map import Kept

# Rights follow from responsibilities; a second way to give them would only be forgotten.
admin.site.unregister(Group)
# Secrets are nobody's to see, also encrypted; the second factor is taken away at its member.
admin.site.unregister(Authenticator)
admin.site.unregister(EmailAddress)


class MemberCreationForm(AdminUserCreationForm):
    class Meta(AdminUserCreationForm.Meta):
        model = Member
        fields = ("username", "name")


@admin.register(Member)
class MemberAdmin(Kept, UserAdmin):
    """A member who leaves is made inactive: patrols and history keep their names."""

    add_form = MemberCreationForm
    list_display = [
        *("username", "name", "is_active", "is_superuser"),
        *("second_factor", "last_login", "simulated"),
    ]
    actions = ["remove_second_factor", "sign_out_everywhere"]
    list_filter = ["is_active", "is_superuser", "simulated"]
    search_fields = ["username", "name"]
    ordering = ["username"]
    filter_horizontal = ()
    readonly_fields = ["last_login", "date_joined", "simulated"]
    fieldsets = (
        (None, {"fields": ("username", "password", "name", "language", "simulated")}),
        (
            _("Access"),
            {
                "description": _(
                    "What a member sees follows from responsibilities; a superuser sees everything."
                ),
                "fields": ("is_active", "is_staff", "is_superuser"),
            },
        ),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (None, {"fields": ("username", "name", "usable_password", "password1", "password2")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Member]:
        factors = Authenticator.objects.filter(user=OuterRef("pk"), type=Authenticator.Type.TOTP)
        return super().get_queryset(request).annotate(has_factor=Exists(factors))

    @admin.display(description=_("second factor"), boolean=True)
    def second_factor(self, member: Member) -> bool:
        return bool(member.has_factor)  # type: ignore[attr-defined]

    @admin.action(description=_("Remove the second factor (the phone is lost)"))
    def remove_second_factor(self, request: HttpRequest, members: QuerySet[Member]) -> None:
        """The member sets up a new one at the next sign-in, if a role asks for it."""
        removed = 0
        for member in members:
            if second_factor.remove(member):
                sessions.end_sessions(member)
                self.log_change(request, member, str(_("Removed the second factor.")))
                removed += 1
        told = ngettext(
            "The second factor of %(count)s member is removed.",
            "The second factor of %(count)s members is removed.",
            removed,
        )
        messages.info(request, told % {"count": removed})

    @admin.action(description=_("Sign out everywhere"))
    def sign_out_everywhere(self, request: HttpRequest, members: QuerySet[Member]) -> None:
        for member in members:
            sessions.end_sessions(member)
            self.log_change(request, member, str(_("Signed out everywhere.")))
        messages.info(request, _("They are signed out everywhere."))

    @property
    def media(self) -> forms.Media:
        return super().media
