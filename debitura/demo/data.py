"""The demo's data: partners with fixed keys, clients, staff. All invented."""

from __future__ import annotations

import base64
import json
from decimal import Decimal
from typing import Any

import typst
from django.contrib.auth.models import Group
from django.db import transaction

from debitura.demo.cases import make_collectors
from debitura.demo.clients import make_clients
from debitura.demo.known import make_known_companies
from onboarding.signing.agreement_pdf import bundled_fonts
from partners.models import ApiKey, ReferralPartner, key_hash
from staff.models import Staff

PASSWORD = "debitura-demo"  # noqa: S105 (the demo prints it for everybody)

PARTNERS: dict[str, dict[str, Any]] = {
    "dk_test_LedgerlyDemoKey00000000000000041i3mW": {
        "name": "Ledgerly Software ApS",
        "short_name": "Ledgerly",
        "contact_email": "partners@ledgerly.example",
        "fee_percentage": Decimal("12.50"),
        "background_colour": "#5b21b6",
        "font_colour": "#fde68a",
        "font_family": "Georgia, serif",
        "return_hosts": ["app.ledgerly.example"],
    },
    "dk_test_BookwiseDemoKey0000000000000003lacNT": {
        "name": "Bookwise GmbH",
        "short_name": "Bookwise",
        "contact_email": "partner@bookwise.example",
        "fee_percentage": Decimal("10.00"),
        "background_colour": "#ffffff",
        "font_colour": "#333333",
        "return_hosts": ["bookwise.example"],
    },
}

STAFF = {
    "support@debitura.example": ("Sune Support", "Support"),
    "legal@debitura.example": ("Lea Legal", "Legal"),
    "partners@debitura.example": ("Per Partner", "Partner managers"),
    "operations@debitura.example": ("Olga Operations", "Operations"),
}
ADMIN = "admin@debitura.example"


@transaction.atomic
def make_demo_data() -> None:
    """Make what is missing, and leave what exists as it is."""
    for email, (name, group) in STAFF.items():
        if not Staff.objects.filter(email=email).exists():
            Staff.objects.create_user(email, PASSWORD, name=name).groups.add(Group.objects.get(name=group))
    if not Staff.objects.filter(email=ADMIN).exists():
        Staff.objects.create_superuser(ADMIN, PASSWORD, name="Ada Admin")
    make_collectors()
    partner, rival = (_partner(key, facts) for key, facts in PARTNERS.items())
    make_known_companies(partner, rival)


def _partner(key: str, facts: dict[str, Any]) -> ReferralPartner:
    """Make a partner with its key and clients, or find it: what was changed in the demo since is kept."""
    known = ApiKey.objects.filter(hash=key_hash(key)).select_related("partner").first()
    if known is not None:
        return known.partner
    partner, _ = ReferralPartner.objects.get_or_create(name=facts["name"], defaults={**facts, "logo": _logo(facts)})
    ApiKey.objects.create(partner=partner, prefix=key[:12], hash=key_hash(key), label="demo")
    make_clients(partner, operations=Staff.objects.get(email="operations@debitura.example"))
    return partner


MARK = """
#set page(width: 32pt, height: 32pt, margin: 0pt, fill: none)
#let facts = json(bytes(sys.inputs.facts))
#set text(font: "Noto Sans", size: 20pt, weight: "bold", fill: rgb(facts.ink))
#box(width: 100%, height: 100%, radius: 7pt, fill: rgb(facts.ground), align(center + horizon, facts.letter))
"""


def _logo(facts: dict[str, Any]) -> str:
    """Draw a logo, a letter in the brand's colours, as a data URL."""
    mark = {"letter": facts["short_name"][0], "ground": facts["font_colour"], "ink": facts["background_colour"]}
    png = typst.compile(
        MARK.encode(), format="png", ppi=144, font_paths=bundled_fonts(), sys_inputs={"facts": json.dumps(mark)}
    )
    return "data:image/png;base64," + base64.b64encode(png).decode()
