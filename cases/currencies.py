"""Currencies of ISO 4217, the decimals that their amounts have, and the successors of withdrawn ones."""

from __future__ import annotations

from functools import cache

import pycountry

# Minor units other than 2, from list one of ISO 4217 as published in 2025.
NONE = frozenset(["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV"])
NONE_OF_UNIONS = frozenset(["XAF", "XOF", "XPF"])
THREE = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
FOUR = frozenset(["CLF", "UYW"])
# Metals, units of account, codes for tests: no invoice is written in them.
NO_MONEY = frozenset(["XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX", "XAD"])


# Withdrawn in the last 25 years or shortly before, by list three: since when, and how many units made one unit of the
# successor. First those that the euro replaced, at the rates of the Council's regulations.
TO_EURO = {
    "1999": {"BGL": "1,955.83", "XEU": "1"},
    "1 January 2002": {
        "ATS": "13.7603",
        "BEF": "40.3399",
        "DEM": "1.95583",
        "ESP": "166.386",
        "FIM": "5.94573",
        "FRF": "6.55957",
        "GRD": "340.75",
        "IEP": "0.787564",
        "ITL": "1,936.27",
        "LUF": "40.3399",
        "NLG": "2.20371",
        "PTE": "200.482",
        # Andorra, Monaco, San Marino and the Vatican.
        "ADP": "166.386",
        "MCF": "6.55957",
        "SML": "1,936.27",
        "VAL": "1,936.27",
    },
    "1 January 2007": {"SIT": "239.64"},
    "1 January 2008": {"CYP": "0.585274", "MTL": "0.4293"},
    "1 January 2009": {"SKK": "30.126"},
    "1 January 2011": {"EEK": "15.6466"},
    "1 January 2014": {"LVL": "0.702804"},
    "1 January 2015": {"LTL": "3.4528"},
    "1 January 2023": {"HRK": "7.5345"},
    "1 January 2026": {"BGN": "1.95583"},
}
TO_OTHERS = {
    "AFA": ("AFN", "2003", "1,000"),
    "ANG": ("XCG", "1 July 2025", "1"),
    "AOR": ("AOA", "2000", "1,000,000"),
    "AZM": ("AZN", "2007", "5,000"),
    "BYB": ("BYN", "2001", "10,000,000"),
    "BYR": ("BYN", "2017", "10,000"),
    "CSD": ("RSD", "2006", "1"),
    "CUC": ("CUP", "2021", "1 : 24"),
    "ECS": ("USD", "2000", "25,000"),
    "GHC": ("GHS", "2008", "10,000"),
    "MGF": ("MGA", "2005", "5"),
    "MRO": ("MRU", "1 July 2018", "10"),
    "MZM": ("MZN", "2007", "1,000"),
    "ROL": ("RON", "2007", "10,000"),
    "SDD": ("SDG", "1 July 2007", "100"),
    "SLL": ("SLE", "2024", "1,000"),
    "SRG": ("SRD", "2004", "1,000"),
    "STD": ("STN", "2018", "1,000"),
    "TJR": ("TJS", "2000", "1,000"),
    "TMM": ("TMT", "2009", "5,000"),
    "TRL": ("TRY", "2006", "1,000,000"),
    "USS": ("USD", "2014", "1"),
    "YUM": ("RSD", "2003", "1"),
    "ZMK": ("ZMW", "2013", "1,000"),
    "ZWL": ("ZWG", "1 September 2024", "2,498.7242"),
    # Without a rate: whoever writes RUR today means RUB, VES has had two values, and the others have no rate.
    "RUR": ("RUB", "1999", ""),
    "TPE": ("USD", "2002", ""),
    "VEB": ("VES", "2008", ""),
    "VEF": ("VES", "2018", ""),
    "ZWD": ("ZWG", "2009", ""),
    "ZWN": ("ZWG", "2009", ""),
    "ZWR": ("ZWG", "2009", ""),
}
WITHDRAWN = TO_OTHERS | {
    currency: ("EUR", since, rate) for since, rates in TO_EURO.items() for currency, rate in rates.items()
}


@cache
def currencies() -> frozenset[str]:
    """The codes of the currencies in which a claim can be."""
    return frozenset(currency.alpha_3 for currency in pycountry.currencies) - NO_MONEY


def decimals(currency: str) -> int:
    """How many decimals an amount in this currency may have."""
    if currency in NONE | NONE_OF_UNIONS:
        return 0
    return 3 if currency in THREE else 4 if currency in FOUR else 2


def why_not(currency: str) -> str | None:
    """Why a claim cannot be in this currency, and what to do, in words for partners; None if it can."""
    if currency in currencies():
        return None
    if currency not in WITHDRAWN:
        return "Not a currency of ISO 4217, such as EUR."
    successor, since, rate = WITHDRAWN[currency]
    old, _, new = rate.partition(" : ")
    at = f", at {old} {currency} for {new or 1} {successor}" if rate else ""
    return f"{currency} is withdrawn since {since}; send {successor}{at}."
