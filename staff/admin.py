"""Admin pages for superusers: staff accounts, second factors, failed sign-ins, and what each group may do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import segno
from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import BaseUserCreationForm, SetPasswordForm, UserChangeForm
from django.contrib.auth.models import Group
from django.contrib.messages import success
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django_otp.plugins.otp_totp.models import TOTPDevice

from edge.form_fields import TextField
from edge.kinds_of_text import PersonName
from staff.decision_page import Decision, Given, ShownOnce, reason
from staff.models import FailedSignIn, SecondFactor, Staff
from staff.pages import ForSuperusers, ReasonedAdmin, ReasonForm, acting
from staff.second_factor import enrol
from staff.set_password import set_password
from staff.site import site

if TYPE_CHECKING:
    _UserChangeForm = UserChangeForm[Staff]
    _UserCreationForm = BaseUserCreationForm[Staff]
    _UserAdmin = UserAdmin[Staff]
    _SetPasswordForm = SetPasswordForm[Staff]
else:
    _UserAdmin = UserAdmin
    _SetPasswordForm = SetPasswordForm
    _UserChangeForm = UserChangeForm
    _UserCreationForm = BaseUserCreationForm


def full_name() -> forms.CharField:
    """The form field for a colleague's name."""
    return TextField(PersonName.of(Staff, "name"), widget=AdminTextInputWidget)


class StaffForm(_UserChangeForm, ReasonForm):
    """Changes an account; for superusers."""

    class Meta:
        model = Staff
        fields = ["email", "name", "password", "is_active", "is_superuser", "groups"]
        field_classes: dict[str, Any] = {}
        widgets = {"groups": forms.CheckboxSelectMultiple}
        help_texts = {
            "groups": "What each may do is shown under Groups.",
            "is_superuser": "May do everything, accounts of staff among it.",
        }

    name = full_name()

    def clean_email(self) -> str:
        """Sign-in knows addresses in lower case only."""
        return str(self.cleaned_data["email"]).lower()


class NewStaffForm(_UserCreationForm):
    """A new account without rights; those are given on its change page, which comes next."""

    name = full_name()
    why = reason()

    class Meta:
        model = Staff
        fields = ["email", "name"]
        field_classes: dict[str, Any] = {}

    def clean_email(self) -> str:
        """Sign-in knows addresses in lower case only."""
        return str(self.cleaned_data["email"]).lower()


class PasswordForm(_SetPasswordForm):
    """A new password for a colleague, and the reason for setting it."""

    required_css_class = "required"

    why = reason()


def _enrol(staff: Staff, given: Given, by: Staff) -> ShownOnce:
    device = enrol(staff=staff, by=by, why=given["why"])
    code = segno.make(device.config_url).svg_data_uri(scale=5, border=4, light="#ffffff")
    shown = {"title": "Second factor enrolled", "qr_code": code, "key": _typed_key(device)}
    return ShownOnce("admin/second_factor.html", shown)


def _typed_key(device: SecondFactor) -> str:
    """The key in groups of four characters, for those who cannot scan the QR code."""
    key = device.config_url.partition("secret=")[2].partition("&")[0]
    return " ".join(key[start : start + 4] for start in range(0, len(key), 4))


ENROL = Decision[Staff](
    name="enrol",
    route="enrol/",
    right=None,
    label="Enrol a second factor",
    title=lambda staff: f"Enrol a second factor for {staff}",
    says=lambda staff: [
        f"{staff} gets a new second factor. One from before stops working at once.",
        "The next page shows it once. Have the phone with the authenticator app at hand.",
    ],
    button="Enrol",
    act=_enrol,
)


@admin.register(Staff, site=site)
class StaffAdmin(ReasonedAdmin, _UserAdmin):
    """Staff accounts. Superusers add, change and deactivate them; none is deleted, since decisions refer to them."""

    form = StaffForm
    add_form = NewStaffForm
    list_display = ["email", "name", "in_groups", "is_superuser", "is_active", "has_second_factor", "last_login"]
    list_filter = ["groups", "is_superuser", "is_active"]
    search_fields = ["email", "name"]
    ordering = ["email"]
    filter_horizontal = []
    decisions = [ENROL]
    readonly_fields = ["last_login", "date_joined"]
    fieldsets = [
        (None, {"fields": ["email", "name", "password", "is_active"]}),
        ("Rights", {"fields": ["groups", "is_superuser"]}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    add_fieldsets = [(None, {"fields": ["email", "name", "password1", "password2"]})]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Staff]:
        """Add the groups and the number of second factors, which the list shows."""
        staff: QuerySet[Staff] = super().get_queryset(request)
        return staff.prefetch_related("groups").annotate(devices=Count("totpdevice"))

    @admin.display(description="groups")
    def in_groups(self, staff: Staff) -> str:
        """The names of the groups, comma-separated."""
        return ", ".join(group.name for group in staff.groups.all())

    @admin.display(description="second factor", boolean=True)
    def has_second_factor(self, staff: Any) -> bool:
        """Whether the account has a second factor enrolled."""
        return bool(staff.devices)

    def what_changed(self, form: Any) -> str:
        """Name the fields that changed, and give rights with their new values, since they have no history table."""
        rights = [f"groups are now {', '.join(group.name for group in form.cleaned_data['groups']) or 'none'}"]
        rights += [f"{name} is now {form.cleaned_data[name]}" for name in ("is_active", "is_superuser")]
        changed = [right for right in rights if right.split()[0] in form.changed_data]
        return "; ".join([super().what_changed(form), *changed])

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Superusers only: whoever can grant rights can do everything."""
        return acting(request).is_superuser

    has_add_permission = has_change_permission = has_view_permission

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Superusers only."""
        return acting(request).is_superuser

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Set a colleague's password. Replaces Django's page, which asks for no reason."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        staff = self.row(request, id)
        form = PasswordForm(staff, request.POST or None)
        if request.method == "POST" and form.is_valid():
            wanted = form.cleaned_data
            set_password(staff=staff, password=wanted["new_password1"], by=acting(request), why=wanted["why"])
            if staff == acting(request):
                update_session_auth_hash(request, staff)
            success(request, "The password is set, and the colleague is told by mail.")
            return HttpResponseRedirect(self.url("change", staff.pk))
        says = [
            f"{staff} is signed out everywhere, and told by mail that you have set the password.",
            "Hand the password on in person. Whoever leaves is made inactive instead.",
        ]
        context = {"title": f"Set a password for {staff}", "form": form, "says": says, "button": "Set the password"}
        return self.page(request, "admin/decision.html", staff, context)


@admin.register(Group, site=site)
class GroupAdmin(ForSuperusers):
    """What each group may do. Read-only: every migrate resets it to each app's `rights.py`."""

    list_display = ["name", "members"]
    search_fields = ["name"]
    fields = ["name", "rights", "members"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        """Count the members, for the list."""
        groups: QuerySet[Group] = super().get_queryset(request)
        return groups.annotate(staff_count=Count("user"))

    @admin.display(ordering="staff_count")
    def members(self, group: Any) -> int:
        """The number of accounts in the group."""
        return int(group.staff_count)

    def rights(self, group: Group) -> str:
        """The group's permissions, one per line."""
        return "\n".join(permission.name for permission in group.permissions.order_by("name"))


@admin.register(TOTPDevice, site=site)
class TOTPDeviceAdmin(ForSuperusers):
    """Second factors: owner and last use, never the key. They are enrolled on the account's page."""

    list_display = ["user", "created_at", "last_used_at", "throttling_failure_count"]
    list_select_related = ["user"]
    search_fields = ["user__email", "user__name"]
    fields = ["user", "name", "confirmed", "created_at", "last_used_at", "throttling_failure_count"]


@admin.register(FailedSignIn, site=site)
class FailedSignInAdmin(ForSuperusers):
    """Failed sign-ins of the last ninety days; staff.throttle counts those of the last 15 minutes."""

    list_display = ["at", "name", "address", "network", "in_known_browser"]
    list_filter = ["at"]
    search_fields = ["name", "address"]
    fields = ["at", "name", "address", "network", "in_known_browser"]

    @admin.display(boolean=True)
    def in_known_browser(self, failed: FailedSignIn) -> bool:
        """Whether somebody had signed in to the account from this browser before."""
        return failed.browser != ""
