"""The demo's collection partners, exchange rates, and cases in every lifecycle. All invented."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone

from cases.change_lifecycle import Changed, change_lifecycle
from cases.claim import Claim, Debtor, DebtorType
from cases.lifecycle import CloseCode, Lifecycle
from cases.models import Case, CollectionPartner, Coverage, ExchangeRate
from clients.models import ReferralPartnerClientLink
from staff.models import Staff

# What each collection partner covers, in order: countries and US states, and the conditions for all of them.
EUR_500: dict[str, Any] = {"minimum_amount": Decimal(500), "minimum_currency": "EUR"}
USD_1000: dict[str, Any] = {"minimum_amount": Decimal(1000), "minimum_currency": "USD"}
COMPANIES: dict[str, Any] = {"debtor_type": DebtorType.COMPANY}
COLLECTORS: dict[str, tuple[str, dict[str, Any]]] = {
    "Nordisk Inkasso A/S": ("DK SE NO FI IS", {}),
    "Elbe Forderungen GmbH": ("DE AT", EUR_500),
    "Rhein Inkasso KG": ("DE AT CH LI", {}),
    "Recouvrement Loire SARL": ("FR BE LU", {}),
    "Incasso Polder B.V.": ("NL BE", COMPANIES),
    "Cobros Ebro S.L.": ("ES PT", {}),
    "Recupero Po S.r.l.": ("IT MT", EUR_500),
    "Thames Recoveries Ltd": ("GB IE", {}),
    "Wisła Windykacja sp. z o.o.": ("PL CZ SK LT LV EE", COMPANIES),
    "Aegean Collections S.A.": ("GR CY BG RO", EUR_500),
    "Pacific Claims LLC": ("US-CA US-OR US-WA", {}),
    "Hudson Receivables Inc.": ("US-NY US-NJ US CA", USD_1000),
    "Southern Cross Recoveries Pty Ltd": ("AU NZ SG", COMPANIES),
}
RATES_OF = date(2026, 11, 2)
RATES = {
    "EUR": "1.0850", "GBP": "1.2900", "CHF": "1.1350", "DKK": "0.1455", "SEK": "0.0945", "NOK": "0.0915",
    "ISK": "0.0072", "PLN": "0.2530", "CZK": "0.0432", "HUF": "0.0027", "RON": "0.2180", "BGN": "0.5548",
    "CAD": "0.7180", "AUD": "0.6590", "NZD": "0.5980", "SGD": "0.7480", "JPY": "0.0066", "HKD": "0.1285",
    "ZAR": "0.0560", "AED": "0.2723", "INR": "0.0118",
}  # fmt: skip

# By creditor reference: the lifecycles that a case goes through after the client has signed.
COURSES: dict[str, list[Lifecycle]] = {
    "FAK-2001": [],
    "FAK-2002": [Lifecycle.PENDING_VERIFICATION],
    "FAK-2003": [Lifecycle.NEEDS_ADDITIONAL_DETAILS],
    "FAK-2004": [Lifecycle.PENDING_VERIFICATION, Lifecycle.LEADS],
    "FAK-2005": [Lifecycle.PENDING_VERIFICATION, Lifecycle.LEADS, Lifecycle.LEADS_QUOTE_GIVEN],
    "FAK-2006": [Lifecycle.PENDING_VERIFICATION, Lifecycle.ACTIVE],
    "FAK-2007": [Lifecycle.PENDING_VERIFICATION, Lifecycle.ACTIVE, Lifecycle.PAUSED],
    "FAK-2008": [Lifecycle.PENDING_VERIFICATION, Lifecycle.ACTIVE, Lifecycle.CLOSED],
    "FAK-2009": [Lifecycle.MERGED],
}
DEBTORS = [
    ("Elbblick Möbelhaus GmbH", "DE", "", "Hamburg"),
    ("Café Lumière SARL", "FR", "", "Nantes"),
    ("Harbour Lights Ltd", "GB", "", "Bristol"),
    ("Sunset Surf Shop LLC", "US", "CA", "San Diego"),
    ("Fiordo Viaggi S.r.l.", "IT", "", "Bari"),
    ("Skärgård Snickeri AB", "SE", "", "Norrtälje"),
    ("Duinzicht Catering B.V.", "NL", "", "Zandvoort"),
    ("Costa Clara Hostales S.L.", "ES", "", "Cádiz"),
    ("Zielony Ogród sp. z o.o.", "PL", "", "Gdynia"),
]


def claims(prefix: str, number: int) -> tuple[Claim, ...]:
    """Make this many claims that are covered, and one that nobody covers; references start with the prefix."""
    covered = [_claim(f"{prefix}-{2001 + index}", DEBTORS[index % len(DEBTORS)], index) for index in range(number)]
    return (*covered, _claim(f"{prefix}-2099", ("Lagoon Diving Ltd", "TV", "", "Funafuti"), number))


def _claim(reference: str, debtor: tuple[str, str, str, str], index: int) -> Claim:
    name, country, state, city = debtor
    dated = timezone.now().date() - timedelta(days=60 + 120 * index)
    return Claim(
        debtor=Debtor(
            type=DebtorType.COMPANY,
            name=name,
            country=country,
            address=f"Example street {index + 1}",
            city=city,
            state_code=state,
            email=f"accounts{index}@debtor.example",
        ),
        currency="USD" if country == "US" else "EUR",
        amount=Decimal(1250 + 975 * index),
        date=dated,
        due_date=dated + timedelta(days=30),
        over_6_months=None,
        over_12_months=None,
        over_24_months=None,
        creditor_reference=reference,
        description="Goods delivered, not paid",
    )


def make_collectors() -> None:
    """Make collection partners, their coverage, and exchange rates; leave existing ones as they are."""
    for currency, rate in RATES.items():
        ExchangeRate.objects.get_or_create(currency=currency, date=RATES_OF, defaults={"usd_per_unit": Decimal(rate)})
    for name, (places, conditions) in COLLECTORS.items():
        facts = {"platform_share_percentage": Decimal(25), "office_email": "office@collector.example"}
        partner, is_new = CollectionPartner.objects.get_or_create(name=name, defaults=facts)
        for place in places.split() if is_new else []:
            country, _, state = place.partition("-")
            position = Coverage.objects.filter(country=country).count()
            Coverage.objects.create(
                collection_partner=partner, country=country, state=state, position=position, **conditions
            )


def move_along(link: ReferralPartnerClientLink, by: Staff) -> None:
    """Take a link's cases through their lifecycles, as Operations would."""
    for case in Case.objects.filter(link=link, creditor_reference__in=COURSES):
        for step in COURSES[case.creditor_reference]:
            _move(case, step, by)


def _move(case: Case, step: Lifecycle, by: Staff) -> None:
    code = CloseCode.PAID if step is Lifecycle.CLOSED else None
    outcome = change_lifecycle(case=case, to=step, by=by, why="For the demo", at=timezone.now(), close_code=code)
    if not isinstance(outcome, Changed):
        raise RuntimeError(f"The demo's case could not go on: {outcome}")
