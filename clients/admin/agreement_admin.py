"""Admin pages for versions of the agreement: write, compare and publish them."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any, assert_never

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AdminTextInputWidget
from django.db import transaction
from django.db.models import Max, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import pluralize
from django.urls import URLPattern
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.html import format_html
from django.utils.safestring import SafeString

from clients.agreement_changes import changes_between
from clients.agreement_changes_html import changes_html
from clients.agreement_text import UnsupportedMarkdown, agreement_blocks, agreement_html
from clients.models import Agreement
from clients.publish_agreement import (
    CannotBeShown,
    OutOfOrder,
    Published,
    PublishedBefore,
    PublishingOutcome,
    RequiredTooEarly,
    effect_of_publishing,
    hold_publishing,
    publish_agreement,
)
from edge.clock import for_people
from edge.form_fields import TextField
from edge.kinds_of_text import Line, OptionalText
from staff.decision import decision
from staff.decision_page import DecisionForm, Said
from staff.history import Happened, history_of
from staff.pages import StaffModelAdmin, Whether, acting, require

FURTHEST = timedelta(days=366)
LONGEST_SUMMARY = 10_000


class AgreementForm(forms.ModelForm):  # type: ignore[type-arg]
    """Writes or changes a draft."""

    class Meta:
        model = Agreement
        fields = ["number", "title", "summary_of_changes", "is_material", "text"]
        widgets = {
            "text": forms.Textarea(attrs={"rows": 40, "class": "vLargeTextField agreement-source"}),
        }

    title = TextField(Line.of(Agreement, "title"), widget=AdminTextInputWidget)
    summary_of_changes = TextField(
        OptionalText(LONGEST_SUMMARY),
        required=False,
        help_text="What is different, for those who signed before.",
        widget=forms.Textarea(attrs={"rows": 4, "class": "vLargeTextField"}),
    )

    def clean_text(self) -> str:
        """Refuse Markdown that pages and documents cannot show, while it can still be changed."""
        text: str = self.cleaned_data["text"].replace("\r\n", "\n")
        try:
            agreement_blocks(text)
        except UnsupportedMarkdown as fault:
            raise forms.ValidationError(str(fault))
        return text

    def clean_number(self) -> int:
        """Refuse a number that is not above the current version's: it could never be published."""
        number: int = self.cleaned_data["number"]
        current = Agreement.objects.current()
        if current is not None and number <= current.number:
            raise forms.ValidationError(f"Version {current.number} is published; take a later number.")
        return number


class PublishForm(DecisionForm):
    """Asks for the reason, and from when on a material version is required; carries a digest of what was shown."""

    shown = forms.CharField(widget=forms.HiddenInput)
    required_from = forms.DateTimeField(
        label="Required from (UTC)",
        required=False,
        widget=forms.DateTimeInput({"type": "datetime-local", "class": "vTextField"}, format="%Y-%m-%dT%H:%M"),
        help_text="Until then earlier signatures count, and clients can sign early. Leave it empty: at once.",
    )
    field_order = ["shown", "required_from", "why"]

    def __init__(self, draft: Agreement, *args: Any, **kwargs: Any) -> None:
        """Ask for a date only if the version is material: nobody has to sign another."""
        super().__init__(*args, **kwargs)
        if not draft.is_material:
            del self.fields["required_from"]

    def clean_required_from(self) -> datetime | None:
        """Refuse a date over a year ahead, which is a mistyped year: publishing cannot be undone."""
        moment: datetime | None = self.cleaned_data["required_from"]
        if moment is not None and moment > timezone.now() + FURTHEST:
            raise forms.ValidationError("At most a year from now.")
        return moment


class AgreementAdmin(StaffModelAdmin):
    """
    Versions of the agreement: drafts are written, published ones are frozen.

    Registered in onboarding/admin.py, which adds what clients will see.
    """

    form = AgreementForm
    list_display = ["title", "number", "state", "is_material", "published_at", "required_from"]
    list_filter = [("published_at", Whether), "is_material"]
    search_fields = ["title", "number"]
    readonly_fields = ["state", "as_shown", "compared", "text_sha256", "published_at", "required_from"]

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Show the source to those who may write it, and the text as clients see it to everybody."""
        facts = ["number", "title", "summary_of_changes", "is_material"]
        if obj is None:
            return [(None, {"fields": [*facts, "text"]})]
        dates = ["state", "published_at", "required_from", "text_sha256"]
        written = [(None, {"fields": ["text"]})] if self.has_change_permission(request, obj) else []
        return [
            (None, {"fields": facts}),
            ("State", {"fields": dates}),
            *written,
            ("What is different from the version before", {"fields": ["compared"], "classes": ["wide"]}),
            ("The text as clients see it", {"fields": ["as_shown"], "classes": ["wide"]}),
        ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Agreement]:
        """Leave out drafts for those who may not see them."""
        agreements: QuerySet[Agreement] = super().get_queryset(request)
        if acting(request).has_perm("clients.view_draft_agreement"):
            return agreements
        return agreements.filter(published_at__isnull=False)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Start from the next number and the current version's text."""
        current = Agreement.objects.current()
        last = Agreement.objects.aggregate(last=Max("number"))["last"] or 0
        begin = {} if current is None else {"title": current.title, "text": current.text}
        return {"number": last + 1, **begin, **super().get_changeform_initial_data(request)}

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Only drafts can be changed: published versions are frozen."""
        return super().has_change_permission(request, obj) and (obj is None or obj.published_at is None)

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Hold publishing off while a draft is checked and saved, so that nobody takes its number meanwhile."""
        if request.method != "POST":
            return super().changeform_view(request, *args, **kwargs)
        with transaction.atomic():
            hold_publishing(shared=False)
            return super().changeform_view(request, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Agreement, form: Any, change: bool) -> None:
        """Save a draft as a decision; staff need not give a reason for a draft."""
        what = "Changed the draft" if change else "Wrote a draft"
        with decision(by=acting(request), why="Draft", what=what, about=obj, is_new=not change):
            super().save_model(request, obj, form, change)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Log nothing: `save_model` has done so."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Log nothing: `save_model` has done so."""

    def history(self, request: HttpRequest, row: Agreement) -> list[Happened]:
        """The history, only for those who may see drafts, since it shows them."""
        return history_of(row) if acting(request).has_perm("clients.view_draft_agreement") else []

    def state(self, agreement: Agreement) -> str:
        """Draft or published."""
        return "Draft" if agreement.published_at is None else "Published"

    @admin.display(description="Text")
    def as_shown(self, agreement: Agreement) -> SafeString:
        """The text as clients' pages show it."""
        try:
            html = agreement_html(agreement.text, top_heading=3)
        except UnsupportedMarkdown as fault:
            return format_html("<p>This text cannot be shown. {}</p>", str(fault))
        return format_html('<div class="agreement">{}</div>', html)

    @admin.display(description="Word by word")
    def compared(self, agreement: Agreement) -> SafeString:
        """The changes since the published version before it."""
        before = Agreement.objects.published().filter(number__lt=agreement.number).order_by("-number").first()
        if before is None:
            return format_html("<p>{}</p>", "It is the first.")
        try:
            changes = changes_html(changes_between(before.text, agreement.text), heading_level=3)
        except UnsupportedMarkdown as fault:
            return format_html("<p>This text cannot be shown. {}</p>", str(fault))
        told = (
            "Struck through is what was taken out, underlined what was added." if changes else "The text is the same."
        )
        return format_html('<div class="changes"><p>Version {}. {}</p>{}</div>', before.number, told, changes)

    def tools(self, request: HttpRequest, row: Agreement) -> list[tuple[str, str]]:
        """Offer to publish a draft."""
        may = acting(request).has_perm("clients.publish_agreement") and row.published_at is None
        return [("Publish", self.url("publish", row.pk))] if may else []

    def get_urls(self) -> list[URLPattern]:
        """Add the page that publishes."""
        return [self.own_url("<path:object_id>/publish/", "publish", self.publish_view), *super().get_urls()]

    def publish_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show a draft and what publishing it means; on POST publish it, unless it is no longer what was shown."""
        require(request, "clients.publish_agreement")
        draft = self.row(request, object_id)
        shown = _digest(draft)
        form = PublishForm(draft, request.POST or None, initial={"shown": shown})
        if request.method == "POST" and form.is_valid():
            if constant_time_compare(form.cleaned_data["shown"], shown):
                return self._publish(request, draft, form)
            form = PublishForm(draft, initial={**form.cleaned_data, "shown": shown})
            messages.warning(request, "The draft was changed meanwhile, and nothing was published. Read it again.")
        return self._publish_page(request, draft, form)

    def _publish(self, request: HttpRequest, draft: Agreement, form: PublishForm) -> HttpResponse:
        decided = form.cleaned_data
        outcome = publish_agreement(
            agreement=draft, by=acting(request), why=decided["why"], required_from=decided.get("required_from")
        )
        if isinstance(outcome, RequiredTooEarly):
            form.add_error("required_from", f"Not before {_earliest(outcome)}.")
            return self._publish_page(request, draft, form)
        return self.said(request, draft, _told(outcome))

    def _publish_page(self, request: HttpRequest, draft: Agreement, form: PublishForm) -> HttpResponse:
        context = {
            "title": f"Publish version {draft.number}",
            "form": form,
            "says": _publishing_means(draft),
            "button": f"Publish version {draft.number}",
            "summary": draft.summary_of_changes,
            "compared": self.compared(draft),
            "text": self.as_shown(draft),
        }
        return self.page(request, "admin/publish.html", draft, context)


def _publishing_means(draft: Agreement) -> list[str]:
    """Say how many clients will have to sign, since publishing cannot be undone."""
    for_good = "From then on clients sign this version. It can never be changed or taken back."
    if not draft.is_material:
        return ["Nobody who has signed an earlier version has to sign again.", for_good]
    effect = effect_of_publishing(at=timezone.now())
    again = f"{_count(effect.clients, 'client')} of {_count(effect.partners, 'partner')} will have to sign again."
    waiting = f"{_count(effect.waiting, 'client')} must sign again already, and will sign this version."
    before = Agreement.objects.current()
    says = [again, *([waiting] if effect.waiting else []), for_good]
    if before is not None and before.required_from is not None and before.required_from > timezone.now():
        moment = for_people(before.required_from)
        says.append(f"Version {before.number} is required from {moment}: this one cannot be required before.")
    return says


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{pluralize(number)}"


def _earliest(outcome: RequiredTooEarly) -> str:
    """Rounded up to the minute, since the form takes no seconds."""
    return for_people(outcome.earliest + timedelta(minutes=1))


def _digest(draft: Agreement) -> str:
    """A digest of everything that the page shows of the draft."""
    facts = [draft.number, draft.title, draft.text, draft.summary_of_changes, draft.is_material]
    return salted_hmac("clients.admin.publish", json.dumps(facts), algorithm="sha256").hexdigest()


def _told(outcome: PublishingOutcome) -> Said:
    match outcome:
        case Published(agreement):
            return Said(f"Version {agreement.number} is published. Clients sign it from now on.")
        case RequiredTooEarly():
            return Said(f"It cannot be required before {_earliest(outcome)}.", messages.error)
        case PublishedBefore():
            return Said("This version was published already; nothing changed.", messages.warning)
        case OutOfOrder(current):
            later = "Give this draft a later number, then publish it."
            return Said(f"Version {current.number} is published already. {later}", messages.error)
        case CannotBeShown(why):
            return Said(f"Nothing was published. {why}", messages.error)
        case _:
            assert_never(outcome)
