"""Pages for superusers: accounts of staff, their second factors, failed sign-ins, and what the groups may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import segno
from axes.models import AccessAttempt
from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django_otp.plugins.otp_totp.models import TOTPDevice

from debitura.staff.models import SecondFactor, Staff
from debitura.staff.pages import DecisionForm, ForSuperusers, ReasonedAdmin, ReasonForm, acting, reason
from debitura.staff.second_factor import enrol
from debitura.staff.site import site

if TYPE_CHECKING:
    _UserChangeForm = UserChangeForm[Staff]
    _UserCreationForm = AdminUserCreationForm[Staff]
    _UserAdmin = UserAdmin[Staff]
else:
    _UserAdmin = UserAdmin
    _UserChangeForm = UserChangeForm
    _UserCreationForm = AdminUserCreationForm


class StaffForm(_UserChangeForm, ReasonForm):
    """An account as superusers change it."""

    class Meta:
        model = Staff
        fields = ["email", "name", "password", "is_active", "is_superuser", "groups"]
        field_classes: dict[str, Any] = {}
        widgets = {"groups": forms.CheckboxSelectMultiple}
        help_texts = {
            "groups": "What each may do is shown under Groups.",
            "is_superuser": "May do everything, accounts of staff among it.",
        }

    def clean_email(self) -> str:
        """Sign-in knows addresses in lower case only."""
        return str(self.cleaned_data["email"]).lower()


class NewStaffForm(_UserCreationForm):
    """A new account; what it may do is said on the next page."""

    why = reason()

    class Meta:
        model = Staff
        fields = ["email", "name"]
        field_classes: dict[str, Any] = {}

    def clean_email(self) -> str:
        """Sign-in knows addresses in lower case only."""
        return str(self.cleaned_data["email"]).lower()


@admin.register(Staff, site=site)
class StaffAdmin(ReasonedAdmin, _UserAdmin):
    """Accounts: made, changed and made inactive by superusers, never deleted, for decisions name them."""

    form = StaffForm
    add_form = NewStaffForm
    list_display = ["email", "name", "in_groups", "is_superuser", "is_active", "has_second_factor", "last_login"]
    list_filter = ["groups", "is_superuser", "is_active"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    filter_horizontal = []
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["email", "name", "password", "is_active"]}),
        ("Rights", {"fields": ["groups", "is_superuser"]}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "name", "usable_password", "password1", "password2"]})]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Staff]:
        """With what the list shows."""
        staff: QuerySet[Staff] = super().get_queryset(request)
        return staff.prefetch_related("groups").annotate(devices=Count("totpdevice"))

    @admin.display(description="groups")
    def in_groups(self, staff: Staff) -> str:
        """The groups by name."""
        return ", ".join(group.name for group in staff.groups.all())

    @admin.display(description="second factor", boolean=True)
    def has_second_factor(self, staff: Any) -> bool:
        """Whether one is enrolled."""
        return bool(staff.devices)

    def what_changed(self, form: Any) -> str:
        """Name rights with their values: they have no history of their own."""
        rights = [f"groups are now {', '.join(group.name for group in form.cleaned_data['groups']) or 'none'}"]
        rights += [f"{name} is now {form.cleaned_data[name]}" for name in ("is_active", "is_superuser")]
        changed = [right for right in rights if right.split()[0] in form.changed_data]
        return "; ".join([super().what_changed(form), *changed])

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Superusers alone: who may give rights may do everything."""
        return acting(request).is_superuser

    has_add_permission = has_change_permission = has_view_permission

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Superusers alone."""
        return acting(request).is_superuser

    def tools(self, request: HttpRequest, row: Staff) -> list[tuple[str, str]]:
        """The second factor."""
        return [("Enrol a second factor", self.url("enrol", row.pk))]

    def get_urls(self) -> list[URLPattern]:
        """With the page for the second factor."""
        return [self.own_url("<path:object_id>/enrol/", "enrol", self.enrol_view), *super().get_urls()]

    def enrol_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Enrol a second factor and show it, once: on the answer to this POST and nowhere else."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        staff = self.row(request, object_id)
        form = DecisionForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            device = enrol(staff=staff, by=acting(request), why=form.cleaned_data["why"])
            code = segno.make(device.config_url).svg_data_uri(scale=5, border=4, light="#ffffff")
            shown = {"title": "Second factor enrolled", "qr_code": code, "key": _typed_key(device)}
            return self.page(request, "admin/second_factor.html", staff, shown)
        says = [
            f"{staff} gets a new second factor. One from before stops working at once.",
            "The next page shows it once. Have the phone with the authenticator app at hand.",
        ]
        context = {"title": f"Enrol a second factor for {staff}", "form": form, "says": says, "button": "Enrol"}
        return self.page(request, "admin/decision.html", staff, context)


def _typed_key(device: SecondFactor) -> str:
    """The key as people type it, in groups of four."""
    key = device.config_url.partition("secret=")[2].partition("&")[0]
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))


@admin.register(Group, site=site)
class GroupAdmin(ForSuperusers):
    """What each group may do; it is written in debitura/staff/groups.py and made anew by every migrate."""

    list_display = ["name", "members"]
    search_fields = ["name"]
    fields = ["name", "rights", "members"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        """With the number of members."""
        groups: QuerySet[Group] = super().get_queryset(request)
        return groups.annotate(staff_count=Count("user"))

    @admin.display(ordering="staff_count")
    def members(self, group: Any) -> int:
        """How many accounts are in it."""
        return int(group.staff_count)

    def rights(self, group: Group) -> str:
        """What it may do, a line each."""
        return "\n".join(permission.name for permission in group.permissions.order_by("name"))


@admin.register(TOTPDevice, site=site)
class TOTPDeviceAdmin(ForSuperusers):
    """Second factors: whose, and when last used, never the key. They are enrolled on the page of the account."""

    list_display = ["user", "created_at", "last_used_at", "throttling_failure_count"]
    list_select_related = ["user"]
    search_fields = ["user__email", "user__name"]
    fields = ["user", "name", "confirmed", "created_at", "last_used_at", "throttling_failure_count"]


@admin.register(AccessAttempt, site=site)
class AccessAttemptAdmin(ForSuperusers):
    """Failed sign-ins that count: five close the account to that address for 15 minutes."""

    list_display = ["attempt_time", "username", "ip_address", "failures_since_start"]
    list_filter = ["attempt_time"]
    search_fields = ["username", "ip_address"]
    fields = ["attempt_time", "username", "ip_address", "user_agent", "failures_since_start"]
