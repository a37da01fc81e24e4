"""Members in the administration."""

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group
from django.utils.translation import gettext_lazy as _

from accounts.models import Member
from map_static.admin_map import Kept

# Rights follow from responsibilities; a second way to give them would only be forgotten.
admin.site.unregister(Group)


class MemberCreationForm(AdminUserCreationForm):
    class Meta(AdminUserCreationForm.Meta):
        model = Member
        fields = ("username", "name")


@admin.register(Member)
class MemberAdmin(Kept, UserAdmin):
    """A member who leaves is made inactive: patrols and history keep their names."""

    add_form = MemberCreationForm
    list_display = ["username", "name", "is_active", "is_superuser", "last_login", "simulated"]
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

    @property
    def media(self) -> forms.Media:
        return super().media
