"""A visitor of the pages, without a real browser: cookies, forms, and the mail that arrives."""

from __future__ import annotations

import re
from typing import Any

from django.test import Client as Http

from clients.models import LinkRequest, ReferralPartnerClientLink
from onboarding.journey.confirm_company import details_held, digest_of
from onboarding.journey.confirm_users import people_held
from onboarding.journey.page_path import page_path
from onboarding.journey.steps import Step
from onboarding.models import Purpose
from tests.conftest import deliver_mail

FIRST = Purpose.FIRST_SIGNING
ADMIN = "jane@acme.test"


class Visitor:
    """Somebody with the URL of a link, at a browser of their own."""

    def __init__(self, link: ReferralPartnerClientLink, purpose: Purpose = FIRST) -> None:
        self.link = link
        self.purpose = purpose
        self.http = Http()

    def path(self, step: Step | None = None) -> str:
        """Where a page is."""
        return page_path(self.link, self.purpose, step or "entry")

    def get(self, step: Step | None = None, **query: str) -> Any:
        """Load a page, and follow where it leads."""
        return self.http.get(self.path(step), query, follow=True)

    def post(self, step: Step | None = None, **fields: Any) -> Any:
        """Send a form, and follow where it leads."""
        return self.http.post(self.path(step), fields, follow=True)

    def prove(self, **fields: str) -> Any:
        """Ask for a code and type it in."""
        self.post(None, send="first", **fields)
        return self.post(code=mailed_code())

    def confirm_company(self, **changes: str) -> Any:
        """Save the company's details as they are held, but for the changes."""
        return self.post(Step.COMPANY, **{**company_fields(self.link), **changes})

    def confirm_people(self, *added: tuple[str, str], signs: int = 0) -> Any:
        """Save the users as they are held, and some more by name and address."""
        return self.post(Step.USERS, **people_fields(self.link, *added, signs=signs))

    def sign(self, **changes: str) -> Any:
        """Sign what the page shows."""
        return self.post(Step.AGREEMENT, **{**self.shown(), "full_name": "Jane Ann Doe", "consent": "on", **changes})

    def shown(self) -> dict[str, str]:
        """What the page of the agreement carries in its form."""
        page = self.get(Step.AGREEMENT).content.decode()
        return dict(re.findall(r'<input type="hidden" name="(version|details)" value="(\w+)">', page))

    def come_to_the_agreement(self) -> Any:
        """Do all that comes before the signature."""
        self.prove()
        self.confirm_company()
        return self.confirm_people()

    def go_all_the_way(self) -> Any:
        """Sign, and do all that comes before."""
        self.come_to_the_agreement()
        return self.sign()


class Decider:
    """Somebody with the URL of a request, at a browser of their own."""

    def __init__(self, asked: LinkRequest) -> None:
        self.http = Http()
        self.path = f"/LinkApproval/{asked.pk}"

    def ask(self, address: str, **more: str) -> Any:
        """Type an address to get a code."""
        return self.http.post(self.path, {"address": address, **more}, follow=True)

    def prove(self, address: str = ADMIN, **more: str) -> Any:
        """Get a code and type it in."""
        self.ask(address, **more)
        return self.http.post(self.path, {"code": mailed_code()}, follow=True)

    def decide(self, decision: str) -> Any:
        """Press a button."""
        return self.http.post(f"{self.path}/decide", {"decision": decision}, follow=True)


def company_fields(link: ReferralPartnerClientLink) -> dict[str, str]:
    """The form of the company's details, filled in with what is held."""
    link.client.refresh_from_db()
    held = details_held(link.client)
    return {**vars(held), "shown": digest_of(held)}


def people_fields(link: ReferralPartnerClientLink, *added: tuple[str, str], signs: int = 0) -> dict[str, str]:
    """The form of the people, filled in with who is held and who is added."""
    held = [(str(user.pk), user.name, user.email) for user in link.client.users.all()]
    rows = [*held, *(("", name, email) for name, email in added)]
    fields = {
        "form-TOTAL_FORMS": str(len(rows)),
        "form-INITIAL_FORMS": "0",
        "onboarding_user": str(signs),
        "shown": digest_of(people_held(link.client)),
    }
    for index, row in enumerate(rows):
        fields |= dict(zip((f"form-{index}-{name}" for name in ("user_id", "name", "email")), row, strict=True))
    return fields


def mailed_code(back: int = 1) -> str:
    """The code of the newest mail, or of one before."""
    found = re.search(r"^ +([A-Z2-9]{8})$", str(deliver_mail()[-back].body), re.MULTILINE)
    assert found
    return found[1]
