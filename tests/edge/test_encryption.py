"""Secrets at rest: read with the keys of the environment only, and in their own row only."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st
from pytest_django.fixtures import Settings

from edge.encryption import CannotBeUnsealed, read_keys, seal, unseal

OLD, NEW = bytes(range(64)), bytes(range(64, 128))


@given(st.binary(min_size=8, max_size=200), st.text(max_size=50))
def test_what_is_sealed_is_read_again_and_by_nobody_else(secret: bytes, of: str) -> None:
    sealed = seal(secret, of=of)

    assert unseal(sealed, of=of) == secret
    assert secret not in sealed


def test_it_is_read_in_its_own_row_only() -> None:
    sealed = seal(b"secret", of="webhook 1")

    with pytest.raises(CannotBeUnsealed, match="webhook 2"):
        unseal(sealed, of="webhook 2")


@pytest.mark.parametrize("at", range(22))
def test_a_changed_byte_is_noticed(at: int) -> None:
    sealed = bytearray(seal(b"secret", of="webhook 1"))
    sealed[at] ^= 1

    with pytest.raises(CannotBeUnsealed):
        unseal(bytes(sealed), of="webhook 1")


def test_the_first_key_encrypts_and_all_decrypt(settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [OLD]
    before = seal(b"secret", of="webhook 1")
    settings.ENCRYPTION_KEYS = [NEW, OLD]
    after = seal(b"secret", of="webhook 1")

    assert unseal(before, of="webhook 1") == unseal(after, of="webhook 1") == b"secret"
    settings.ENCRYPTION_KEYS = [NEW]
    assert unseal(after, of="webhook 1") == b"secret"
    with pytest.raises(CannotBeUnsealed):
        unseal(before, of="webhook 1")


def test_keys_are_read_in_their_order() -> None:
    assert read_keys([OLD.hex(), NEW.hex()]) == [OLD, NEW]


@pytest.mark.parametrize("given", [[], [""], ["secret"], [OLD.hex()[:-2]], [OLD.hex(), ""]])
def test_what_is_no_key_is_refused_without_being_said(given: list[str]) -> None:
    with pytest.raises(ImproperlyConfigured) as refused:
        read_keys(given)

    assert "secret" not in str(refused.value)
    assert OLD.hex()[:20] not in str(refused.value)
