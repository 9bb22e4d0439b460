"""Keys: at most two that work, kept as a hash, good until they expire or are revoked."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from partners import issue_key as module
from partners.issue_key import TooManyKeys, issue_key
from partners.models import ApiKey, ReferralPartner, find_usable_key, is_well_formed, key_hash
from tests.make import make_key, make_partner
from tests.race import in_thread, wait_until_blocked
from tests.rows import tables_with


def test_a_key_is_well_formed_and_says_what_it_is_for(partner: ReferralPartner) -> None:
    live, live_text = issue_key(partner=partner, label="production", live=True)
    _, test_text = issue_key(partner=partner, label="staging", live=False)

    assert (is_well_formed(live_text), live_text[:8]) == (True, "dk_live_")
    assert (is_well_formed(test_text), test_text[:8]) == (True, "dk_test_")
    assert (live.label, live.prefix, live.hash) == ("production", live_text[:12], key_hash(live_text))


def test_the_text_of_a_key_is_nowhere_in_the_database(partner: ReferralPartner) -> None:
    text = make_key(partner)

    assert tables_with(text) == []
    assert tables_with(text[:12]) == ["partners_apikey"]


def test_a_third_key_is_refused_while_two_work(partner: ReferralPartner) -> None:
    make_key(partner)
    make_key(partner)

    with pytest.raises(TooManyKeys):
        make_key(partner)

    assert partner.api_keys.count() == 2


def test_the_keys_of_another_partner_do_not_count(partner: ReferralPartner, rival: ReferralPartner) -> None:
    make_key(rival)
    make_key(rival)

    assert is_well_formed(make_key(partner))


@pytest.mark.parametrize("over", ["revoked_at", "expires_at"])
def test_a_key_that_is_over_makes_room(partner: ReferralPartner, over: str) -> None:
    make_key(partner)
    make_key(partner)
    ApiKey.objects.filter(pk=partner.api_keys.earliest("pk").pk).update(**{over: timezone.now() - timedelta(seconds=1)})

    assert is_well_formed(make_key(partner))


def test_an_inactive_partners_keys_count_for_they_work_again_when_it_does(partner: ReferralPartner) -> None:
    make_key(partner)
    make_key(partner)
    partner.is_active = False
    partner.save(update_fields=["is_active"])

    with pytest.raises(TooManyKeys):
        make_key(partner)


def test_a_key_works_until_it_expires(partner: ReferralPartner) -> None:
    now = timezone.now()
    works, _ = issue_key(partner=partner, label="a", live=True, expires_at=now + timedelta(minutes=1))
    over, _ = issue_key(partner=partner, label="b", live=True, expires_at=now - timedelta(seconds=1))

    assert (find_usable_key(works.hash), find_usable_key(over.hash)) == (works, None)


def test_revoking_twice_keeps_the_first_time(partner: ReferralPartner) -> None:
    key, _ = issue_key(partner=partner, label="a", live=True)
    now = timezone.now()

    key.revoke(at=now)
    key.revoke(at=now + timedelta(hours=1))

    assert ApiKey.objects.get().revoked_at == now


@pytest.mark.django_db(transaction=True)
def test_of_two_who_make_the_second_key_at_once_one_is_refused() -> None:
    partner = make_partner()
    make_key(partner)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            make_key(partner)
            other = in_thread(pool, lambda: make_key(partner))
            wait_until_blocked()
        refused = other.exception(timeout=10)

    assert isinstance(refused, TooManyKeys)
    assert partner.api_keys.count() == 2


@pytest.mark.django_db(transaction=True)
def test_without_the_partners_lock_both_would_get_one(monkeypatch: pytest.MonkeyPatch) -> None:
    partner = make_partner()
    make_key(partner)
    monkeypatch.setattr(module, "ReferralPartner", _Unlocked)

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        make_key(partner)
        in_thread(pool, lambda: make_key(partner)).result(timeout=10)

    assert partner.api_keys.count() == 3


class _Unlocked:
    """A partner's row that is read without a lock."""

    class objects:  # noqa: N801  # as the manager is called
        @staticmethod
        def select_for_update(**kind: Any) -> Any:
            return ReferralPartner.objects.all()
