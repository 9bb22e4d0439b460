"""Admin pages for API keys, and the decisions to make and to revoke one."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.utils import timezone

from edge.clock import end_of
from edge.form_fields import TextField
from edge.kinds_of_text import Line
from partners.issue_key import TooManyKeys, issue_key
from partners.models import ApiKey, ReferralPartner
from staff.decision import decision
from staff.decision_page import Decision, DecisionForm, Given, Said, ShownOnce, Unfit
from staff.models import Staff
from staff.pages import ReadOnlyAdmin, ReadOnlyInline, Whether
from staff.site import site


def state_of(key: ApiKey) -> str:
    """Revoked, Expired or Works. Ignores whether the partner is active."""
    if key.revoked_at is not None:
        return "Revoked"
    if key.expires_at is not None and key.expires_at <= timezone.now():
        return "Expired"
    return "Works"


class KeyForm(DecisionForm):
    """Asks what a new key is for and how long it works."""

    label = TextField(Line.of(ApiKey, "label"), help_text="Where it is used, such as production or staging.")
    kind = forms.ChoiceField(choices=[("test", "Test"), ("live", "Live")], widget=forms.RadioSelect, initial="test")
    last_day = forms.DateField(
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="It works until the end of this day, UTC. Without one it works until it is revoked.",
    )
    field_order = ["label", "kind", "last_day", "why"]

    def clean_last_day(self) -> Any:
        """Refuse a day in the past: the key would never work."""
        day = self.cleaned_data["last_day"]
        if day is not None and day < timezone.now().date():
            raise forms.ValidationError("This day is over. Choose today or a later day.")
        return day


def _make_key(partner: ReferralPartner, given: Given, by: Staff) -> ShownOnce | Unfit:
    what = f"Made a {given['kind']} key, “{given['label']}”"
    expires_at = end_of(given["last_day"]) if given["last_day"] else None
    try:
        with decision(by=by, why=given["why"], what=what, about=partner):
            key, text = issue_key(
                partner=partner, label=given["label"], live=given["kind"] == "live", expires_at=expires_at
            )
    except TooManyKeys:
        return Unfit(None, "This partner has two keys that work, and two is the limit. Revoke one first.")
    return ShownOnce("admin/key_made.html", {"title": f"Key for {partner}", "key": key, "text": text})


MAKE_KEY = Decision[ReferralPartner](
    name="make_key",
    route="make-key/",
    right="partners.issue_apikey",
    label="Make a key",
    title=lambda partner: f"Make a key for {partner}",
    says=lambda partner: [
        "The next page shows the key, once. Two keys may work at a time, so that the partner can change over."
    ],
    button="Make the key",
    form=KeyForm,
    act=_make_key,
)


def _revoking_means(key: ApiKey) -> list[str]:
    used = f"It was last used on {key.last_used_at:%-d %B %Y, %H:%M} UTC." if key.last_used_at else "Never used."
    return [f"Calls of {key.partner} with {key} will be answered 401 at once. This cannot be undone.", used]


def _revoke(key: ApiKey, given: Given, by: Staff) -> Said:
    what = f"Revoked the key “{key.label}” ({key.prefix}…)"
    with decision(by=by, why=given["why"], what=what, about=key.partner):
        key.revoke(at=timezone.now())
    return Said("The key is revoked. Calls with it are answered 401 from now on.")


REVOKE = Decision[ApiKey](
    name="revoke",
    route="revoke/",
    right="partners.revoke_apikey",
    label="Revoke",
    title="Revoke this key",
    says=_revoking_means,
    button="Revoke the key",
    act=_revoke,
    is_offered=lambda key: key.revoked_at is None,
    too_late="The key was revoked already; nothing changed.",
)


class ApiKeyInline(ReadOnlyInline):
    """A partner's keys, on the partner's page."""

    model = ApiKey
    fields = ["prefix", "label", "state", "created_at", "expires_at", "last_used_at"]

    def state(self, key: ApiKey) -> str:
        """Revoked, Expired or Works."""
        return state_of(key)


@admin.register(ApiKey, site=site)
class ApiKeyAdmin(ReadOnlyAdmin):
    """Keys are made on the partner's page and revoked here. The key itself is not stored, so it cannot be shown."""

    decisions = [REVOKE]
    list_display = ["prefix", "label", "partner", "state", "created_at", "expires_at", "last_used_at"]
    list_select_related = ["partner"]
    list_filter = [("revoked_at", Whether), "created_at"]
    search_fields = ["prefix", "label", "partner__name"]
    fields = ["partner", "prefix", "label", "state", "created_at", "expires_at", "revoked_at", "last_used_at"]

    def state(self, key: ApiKey) -> str:
        """Revoked, Expired or Works."""
        return state_of(key)
