"""Links, as every call of the API finds them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from clients.models import Agreement, ReferralPartnerClientLink, Signature
from clients.models.agreement_facts import agreement_facts
from clients.models.link import find_active_link
from partners.models import ReferralPartner
from tests.make import make_agreement, make_client, make_link, make_partner, make_signature, make_staff

type Link = ReferralPartnerClientLink


def _never_signed(link: Link) -> None:
    pass


def _signed(link: Link) -> None:
    make_signature(link)


def _under_another_name(link: Link) -> None:
    make_signature(link, company_name="Acme Holding A/S")


def _under_both_names(link: Link) -> None:
    make_signature(link)
    make_agreement(published_at=timezone.now())
    make_signature(link, company_name="Acme Holding A/S")


def _invalidated(link: Link) -> None:
    pk = make_signature(link).pk
    Signature.objects.filter(pk=pk).update(
        invalidated_at=timezone.now(), invalidated_by=make_staff(), invalidated_why="Signed by a stranger."
    )


def _an_older_version(link: Link) -> None:
    make_signature(link)
    make_agreement(published_at=timezone.now() - timedelta(seconds=1))


def _two_versions(link: Link) -> None:
    _an_older_version(link)
    make_signature(link)


def _newer_words_only(link: Link) -> None:
    make_signature(link)
    make_agreement(published_at=timezone.now(), is_material=False)


def _newer_one_required_later(link: Link) -> None:
    make_signature(link)
    make_agreement(published_at=timezone.now() + timedelta(days=1))


def _newer_draft(link: Link) -> None:
    make_signature(link)
    make_agreement()


def _archived(link: Link) -> None:
    make_signature(link)
    ReferralPartnerClientLink.objects.update(archived_at=timezone.now() + timedelta(seconds=1))


def _archived_and_made_again(link: Link) -> None:
    _archived(link)
    make_link(partner=link.partner, client=link.client)


def _beside_others(link: Link) -> None:
    make_link(partner=link.partner, tenant_id="tenant-2")
    make_signature(make_link())


HISTORIES = [
    _never_signed,
    _signed,
    _under_another_name,
    _under_both_names,
    _invalidated,
    _an_older_version,
    _two_versions,
    _newer_words_only,
    _newer_one_required_later,
    _newer_draft,
    _archived_and_made_again,
    _beside_others,
]


@pytest.mark.parametrize("history", HISTORIES)
def test_plain_sql_finds_what_the_orm_finds(
    partner: ReferralPartner, agreement: Agreement, history: Callable[[Link], None]
) -> None:
    history(make_link(partner=partner))
    active = ReferralPartnerClientLink.objects.active().of(partner, "tenant-1")

    found = find_active_link(partner.pk, "tenant-1")

    link = active.select_related("client").get()
    assert found is not None
    assert _values(found[0]) == _values(link)
    assert found[1] == agreement_facts([link.client_id])[link.client_id]


def _values(link: Link) -> tuple[object, ...]:
    """All that is known of it without asking the database."""
    return _columns(link), _columns(link._state.fields_cache["client"])


def _columns(row: object) -> dict[str, object]:
    return {name: value for name, value in vars(row).items() if name != "_state"}


def test_an_archived_link_is_not_found(partner: ReferralPartner, agreement: Agreement) -> None:
    _archived(make_link(partner=partner))

    assert find_active_link(partner.pk, "tenant-1") is None


@pytest.mark.parametrize("tenant_id", ["tenant-2", "TENANT-1", "tenant-1 ", ""])
def test_no_link_is_found_under_another_id(partner: ReferralPartner, tenant_id: str) -> None:
    make_link(partner=partner)

    assert find_active_link(partner.pk, tenant_id) is None


def test_no_link_of_another_partner_is_found(partner: ReferralPartner) -> None:
    make_link(partner=make_partner(), client=make_client())

    assert find_active_link(partner.pk, "tenant-1") is None
