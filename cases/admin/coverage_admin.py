"""Admin pages for collection partners, coverage and rates, and a tester that explains routing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminEmailInputWidget, AdminTextInputWidget
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern
from django.utils import timezone

from cases.claim import DebtorType
from cases.currencies import why_not
from cases.jurisdictions import OF_THE_FORCES, US, jurisdiction_name, us_place, us_states
from cases.models import Case, CollectionPartner, Coverage, ExchangeRate
from cases.models.collection_partner import USD
from cases.routing import Wanted, explain_route
from clients.countries import country_choices, country_code, country_name
from edge.form_fields import AddressField, TextField
from edge.kinds_of_text import Code, CompanyName, OptionalLine, length_of
from staff.pages import ReadOnlyInline, ReasonedAdmin, ReasonForm, acting, require
from staff.site import site

LONGEST_STATE = 50  # by its name; two letters of it are kept


def read_currency(given: str) -> str:
    """The ISO 4217 code in capital letters; empty stays empty. Raises ValidationError for an unusable one."""
    currency = given.upper()
    if currency and (why := why_not(currency)):
        raise forms.ValidationError(why)
    return currency


def read_state(given: str, country: str | None) -> str:
    """The two letters of a US state, however it is written; empty stays empty. Raises ValidationError."""
    if not given:
        return ""
    if country != US:
        raise forms.ValidationError("Only the United States are covered by state. Leave this empty.")
    place = us_place(given)
    if place is None:
        raise forms.ValidationError("Not a US state: write CA or California.")
    if place.country != US:
        raise forms.ValidationError(f"Choose {country_name(place.country)} as the country.")
    if place.state in OF_THE_FORCES:
        raise forms.ValidationError("Nobody collects at addresses of the armed forces.")
    return place.state


class CollectionPartnerForm(ReasonForm):
    """Edits a collection partner, for a reason."""

    class Meta:
        model = CollectionPartner
        fields = ["name", "is_active", "platform_share_percentage", "office_email", "office_phone", "public_site"]
        field_classes = {"public_site": forms.URLField}

    name = TextField(CompanyName.of(CollectionPartner, "name"), widget=AdminTextInputWidget)
    office_email = AddressField(required=False, widget=AdminEmailInputWidget(attrs={"autocomplete": "off"}))
    office_phone = TextField(Code.of(CollectionPartner, "office_phone"), required=False, widget=AdminTextInputWidget)
    public_site = forms.URLField(
        required=False, assume_scheme="https", max_length=length_of(CollectionPartner, "public_site")
    )


class CoverageInline(ReadOnlyInline):
    """Where a collection partner works."""

    model = Coverage
    fields = ["country", "state", "debtor_type", "minimum_amount", "minimum_currency", "position", "is_active"]


@admin.register(CollectionPartner, site=site)
class CollectionPartnerAdmin(ReasonedAdmin):
    """Agencies that collect. They are made inactive, never deleted, since cases refer to them."""

    form = CollectionPartnerForm
    inlines = [CoverageInline]
    list_display = ["name", "is_active", "platform_share_percentage", "countries", "office_email"]
    list_filter = ["is_active"]
    search_fields = ["name", "office_email"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[CollectionPartner]:
        """Count the countries, for the list."""
        partners: QuerySet[CollectionPartner] = super().get_queryset(request)
        active = Q(coverage__is_active=True)
        return partners.annotate(covered=Count("coverage__country", distinct=True, filter=active))

    @admin.display(ordering="covered")
    def countries(self, partner: Any) -> int:
        """The number of countries in which it works."""
        return int(partner.covered)


class CoverageForm(ReasonForm):
    """Edits a coverage, for a reason."""

    country = forms.ChoiceField(choices=country_choices)
    state = TextField(
        OptionalLine(LONGEST_STATE),
        required=False,
        label="US state",
        help_text="CA or California. Empty: the whole country.",
    )
    minimum_currency = TextField(
        Code.of(Coverage, "minimum_currency"), required=False, help_text="Of the minimum amount, such as EUR."
    )

    class Meta:
        model = Coverage
        fields = [
            "collection_partner",
            "country",
            "state",
            "debtor_type",
            "minimum_amount",
            "minimum_currency",
            "position",
            "is_active",
        ]

    def clean_state(self) -> str:
        """Accept the state as partners write it."""
        return read_state(self.cleaned_data["state"], self.cleaned_data.get("country"))

    def clean_minimum_currency(self) -> str:
        """Accept small letters, too."""
        return read_currency(self.cleaned_data["minimum_currency"])

    def clean(self) -> dict[str, Any] | None:
        """Refuse in words what the database's constraints would."""
        cleaned = super().clean()
        given = self.cleaned_data
        amount, currency = given.get("minimum_amount"), given.get("minimum_currency")
        if (amount is None) != (not currency) and not {"minimum_amount", "minimum_currency"} & self.errors.keys():
            self.add_error("minimum_currency", "A minimum is an amount and a currency: give both, or neither.")
        if amount is not None and amount <= 0:
            self.add_error("minimum_amount", "Must be more than 0. Leave it empty where any amount will do.")
        self._check_position(given.get("country"), given.get("position"))
        return cleaned

    def _check_position(self, country: str | None, position: int | None) -> None:
        if not country or position is None:
            return
        others = Coverage.objects.filter(country=country).exclude(pk=self.instance.pk)
        if (taken := others.filter(position=position).first()) is not None:
            end = 1 + max(each.position for each in others)
            self.add_error("position", f"{taken} stands there. The first free place at the end is {end}.")


class TesterForm(forms.Form):
    """The facts about a debtor and a claim that decide who collects."""

    country = forms.ChoiceField(choices=lambda: [("", "Choose a country"), *country_choices()])
    state = TextField(OptionalLine(LONGEST_STATE), required=False, label="US state", help_text="CA or California.")
    debtor_type = forms.ChoiceField(choices=[(kind.value, kind.value) for kind in DebtorType])
    amount = forms.DecimalField(min_value=Decimal("0.0001"), max_digits=18, decimal_places=4)
    currency = TextField(Code.of(Case, "currency"), initial="EUR")

    def clean_state(self) -> str:
        """Require a state in the United States, and refuse one elsewhere."""
        country = self.cleaned_data.get("country")
        state = read_state(self.cleaned_data["state"], country)
        if country == US and not state:
            raise forms.ValidationError("Is needed in the United States: write CA or California.")
        return state

    def clean_currency(self) -> str:
        """Accept small letters, too."""
        return read_currency(self.cleaned_data["currency"])

    def wanted(self) -> Wanted:
        """The facts as routing takes them; only for a valid form."""
        given = self.cleaned_data
        return Wanted(
            given["country"], given["state"], DebtorType(given["debtor_type"]), given["amount"], given["currency"]
        )


@admin.register(Coverage, site=site)
class CoverageAdmin(ReasonedAdmin):
    """Coverage: who collects where, in the order in which routing asks."""

    form = CoverageForm
    change_list_template = "admin/coverage_list.html"
    list_display = ["where", "position", "collection_partner", "debtor_type", "minimum", "is_active"]
    list_select_related = ["collection_partner"]
    list_filter = ["is_active", "country", "collection_partner"]
    search_fields = ["country", "state", "collection_partner__name"]
    search_help_text = "Country by its name or letters, collection partner."
    ordering = ["country", "position"]

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Propose the position after the last coverage of the country in the URL, if it names one."""
        initial = super().get_changeform_initial_data(request)
        last = Coverage.objects.filter(country=initial.get("country", "")).order_by("-position").first()
        return {"position": last.position + 1 if last else 0, **initial}

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Coverage], search_term: str
    ) -> tuple[QuerySet[Coverage], bool]:
        """Find countries by any of their names, too."""
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        return found | queryset.filter(country=country_code(search_term)), may_repeat

    @admin.display(ordering="country")
    def where(self, coverage: Coverage) -> str:
        """The name of the country or US state."""
        return jurisdiction_name(coverage.country, coverage.state if coverage.state in us_states() else "")

    @admin.display(ordering="minimum_amount")
    def minimum(self, coverage: Coverage) -> str:
        """The minimum amount, or `any`."""
        return coverage.minimum or "any"

    def get_urls(self) -> list[URLPattern]:
        """Add the tester's page."""
        return [self.own_url("tester/", "tester", self.tester_view), *super().get_urls()]

    def tester_view(self, request: HttpRequest) -> HttpResponse:
        """Say who would get a claim against this debtor, and why the others would not. Changes nothing."""
        require(request, "cases.view_coverage")
        form = TesterForm(request.GET or None)
        wanted = form.wanted() if form.is_bound and form.is_valid() else None
        considered = explain_route(wanted, at=timezone.now()) if wanted else []
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": "Who collects from this debtor?",
            "form": form,
            "is_asked": wanted is not None,
            "country": country_name(wanted.country) if wanted else "",
            "winner": next((each.coverage for each in considered if each.applies), None),
            "considered": considered,
            "may_change": acting(request).has_perm("cases.change_coverage"),
        }
        return TemplateResponse(request, "admin/route_tester.html", context)


class RateForm(ReasonForm):
    """Edits an exchange rate, for a reason."""

    currency = TextField(
        Code.of(ExchangeRate, "currency"), help_text="ISO 4217; not USD, by which the others are compared."
    )

    class Meta:
        model = ExchangeRate
        fields = ["currency", "date", "usd_per_unit"]
        widgets = {"date": forms.DateInput(attrs={"type": "date"})}

    def clean_currency(self) -> str:
        """Refuse USD, in which the rates of all others are."""
        currency = read_currency(self.cleaned_data["currency"])
        if currency == USD:
            raise forms.ValidationError("USD is what the others are compared by.")
        return currency

    def clean_usd_per_unit(self) -> Decimal:
        """Require more than zero."""
        rate: Decimal = self.cleaned_data["usd_per_unit"]
        if rate <= 0:
            raise forms.ValidationError("Must be more than 0.")
        return rate


@admin.register(ExchangeRate, site=site)
class ExchangeRateAdmin(ReasonedAdmin):
    """Exchange rates to USD. The newest one that is not in the future counts."""

    form = RateForm
    list_display = ["currency", "date", "usd_per_unit"]
    list_filter = ["currency", "date"]
    search_fields = ["currency"]
    ordering = ["-date", "currency"]
