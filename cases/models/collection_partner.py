"""Collection partners, what they cover, and the exchange rates by which amounts are compared."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import ClassVar

import pghistory
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from cases.claim import DebtorType

ALPHA_2 = r"^[A-Z]{2}$"
CURRENCY = r"^[A-Z]{3}$"
# The currency that others are converted to; it has no exchange rate of its own.
USD = "USD"
DEBTOR_TYPES = [(kind.value, kind.value) for kind in DebtorType]


@pghistory.track(
    pghistory.UpdateEvent("changed", row=pghistory.Old),
    exclude=["office_email"],
    model_name="CollectionPartnerHistory",
)
class CollectionPartner(models.Model):
    """An agency that collects for clients."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200, unique=True)
    office_email = models.EmailField("office e-mail", max_length=254, blank=True)
    office_phone = models.CharField(max_length=32, blank=True)
    public_site = models.URLField(max_length=500, blank=True)
    platform_share_percentage = models.DecimalField(
        "platform share percentage",
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text="Debitura's part of the collection fee, in percent.",
    )
    is_active = models.BooleanField("active", default=True, help_text="Off: no case is routed here any more.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "collection partner"
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(platform_share_percentage__gte=0, platform_share_percentage__lte=100),
                name="platform_share_is_a_percentage",
            ),
            models.CheckConstraint(condition=~Q(name=""), name="collection_partner_has_a_name"),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track(pghistory.UpdateEvent("changed", row=pghistory.Old), model_name="CoverageHistory")
class Coverage(models.Model):
    """
    A collection partner takes debtors in this country: maybe in one US state, of one type, above some amount only.

    The first that fits gets the case. That positions are unique is checked at the end of a transaction, so that two can
    be swapped.
    """

    collection_partner = models.ForeignKey(CollectionPartner, on_delete=models.PROTECT, related_name="coverage")
    country = models.CharField(
        max_length=2, validators=[RegexValidator(ALPHA_2)], help_text="Of the debtor, ISO 3166-1 alpha-2."
    )
    state = models.CharField(
        "US state",
        max_length=2,
        blank=True,
        validators=[RegexValidator(ALPHA_2)],
        help_text="Two letters, such as CA. Blank: the whole country.",
    )
    debtor_type = models.CharField(max_length=10, blank=True, choices=DEBTOR_TYPES, help_text="Blank: both.")
    minimum_amount = models.DecimalField(
        max_digits=18, decimal_places=4, null=True, blank=True, help_text="Smaller claims go elsewhere."
    )
    minimum_currency = models.CharField(
        max_length=3, blank=True, validators=[RegexValidator(CURRENCY)], help_text="Of the minimum amount, ISO 4217."
    )
    position = models.PositiveIntegerField(help_text="Lower ones are asked first; each stands once in a country.")
    is_active = models.BooleanField("active", default=True, help_text="Off: no case is routed by it any more.")

    class Meta:
        verbose_name = "coverage"
        verbose_name_plural = "coverage"
        ordering: ClassVar = ["country", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["country", "position"],
                deferrable=models.Deferrable.DEFERRED,
                name="a_position_is_taken_once_in_a_country",
            ),
            models.CheckConstraint(condition=Q(country__regex=ALPHA_2), name="coverage_country_is_alpha_2"),
            models.CheckConstraint(
                condition=Q(state="") | Q(country="US", state__regex=ALPHA_2), name="only_the_us_is_covered_by_state"
            ),
            models.CheckConstraint(
                condition=Q(debtor_type__in=["", *DebtorType]), name="coverage_is_of_known_debtor_types"
            ),
            models.CheckConstraint(
                condition=Q(minimum_amount=None, minimum_currency="")
                | Q(minimum_amount__isnull=False, minimum_amount__gt=0, minimum_currency__regex=CURRENCY),
                name="a_minimum_has_amount_and_currency",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.country}{f'-{self.state}' if self.state else ''} by {self.collection_partner}"

    @property
    def minimum(self) -> str:
        """The minimum amount, as staff read it; empty if there is none."""
        return "" if self.minimum_amount is None else f"{self.minimum_amount:,.2f} {self.minimum_currency}"


class ExchangeRateQuerySet(models.QuerySet["ExchangeRate"]):
    """Selections of rates."""

    def newest(self, currencies: Iterable[str], *, on: date) -> dict[str, ExchangeRate]:
        """The rate of each currency that applies on this day, for those that have one; USD has none."""
        known = self.filter(currency__in=set(currencies), date__lte=on)
        return {rate.currency: rate for rate in known.order_by("currency", "-date").distinct("currency")}

    def usd_per_unit(self, currencies: Iterable[str], *, on: date) -> dict[str, Decimal]:
        """What one unit is worth in USD on this day, for USD and those of these currencies that have a rate."""
        rates = self.newest(currencies, on=on)
        return {**{currency: rate.usd_per_unit for currency, rate in rates.items()}, USD: Decimal(1)}


@pghistory.track(pghistory.UpdateEvent("changed", row=pghistory.Old), model_name="ExchangeRateHistory")
class ExchangeRate(models.Model):
    """What a currency is worth from this day on, until there is a newer rate."""

    currency = models.CharField(max_length=3, validators=[RegexValidator(CURRENCY)], help_text="ISO 4217; not USD.")
    date = models.DateField()
    usd_per_unit = models.DecimalField(
        "USD per unit", max_digits=24, decimal_places=12, help_text="What one unit of the currency is worth in USD."
    )

    objects = ExchangeRateQuerySet.as_manager()

    class Meta:
        verbose_name = "exchange rate"
        ordering: ClassVar = ["currency", "-date"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["currency", "date"], name="one_rate_per_currency_and_day"),
            models.CheckConstraint(condition=Q(currency__regex=CURRENCY), name="rate_is_of_a_currency"),
            models.CheckConstraint(condition=~Q(currency=USD), name="usd_is_what_others_are_compared_by"),
            models.CheckConstraint(condition=Q(usd_per_unit__gt=0), name="rate_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.currency} on {self.date}"
