"""A client with cases, and who collects them."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.utils import timezone

from cases.lifecycle import Lifecycle
from cases.models import Case, CollectionPartner
from clients.models import ReferralPartnerClientLink
from partners.models import ReferralPartner
from tests.make import make_case, make_client, make_collection_partner, make_link

NOW = timezone.now()


@pytest.fixture
def link(partner: ReferralPartner) -> ReferralPartnerClientLink:
    client = make_client(name="Acme A/S", admin="jane@acme.test", colleagues=("ib@acme.test",))
    return make_link(partner=partner, client=client, tenant_id="tenant-1")


@pytest.fixture
def collector() -> CollectionPartner:
    return make_collection_partner(name="Inkasso Nord A/S", platform_share_percentage=Decimal(25))


@pytest.fixture
def three(link: ReferralPartnerClientLink, collector: CollectionPartner) -> list[Case]:
    """
    An old small one, a newer large one of another client, and the newest of another country.

    No word is found in their references by chance.
    """
    other = make_link(partner=link.partner, client=make_client(name="Other A/S"), tenant_id="tenant-2")
    return [
        make_case(link=link, reference="AAAAAAAA", creditor_reference="A-1", amount=Decimal(10),
                  due_date=date(2026, 10, 5),
                  created_at=datetime(2026, 1, 5, 23, 59, tzinfo=UTC), lifecycle=Lifecycle.ACTIVE),
        make_case(link=other, reference="BBBBBBBB", creditor_reference="B-2", amount=Decimal(30),
                  due_date=date(2026, 10, 4),
                  created_at=datetime(2026, 1, 6, 0, 0, tzinfo=UTC), lifecycle=Lifecycle.PAUSED,
                  debtor_name="Müller Werkzeug GmbH"),
        make_case(link=link, reference="CCCCCCCC", creditor_reference="C-3", amount=Decimal(20),
                  debtor_country="NO",
                  collection_partner=collector, created_at=NOW, lifecycle=Lifecycle.NEEDS_ADDITIONAL_DETAILS),
    ]  # fmt: skip
