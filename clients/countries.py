"""
Countries by ISO 3166-1, and the names that people and programs use for them (ADR 17).

Names come from ISO (pycountry) and from CLDR (Babel), in English and in each country's own languages. Only what both
lack is listed here.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import chain

import pycountry
from babel.languages import get_official_languages
from babel.localedata import clear_caches, exists, load
from pydantic_core import PydanticCustomError

COUNTRIES_TAKEN = (
    "ISO 3166-1 code (DK, DNK) or the name, in English (Denmark) or in the country's own language (Danmark). "
    "XK is Kosovo."
)

# ISO has no code for Kosovo; the EU, SWIFT, CLDR and the payment providers use this one.
KOSOVO = "XK"

# Codes other than ISO's current ones: reserved, used for EU VAT, used by CLDR for parts of a country, or withdrawn.
OTHER_CODES = {
    "ES": ["IC", "EA"],
    "FR": ["CP", "CPT"],
    "GB": ["UK", "XI"],
    "GG": ["CQ"],
    "GR": ["EL"],
    "IO": ["DG", "DGA"],
    "RO": ["ROM"],
    "SH": ["AC", "ASC", "TA", "TAA"],
    "TL": ["TP", "TMP"],
    KOSOVO: ["XKX", "XKK", "RKS"],
}

# CLDR's short and variant names, which Babel leaves out.
SHORT_AND_VARIANT = {
    "BA": ["Bosnia"],
    "CD": ["Congo (DRC)"],
    "CG": ["Congo (Republic)"],
    "CI": ["Ivory Coast"],
    "FK": ["Falkland Islands (Islas Malvinas)"],
    "HK": ["香港"],
    "IO": ["Chagos Archipelago"],
    "MO": ["澳門", "澳门"],
    "NZ": ["Aotearoa New Zealand"],
    "PS": ["Palestine"],
    "SZ": ["Swaziland"],
    "TL": ["East Timor"],
    "TR": ["Turkey"],
}

# Official names of the last 25 years, in ISO or by the country itself, and older ones that programs still use.
FORMER = {
    "BO": ["Republic of Bolivia"],
    "CD": ["Zaire"],
    "FJ": ["Republic of the Fiji Islands"],
    "GM": ["Islamic Republic of the Gambia"],
    "HU": ["Republic of Hungary"],
    "KM": ["Federal Islamic Republic of the Comoros"],
    "KZ": ["Kazakstan"],
    "LY": ["Libyan Arab Jamahiriya", "Great Socialist People's Libyan Arab Jamahiriya"],
    "MK": [
        "Macedonia",
        "Republic of Macedonia",
        "Macedonia, the former Yugoslav Republic of",
        "The former Yugoslav Republic of Macedonia",
        "FYR Macedonia",
        "FYROM",
        "Macedonia (FYROM)",
        "Македонија",
    ],
    "MM": ["Burma", "Union of Myanmar", "Union of Burma"],
    "NP": ["Kingdom of Nepal"],
    "PS": ["Palestinian Territory, Occupied", "Occupied Palestinian Territory", "West Bank and Gaza"],
    "SZ": ["Kingdom of Swaziland"],
    "TL": ["Democratic Republic of East Timor"],
    "TR": ["Republic of Turkey"],
    "WS": ["Western Samoa"],
}

# What else is in use: in .NET, Windows, WooCommerce, Magento, the lists of the World Bank and the UN, and by people.
IN_PROGRAMS = {
    "AE": ["UAE", "Emirates"],
    "AL": ["Shqipëria"],
    "AT": ["Oesterreich"],
    "AX": ["Aaland Islands", "Ahvenanmaa"],
    "BA": ["Bosnia-Hercegovina"],
    "BL": ["St. Barts", "Saint Barth"],
    "BQ": ["Bonaire", "Sint Eustatius", "Saba", "BES Islands", "Bonaire, Saint Eustatius and Saba"],
    "CC": ["Cocos Islands", "Keeling Islands"],
    "CD": [
        "DR Congo",
        "DRC",
        "Congo, DR",
        "Congo, Dem. Rep.",
        "Congo (Zaire)",
        "République démocratique du Congo",
        "RD Congo",
    ],
    "CF": ["CAR", "Central African Rep."],
    "CG": ["Congo, Rep.", "Congo, Republic of the", "République du Congo"],
    "CH": ["Svizra"],
    "CI": ["Ivory Coast (Cote d'Ivoire)", "Republic of Ivory Coast"],
    "CN": ["China, People's Republic of", "PR China", "PRC", "Mainland China", "China mainland"],
    "CZ": ["Česká republika"],
    "DE": ["Bundesrepublik Deutschland", "BRD"],
    "DO": ["Dominican Rep."],
    "EG": ["Egypt, Arab Rep.", "Misr"],
    "ES": ["Espanya"],
    "FJ": ["Fiji Islands"],
    "FK": ["Falklands", "Malvinas", "Islas Malvinas"],
    "FM": ["Micronesia, Fed. Sts."],
    "FO": ["Faeroe Islands", "Faroes", "Færøerne"],
    "FR": ["Metropolitan France", "France, Metropolitan", "République française"],
    "GB": [
        "Great Britain",
        "Britain",
        "United Kingdom (UK)",
        "United Kingdom (GB)",
        "United Kingdom (Great Britain)",
        "Great Britain and Northern Ireland",
        "Great Britain (UK)",
        "England",
        "Scotland",
        "Wales",
        "Northern Ireland",
    ],
    "GR": ["Hellas", "Ellas", "Ελλάς"],
    "GS": ["South Georgia", "South Georgia/Sandwich Islands"],
    "HK": [
        "Hong Kong SAR",
        "Hong Kong, China",
        "China, Hong Kong SAR",
        "HKSAR",
        "China, Hong Kong Special Administrative Region",
    ],
    "HM": ["Heard & McDonald Islands"],
    "IE": ["Republic of Ireland", "Ireland, Republic of", "Ireland (Republic)", "Irish Republic", "Southern Ireland"],
    "IN": ["Bharat"],
    "IR": ["Iran, Islamic Rep."],
    "JP": ["Nippon", "Nihon", "日本国"],
    "KG": ["Kirghizia", "Kirgizstan", "Kyrgyzstan Republic"],
    "KN": ["St Kitts", "Saint Christopher and Nevis", "Federation of Saint Kitts and Nevis"],
    "KP": [
        "Korea, North",
        "N. Korea",
        "DPRK",
        "DPR Korea",
        "Korea, Dem. People's Rep.",
        "Korea, DPR",
        "조선민주주의인민공화국",
        "조선",
    ],
    "KR": ["Korea, South", "S. Korea", "ROK", "Korea, Rep.", "Korea Republic", "한국"],
    "KZ": ["Qazaqstan"],
    "LA": ["Lao PDR", "Lao People's Dem. Rep."],
    "LY": ["State of Libya"],
    "MD": ["Moldavia"],
    "ME": ["Црна Гора", "Republic of Montenegro"],
    "MF": ["Saint Martin (France)"],
    "MH": ["Marshalls", "Marshall Is."],
    "MK": ["Maqedonia e Veriut", "Macedonia, North", "N. Macedonia", "Severna Makedonija"],
    "MO": [
        "Macau",
        "Macau SAR",
        "Macao SAR",
        "Macao, China",
        "Macau SAR China",
        "China, Macao SAR",
        "China, Macao Special Administrative Region",
    ],
    "MP": ["Northern Marianas", "CNMI", "Mariana Islands, Northern"],
    "MV": ["Maldive Islands"],
    "MX": ["Mejico"],
    "NL": ["Holland", "Netherlands (Kingdom of the)"],
    "NZ": ["N. Zealand"],
    "PN": ["Pitcairn Island", "Pitcairn, Henderson, Ducie and Oeno Islands"],
    "PS": ["Palestinian Authority", "Palestinian Territory"],
    "PW": ["Belau"],
    "RE": ["Reunion Island"],
    "RU": ["Russian Fed.", "Rossiya", "Российская Федерация"],
    "SA": ["السعودية", "KSA"],
    "SH": ["St Helena", "Ascension"],
    "SJ": ["Svalbard", "Jan Mayen", "Svalbard and Jan Mayen Islands"],
    "SK": ["Slovak Rep.", "Slovenská republika"],
    "ST": ["Sao Tome"],
    "SX": ["St. Maarten", "St Maarten (Dutch part)", "Saint Martin (Dutch part)"],
    "SY": ["Syrian Arab Rep."],
    "TF": ["French Southern Lands", "Terres australes françaises"],
    "TH": ["ประเทศไทย"],
    "TT": ["Trinidad", "Tobago"],
    "TW": ["Taiwan, ROC", "Taiwan, China", "Chinese Taipei", "臺灣", "台湾"],
    "TZ": ["Tanzania, United Rep."],
    "UM": ["US Minor Outlying Islands", "United States (US) Minor Outlying Islands", "USA Minor Outlying Islands"],
    "US": ["United States (US)", "United States (USA)", "United States of America (USA)", "US of A", "US of America"],
    "VA": ["Vatican", "Vatican City State", "Vatican State", "Holy See", "The Holy See (Vatican)", "Vatikan"],
    "VC": ["St Vincent"],
    "VE": ["Venezuela, RB", "República Bolivariana de Venezuela"],
    "VG": ["BVI", "Virgin Islands (UK)", "Virgin Islands (GB)"],
    "VI": ["USVI", "Virgin Islands (USA)", "United States Virgin Islands"],
    "WF": ["Wallis and Futuna Islands"],
    "YE": ["Yemen, Rep."],
    "ZA": ["Suid-Afrika"],
    KOSOVO: ["Republic of Kosovo", "Kosova", "Kosovo (UNSCR 1244)", "Kosovo (under UNSCR 1244/99)"],
}

NO_COUNTRY = "Not an ISO 3166-1 code, such as DK, nor the name of a country in English or in its own language."
# Names of several countries, and of countries since divided. They are refused: a wrong guess means a wrong court.
SEVERAL = {
    "Korea": ["KP", "KR"],
    "Virgin Islands": ["VG", "VI"],
    "Channel Islands": ["GG", "JE"],
    "Netherlands Antilles": ["BQ", "CW", "SX"],
    "Dutch Antilles": ["BQ", "CW", "SX"],
    "AN": ["BQ", "CW", "SX"],
    "ANT": ["BQ", "CW", "SX"],
    "Serbia and Montenegro": ["ME", "RS"],
    "Serbia and Montenegro (Former)": ["ME", "RS"],
    "CS": ["ME", "RS"],
    "SCG": ["ME", "RS"],
    "Federal Republic of Yugoslavia": ["ME", "RS"],
    "YU": ["ME", "RS"],
    "YUG": ["ME", "RS"],
    "Czechoslovakia": ["CZ", "SK"],
}

# Languages whose names CLDR keeps under another code.
NAMED_IN = {"nb": "no"}

THE_AND = re.compile(r"\b(?:the|and)\b")
TWO_NAMES = re.compile(r"([^()/]+)[(/]([^()/]+)\)?\s*")
ABBREVIATED = {
    "Rep": "Republic", "Dem": "Democratic", "Fed": "Federal", "Isds": "Islands", "Isls": "Islands", "Is": "Islands",
}  # fmt: skip
SAINT = re.compile(r"\bst\b")
# Letters that Unicode does not take apart into a plain letter and a mark.
PLAIN = str.maketrans({"ı": "i", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ə": "e"})
# Unicode categories of letters, vowel signs and digits; not of letters that stand for an apostrophe (Lm).
SPELLING = frozenset(["Lu", "Ll", "Lt", "Lo", "Mn", "Mc", "Nd", "Nl", "No"])


def folded(name: str) -> str:
    """The bare letters of a name, the same for `St. Kitts & Nevis` and `SAINT KITTS AND NEVIS`."""
    letters = unicodedata.normalize("NFKD", name.casefold()).translate(PLAIN)
    unmarked = "".join(letter for letter in letters if not unicodedata.combining(letter))
    words = SAINT.sub("saint", THE_AND.sub("", unmarked))
    return "".join(letter for letter in words if unicodedata.category(letter) in SPELLING)


@cache
def _names() -> dict[str, str]:
    """The name shown for each code; signed agreements contain these names."""
    names = {country.alpha_2: getattr(country, "common_name", country.name) for country in pycountry.countries}
    return dict(sorted({**names, KOSOVO: "Kosovo"}.items(), key=lambda pair: pair[1]))


@cache
def _codes() -> dict[str, str]:
    others = {other: code for code, others in OTHER_CODES.items() for other in others}
    of_three_letters = {country.alpha_3: country.alpha_2 for country in pycountry.countries}
    return others | of_three_letters | {code: code for code in _names()}


@cache
def _in_english() -> dict[str, str]:
    """The code of each English name and of each name listed here, by the folded name."""
    written = chain(SHORT_AND_VARIANT.items(), FORMER.items(), IN_PROGRAMS.items())
    ours = ((name, code) for code, names in written for name in names)
    return {folded(name): code for name, code in chain(_of_iso(), _of_cldr("en", _codes()), ours)}


def _of_iso() -> Iterator[tuple[str, str]]:
    for country in pycountry.countries:
        for kind in ("name", "official_name", "common_name"):
            if name := getattr(country, kind, ""):
                yield name, country.alpha_2
                first, _, rest = name.partition(", ")
                yield f"{rest} {first}", country.alpha_2


def _of_cldr(language: str, codes: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Names of the countries with these codes, in a language. Clears Babel's caches, which would keep all its data."""
    if exists(language):
        names = load(language, merge_inherited=False).get("territories", {})
        yield from ((names[code], _codes()[code]) for code in codes if code in names)
        clear_caches()


@cache
def _in_their_languages() -> dict[str, str]:
    """The code of each country by its folded names in its own languages. Slow: reads a hundred files."""
    spoken: dict[str, list[str]] = defaultdict(list)
    for code in _names():
        for language in get_official_languages(code, de_facto=True):
            spoken[NAMED_IN.get(language, language)].append(code)
    named = chain.from_iterable(_of_cldr(language, codes) for language, codes in spoken.items())
    return {folded(name): code for name, code in named}


@cache
def _several() -> dict[str, list[str]]:
    return {folded(name): codes for name, codes in SEVERAL.items()}


def load_countries() -> None:
    """Read all names now, so that no request has to wait for it."""
    _in_english()
    _in_their_languages()


def country_code(given: str) -> str | None:
    """Alpha-2 code of a country given by a code or a name (COUNTRIES_TAKEN); None if there is none, or several."""
    return _known(given) or _by_two_names(given) or _known(_in_full(given)) or _known(_turned_round(given))


def _known(given: str) -> str | None:
    code = _codes().get(given.strip().upper())
    if code is not None:
        return code
    name = folded(given)
    if name in _several():
        return None
    return _codes().get(name.upper()) or _in_english().get(name) or _in_their_languages().get(name)


def _by_two_names(given: str) -> str | None:
    """Read two names of one country, `Czechia (Czech Republic)`, or one in two parts, `Korea (South)`."""
    written = TWO_NAMES.fullmatch(given)
    if written is None:
        return None
    first, second = written.groups()
    code = _known(first)
    return code if code is not None and code == _known(second) else _known(f"{second} {first}")


def _in_full(given: str) -> str:
    """Write out the abbreviations of the United Nations' lists: `Rep. of Moldova`, `Solomon Isds`."""
    for short, full in ABBREVIATED.items():
        given = re.sub(rf"\b{short}\b\.?", full, given)
    return given


def _turned_round(given: str) -> str:
    """Turn `Moldova, Rep.` into `Republic Moldova`."""
    first, _, second = given.partition(", ")
    return _in_full(f"{second} {first}")


def read_country(given: str) -> str:
    """Alpha-2 code of a country, as `country_code` finds it; raises the field's error if it finds none."""
    code = country_code(given)
    if code is None:
        several = _several().get(folded(given))
        why = f"Can be several countries: send {_either(several)}." if several else NO_COUNTRY
        raise PydanticCustomError("country", "{why}", {"why": why})
    return code


def _either(codes: list[str]) -> str:
    named = [f"{code} ({country_name(code)})" for code in codes]
    return f"{', '.join(named[:-1])} or {named[-1]}"


def country_name(code: str) -> str:
    """English name of a country by its alpha-2 code."""
    return _names().get(code, code)


def country_choices() -> list[tuple[str, str]]:
    """Code and name of every country, by name, for a form."""
    return list(_names().items())
