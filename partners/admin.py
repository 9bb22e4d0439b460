"""Pages for partners and their keys."""

from __future__ import annotations

import base64
import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.widgets import AdminEmailInputWidget, AdminTextInputWidget
from django.contrib.messages import success, warning
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from edge.form_fields import AddressField, TextField
from edge.shapes import CompanyName
from partners.issue_key import TooManyKeys, issue_key
from partners.models import FONT_FAMILY, HEX_COLOUR, HOST, ApiKey, ReferralPartner
from partners.raise_asking_limit import raise_asking_limit
from staff.decision import decision
from staff.pages import (
    DecisionForm,
    ReadOnlyAdmin,
    ReadOnlyInline,
    ReasonedAdmin,
    ReasonForm,
    Whether,
    acting,
    require,
)
from staff.site import site

LOGO_BYTES = 100 * 1024
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"


class HostsField(forms.CharField):
    """Hosts, a line each; whole addresses are cut down to their host."""

    widget = forms.Textarea(attrs={"rows": 4})

    def prepare_value(self, value: Any) -> Any:
        """Show a list as lines."""
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Read lines, or what is separated by commas or blanks."""
        hosts = [re.sub(r"^https?://|/.*$", "", host.lower()) for host in re.split(r"[\s,]+", value or "") if host]
        return list(dict.fromkeys(hosts))

    def validate(self, value: Any) -> None:
        """Name each that is none."""
        wrong = [host for host in value if not re.fullmatch(HOST, host) or len(host) > 260]
        if wrong:
            raise forms.ValidationError([f"{host[:80]} is not a host; write app.partner.example." for host in wrong])

    def run_validators(self, value: Any) -> None:
        """Nothing more: CharField's are for text."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether they are others than before."""
        return bool(list(initial or []) != self.to_python(data))


class ColourField(forms.RegexField):
    """A colour, with the browser's own picker."""

    widget = forms.TextInput(attrs={"type": "color"})
    default_error_messages = {"invalid": "Write a colour as #14324a."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(HEX_COLOUR, **kwargs)


class PartnerForm(ReasonForm):
    """A partner as staff write it."""

    new_logo = forms.FileField(
        required=False,
        label="New logo",
        widget=forms.FileInput(attrs={"accept": "image/png"}),
        help_text="A PNG of at most 100 KB; it is shown 40 pixels high. Without a file the logo stays as it is.",
    )
    no_logo = forms.BooleanField(required=False, label="Take the logo away")
    background_colour = ColourField(initial="#14324a")
    font_colour = ColourField(initial="#ffffff")
    font_family = forms.RegexField(
        FONT_FAMILY,
        required=False,
        max_length=200,
        help_text="Separated by commas, as in: Georgia, serif. Only fonts on the visitor's machine count.",
        error_messages={"invalid": "Only letters, digits, blanks, commas, hyphens and quotation marks."},
    )
    return_hosts = HostsField(
        required=False, help_text="Where a returnUrl may lead, a host a line, such as app.partner.example."
    )

    name = TextField(CompanyName(200), widget=AdminTextInputWidget)
    short_name = TextField(
        CompanyName(40),
        widget=AdminTextInputWidget,
        help_text="What clients know the platform as; pages and mails say it.",
    )
    contact_email = AddressField(label="Contact e-mail", widget=AdminEmailInputWidget(attrs={"autocomplete": "off"}))

    class Meta:
        model = ReferralPartner
        fields = [
            "name",
            "short_name",
            "contact_email",
            "external_system_id",
            "is_active",
            "fee_percentage",
            "approval_days",
            "background_colour",
            "font_colour",
            "font_family",
            "return_hosts",
        ]

    def clean_new_logo(self) -> str:
        """Read the file into the address that pages show it by; empty when there is none."""
        file = self.cleaned_data["new_logo"]
        if not isinstance(file, UploadedFile):
            return ""
        if file.size is None or file.size > LOGO_BYTES:
            raise forms.ValidationError("The file is over 100 KB. Please make the picture smaller.")
        content = file.read()
        if not content.startswith(PNG):
            raise forms.ValidationError("This is not a PNG. Please save the picture as a PNG and try again.")
        return "data:image/png;base64," + base64.b64encode(content).decode()

    def clean(self) -> dict[str, Any] | None:
        """Put the logo where it belongs."""
        cleaned = super().clean()
        if self.cleaned_data.get("no_logo"):
            self.instance.logo = ""
        if new_logo := self.cleaned_data.get("new_logo"):
            self.instance.logo = new_logo
        return cleaned


class ApiKeyInline(ReadOnlyInline):
    """The keys of a partner."""

    model = ApiKey
    fields = ["prefix", "label", "state", "created_at", "expires_at", "last_used_at"]

    def state(self, key: ApiKey) -> str:
        """Whether it works."""
        return state_of(key)


@admin.register(ReferralPartner, site=site)
class ReferralPartnerAdmin(ReasonedAdmin):
    """Partners: who calls, at which fee, and how their clients' pages look."""

    form = PartnerForm
    inlines = [ApiKeyInline]
    list_display = ["name", "short_name", "fee", "is_active", "created_at"]
    list_filter = ["is_active"]
    search_fields = ["name", "short_name", "contact_email", "external_system_id", "=id"]
    readonly_fields = ["id", "logo_now", "created_at"]
    fieldsets = [
        (None, {"fields": ["name", "short_name", "contact_email", "external_system_id", "is_active"]}),
        ("Terms", {"fields": ["fee_percentage", "approval_days"]}),
        (
            "Branding of clients' pages",
            {"fields": ["logo_now", "new_logo", "no_logo", "background_colour", "font_colour", "font_family"]},
        ),
        ("Ways back", {"fields": ["return_hosts"]}),
        ("Identity", {"fields": ["id", "created_at"]}),
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave out what only makes sense for those who write, or for a partner that exists."""
        fieldsets = super().get_fieldsets(request, obj)
        hidden = {"id", "created_at", "logo_now", "no_logo"} if obj is None else set()
        if obj is not None and not self.has_change_permission(request, obj):
            hidden = {"new_logo", "no_logo"}
        shown = [(name, [field for field in options["fields"] if field not in hidden]) for name, options in fieldsets]
        return [(name, {"fields": fields}) for name, fields in shown if fields]

    @admin.display(ordering="fee_percentage", description="fee")
    def fee(self, partner: ReferralPartner) -> str:
        """The fee for links made from now on."""
        return f"{partner.fee_percentage} %"

    @admin.display(description="Logo", empty_value="None")
    def logo_now(self, partner: ReferralPartner) -> SafeString | None:
        """The logo on the colours that it is shown on."""
        return format_html('<img class="logo" src="{}" alt="Logo">', partner.logo) if partner.logo else None

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        """Keys, once there can be some."""
        return [] if obj is None else self.inlines

    def tools(self, request: HttpRequest, row: ReferralPartner) -> list[tuple[str, str]]:
        """Make a key, raise the limit on asking."""
        tools = [
            ("partners.issue_apikey", "Make a key", "make_key"),
            ("partners.raise_asking_limit", "Raise the limit on asking", "raise_limit"),
        ]
        return [(label, self.url(name, row.pk)) for right, label, name in tools if acting(request).has_perm(right)]

    def get_urls(self) -> list[URLPattern]:
        """With the pages that make a key and raise the limit."""
        return [
            self.own_url("<path:object_id>/make-key/", "make_key", self.make_key_view),
            self.own_url("<path:object_id>/raise-limit/", "raise_limit", self.raise_limit_view),
            *super().get_urls(),
        ]

    def raise_limit_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Let a partner be told of more known companies a day, until a day; for an import."""
        require(request, "partners.raise_asking_limit")
        partner = self.row(request, object_id)
        form = LimitForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            wanted = form.cleaned_data
            until = end_of(wanted["last_day"])
            raise_asking_limit(
                partner=partner, limit=wanted["limit"], until=until, by=acting(request), why=wanted["why"]
            )
            success(request, "The limit is raised. It is the usual one again by itself.")
            return HttpResponseRedirect(self.url("change", partner.pk))
        now = partner.asking_limit_at(timezone.now())
        raised = f"It is {now} now, until {partner.asking_limit_until:%-d %B %Y}." if now else ""
        says = [
            f"{partner} is told of {settings.KNOWN_COMPANIES_A_DAY} companies a day that we know. {raised}".strip(),
            "Each 409 tells that a company is our client: raise it only for an import that you know of.",
        ]
        context = {"title": f"Raise the limit of {partner}", "form": form, "says": says, "button": "Raise the limit"}
        return self.page(request, "admin/decision.html", partner, context)

    def make_key_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Make a key and show its text, once: on the answer to this POST and nowhere else."""
        require(request, "partners.issue_apikey")
        partner = self.row(request, object_id)
        form = KeyForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                return self._made(request, partner, form)
            except TooManyKeys:
                form.add_error(
                    None,
                    "This partner has two keys that work, and two is the limit. Revoke one first.",
                )
        says = ["The next page shows the key, once. Two keys may work at a time, so that the partner can change over."]
        context = {"title": f"Make a key for {partner}", "form": form, "says": says, "button": "Make the key"}
        return self.page(request, "admin/decision.html", partner, context)

    def _made(self, request: HttpRequest, partner: ReferralPartner, form: KeyForm) -> HttpResponse:
        wanted = form.cleaned_data
        what = f"Made a {wanted['kind']} key, “{wanted['label']}”"
        with decision(by=acting(request), why=wanted["why"], what=what, about=partner):
            key, text = issue_key(
                partner=partner, label=wanted["label"], live=wanted["kind"] == "live", expires_at=form.expires_at()
            )
        context = {"title": f"Key for {partner}", "key": key, "text": text}
        return self.page(request, "admin/key_made.html", partner, context)


def end_of(day: date) -> datetime:
    """The first moment after a day, in UTC."""
    return datetime.combine(day + timedelta(days=1), time.min, UTC)


class LimitForm(DecisionForm):
    """How many companies a day, and until when."""

    limit = forms.IntegerField(
        min_value=1, max_value=100_000, label="Known companies in 24 hours", help_text="Of which it is told by a 409."
    )
    last_day = forms.DateField(
        label="Until the end of",
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="In UTC; within 30 days. From then on the usual limit holds.",
    )
    field_order = ["limit", "last_day", "why"]

    def clean_last_day(self) -> date:
        """Not over yet, and not for good."""
        day: date = self.cleaned_data["last_day"]
        today = timezone.now().date()
        if not today <= day <= today + timedelta(days=30):
            raise forms.ValidationError("Choose a day from today on, within 30 days.")
        return day


class KeyForm(DecisionForm):
    """What a new key is for."""

    label = forms.CharField(max_length=100, help_text="Where it is used, such as production or staging.")
    kind = forms.ChoiceField(choices=[("test", "Test"), ("live", "Live")], widget=forms.RadioSelect, initial="test")
    last_day = forms.DateField(
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="It works until the end of this day, UTC. Without one it works until it is revoked.",
    )
    field_order = ["label", "kind", "last_day", "why"]

    def clean_last_day(self) -> Any:
        """Refuse a key that would never work."""
        day = self.cleaned_data["last_day"]
        if day is not None and day < timezone.now().date():
            raise forms.ValidationError("This day is over. Choose today or a later day.")
        return day

    def expires_at(self) -> datetime | None:
        """The moment from which it does not work any more."""
        day = self.cleaned_data["last_day"]
        return None if day is None else end_of(day)


@admin.register(ApiKey, site=site)
class ApiKeyAdmin(ReadOnlyAdmin):
    """Keys: made on the page of a partner, revoked here. The key itself is nowhere."""

    list_display = ["prefix", "label", "partner", "state", "created_at", "expires_at", "last_used_at"]
    list_select_related = ["partner"]
    list_filter = [("revoked_at", Whether), "created_at"]
    search_fields = ["prefix", "label", "partner__name"]
    fields = ["partner", "prefix", "label", "state", "created_at", "expires_at", "revoked_at", "last_used_at"]

    def state(self, key: ApiKey) -> str:
        """Whether it works."""
        return state_of(key)

    def tools(self, request: HttpRequest, row: ApiKey) -> list[tuple[str, str]]:
        """Revoke it."""
        may = acting(request).has_perm("partners.revoke_apikey") and row.revoked_at is None
        return [("Revoke", self.url("revoke", row.pk))] if may else []

    def get_urls(self) -> list[URLPattern]:
        """With the page that revokes a key."""
        return [self.own_url("<path:object_id>/revoke/", "revoke", self.revoke_view), *super().get_urls()]

    def revoke_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Revoke a key; revoking again changes nothing."""
        require(request, "partners.revoke_apikey")
        key = self.row(request, object_id)
        if key.revoked_at is not None:
            warning(request, "The key was revoked already; nothing changed.")
            return HttpResponseRedirect(self.url("change", key.pk))
        form = DecisionForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            what = f"Revoked the key “{key.label}” ({key.prefix}…)"
            with decision(by=acting(request), why=form.cleaned_data["why"], what=what, about=key.partner):
                key.revoke(at=timezone.now())
            success(request, "The key is revoked. Calls with it are answered 401 from now on.")
            return HttpResponseRedirect(self.url("change", key.pk))
        used = f"It was last used on {key.last_used_at:%-d %B %Y, %H:%M} UTC." if key.last_used_at else "Never used."
        says = [f"Calls of {key.partner} with {key} will be answered 401 at once. This cannot be undone.", used]
        context = {"title": "Revoke this key", "form": form, "says": says, "button": "Revoke the key"}
        return self.page(request, "admin/decision.html", key, context)


def state_of(key: ApiKey) -> str:
    """Whether a key works, in a word."""
    if key.revoked_at is not None:
        return "Revoked"
    if key.expires_at is not None and key.expires_at <= timezone.now():
        return "Expired"
    return "Works"
