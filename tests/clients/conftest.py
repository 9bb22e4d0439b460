"""A client with addresses that are somebody else's."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db.models import F

from clients.models import Agreement, Client, EmailAddress
from partners.models import ReferralPartner
from tests.make import make_client, make_link

JANE, OFFICE = "jane@acme.test", "office@acme.test"
A_MONTH = timedelta(days=30)


@pytest.fixture
def squatter(db: None, agreement: Agreement, rival: ReferralPartner) -> Client:
    """A client of the rival with an address of its own, which it has proven, and with two of somebody else."""
    client = make_client(admin="mallory@else.test", colleagues=(JANE,), support_email=OFFICE)
    make_link(partner=rival, client=client, tenant_id="theirs")
    prove(client, "mallory@else.test")
    return client


def prove(client: Client, *addresses: str) -> None:
    for address in addresses:
        assert EmailAddress.objects.prove(client, address)


def age(by: timedelta = A_MONTH) -> None:
    EmailAddress.objects.update(entered_at=F("entered_at") - by)


def stands(address: str) -> bool:
    [held] = EmailAddress.objects.held([address])
    return held.stands
