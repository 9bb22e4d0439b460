"""Currencies by ISO 4217, and how many decimals their amounts have."""

from __future__ import annotations

from functools import cache

import pycountry

# Minor units other than 2, from list one of ISO 4217 as published in 2025.
NONE = frozenset(["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV"])
NONE_OF_UNIONS = frozenset(["XAF", "XOF", "XPF"])
THREE = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
FOUR = frozenset(["CLF", "UYW"])
# Metals, units of account, tests: nobody owes an invoice in them.
NO_MONEY = frozenset(["XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX", "XAD"])


@cache
def currencies() -> frozenset[str]:
    """The currencies in which something can be owed."""
    return frozenset(currency.alpha_3 for currency in pycountry.currencies) - NO_MONEY


def decimals(currency: str) -> int:
    """How many decimals an amount in this currency has at most."""
    if currency in NONE | NONE_OF_UNIONS:
        return 0
    return 3 if currency in THREE else 4 if currency in FOUR else 2
