"""Admin pages for partners, and the decision to raise the limit on asking."""

from __future__ import annotations

import base64
import re
from datetime import date, timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.widgets import AdminEmailInputWidget, AdminTextInputWidget
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from edge.clock import end_of
from edge.form_fields import AddressField, TextField
from edge.kinds_of_text import Code, CompanyName, length_of
from partners.admin.key_admin import MAKE_KEY, ApiKeyInline
from partners.models import FONT_FAMILY, HEX_COLOUR, HOST, LONGEST_HOST, MAX_LOGO_KB, ReferralPartner
from partners.raise_asking_limit import raise_asking_limit
from staff.decision_page import Decision, DecisionForm, Given, Said
from staff.models import Staff
from staff.pages import ReasonedAdmin, ReasonForm
from staff.site import site

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR"


class HostsField(forms.CharField):
    """Hosts, one per line; whole URLs are cut down to their host."""

    widget = forms.Textarea(attrs={"rows": 4})

    def prepare_value(self, value: Any) -> Any:
        """Show a list as lines."""
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        """Split at line breaks, commas and blanks; drop duplicates."""
        hosts = [re.sub(r"^https?://|/.*$", "", host.lower()) for host in re.split(r"[\s,]+", value or "") if host]
        return list(dict.fromkeys(hosts))

    def validate(self, value: Any) -> None:
        """Name each entry that is not a host."""
        wrong = [host for host in value if not re.fullmatch(HOST, host) or len(host) > LONGEST_HOST]
        if wrong:
            raise forms.ValidationError([f"{host[:80]} is not a host; write app.partner.example." for host in wrong])

    def run_validators(self, value: Any) -> None:
        """Run none: CharField's validators are for text, and this is a list."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether the list differs from the initial one."""
        return bool(list(initial or []) != self.to_python(data))


class ColourField(forms.RegexField):
    """A colour, with the browser's own picker."""

    widget = forms.TextInput(attrs={"type": "color"})
    default_error_messages = {"invalid": "Write a colour as #14324a."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(HEX_COLOUR, **kwargs)


class PartnerForm(ReasonForm):
    """Adds or changes a partner."""

    new_logo = forms.FileField(
        required=False,
        label="New logo",
        widget=forms.FileInput(attrs={"accept": "image/png"}),
        help_text=(
            f"A PNG of at most {MAX_LOGO_KB} KB; it is shown 40 pixels high. Without a file the logo stays as it is."
        ),
    )
    no_logo = forms.BooleanField(required=False, label="Take the logo away")
    background_colour = ColourField(initial="#14324a")
    font_colour = ColourField(initial="#ffffff")
    font_family = forms.RegexField(
        FONT_FAMILY,
        required=False,
        max_length=length_of(ReferralPartner, "font_family"),
        help_text="Separated by commas, as in: Georgia, serif. Only fonts on the visitor's machine count.",
        error_messages={"invalid": "Only letters, digits, blanks, commas, hyphens and quotation marks."},
    )
    return_hosts = HostsField(
        required=False, help_text="Where a returnUrl may lead, a host a line, such as app.partner.example."
    )

    name = TextField(CompanyName.of(ReferralPartner, "name"), widget=AdminTextInputWidget)
    short_name = TextField(
        CompanyName.of(ReferralPartner, "short_name"),
        widget=AdminTextInputWidget,
        help_text="What clients know the platform as; pages and mails say it.",
    )
    external_system_id = TextField(
        Code.of(ReferralPartner, "external_system_id"), required=False, widget=AdminTextInputWidget
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
        """Turn the file into the data URL that pages show; empty when there is none."""
        file = self.cleaned_data["new_logo"]
        if not isinstance(file, UploadedFile):
            return ""
        if file.size is None or file.size > MAX_LOGO_KB * 1024:
            raise forms.ValidationError(f"The file is over {MAX_LOGO_KB} KB. Please make the picture smaller.")
        content = file.read()
        if not content.startswith(PNG):
            raise forms.ValidationError("This is not a PNG. Please save the picture as a PNG and try again.")
        return "data:image/png;base64," + base64.b64encode(content).decode()

    def clean(self) -> dict[str, Any] | None:
        """Set or clear the logo on the partner."""
        cleaned = super().clean()
        if self.cleaned_data.get("no_logo"):
            self.instance.logo = ""
        if new_logo := self.cleaned_data.get("new_logo"):
            self.instance.logo = new_logo
        return cleaned


class LimitForm(DecisionForm):
    """Asks for the raised limit and its last day."""

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
        """Refuse a past day, and one more than 30 days ahead."""
        day: date = self.cleaned_data["last_day"]
        today = timezone.now().date()
        if not today <= day <= today + timedelta(days=30):
            raise forms.ValidationError("Choose a day from today on, within 30 days.")
        return day


def _raising_means(partner: ReferralPartner) -> list[str]:
    now = partner.asking_limit_at(timezone.now())
    raised = f"It is {now} now, until {partner.asking_limit_until:%-d %B %Y}." if now else ""
    return [
        f"{partner} is told of {settings.KNOWN_COMPANIES_A_DAY} companies a day that we know. {raised}".strip(),
        "Each 409 tells that a company is our client: raise it only for an import that you know of.",
    ]


def _raise_limit(partner: ReferralPartner, given: Given, by: Staff) -> Said:
    until = end_of(given["last_day"])
    raise_asking_limit(partner=partner, limit=given["limit"], until=until, by=by, why=given["why"])
    return Said("The limit is raised. It is the usual one again by itself.")


RAISE_LIMIT = Decision[ReferralPartner](
    name="raise_limit",
    route="raise-limit/",
    right="partners.raise_asking_limit",
    label="Raise the limit on asking",
    title=lambda partner: f"Raise the limit of {partner}",
    says=_raising_means,
    button="Raise the limit",
    form=LimitForm,
    act=_raise_limit,
)


@admin.register(ReferralPartner, site=site)
class ReferralPartnerAdmin(ReasonedAdmin):
    """Partners: their fee, their keys, and how their clients' pages look."""

    form = PartnerForm
    inlines = [ApiKeyInline]
    decisions = [MAKE_KEY, RAISE_LIMIT]
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
        """Leave out fields that make sense only for those who may change the partner, or once it exists."""
        fieldsets, hidden = super().get_fieldsets(request, obj), self._hidden(request, obj)
        shown = [(name, [field for field in options["fields"] if field not in hidden]) for name, options in fieldsets]
        return [(name, {"fields": fields}) for name, fields in shown if fields]

    def _hidden(self, request: HttpRequest, partner: ReferralPartner | None) -> set[str]:
        if partner is None:
            return {"id", "created_at", "logo_now", "no_logo"}
        return set() if self.has_change_permission(request, partner) else {"new_logo", "no_logo"}

    @admin.display(ordering="fee_percentage", description="fee")
    def fee(self, partner: ReferralPartner) -> str:
        """The fee that new links get; existing links keep theirs."""
        return f"{partner.fee_percentage} %"

    @admin.display(description="Logo", empty_value="None")
    def logo_now(self, partner: ReferralPartner) -> SafeString | None:
        """The current logo, as an image."""
        return format_html('<img class="logo" src="{}" alt="Logo">', partner.logo) if partner.logo else None

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[Any]:
        """The keys, except on the page that adds a partner."""
        return [] if obj is None else self.inlines
