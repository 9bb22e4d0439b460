"""
Encrypt secrets at rest with keys from the environment, and bind each to its row (docs/adr/0013).

A secret that is moved to another row, or changed, can no longer be decrypted.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Final, Protocol, runtime_checkable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

KEY_BYTES: Final = 64


class CannotBeUnsealed(Exception):
    """No key decrypts it: the right one is missing, or somebody has changed the row. The message names the row."""


@runtime_checkable
class HoldsSecrets(Protocol):
    """A model with encrypted columns, as `manage.py reseal_secrets` finds it."""

    @classmethod
    def reseal(cls) -> int:
        """Encrypt with the first key what another has encrypted; return how many rows changed."""


def read_keys(given: Sequence[str]) -> list[bytes]:
    """Parse the keys from the environment: the first encrypts, all decrypt. Raises ImproperlyConfigured."""
    try:
        keys = [bytes.fromhex(key) for key in given]
    except ValueError:
        keys = []
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise ImproperlyConfigured(f"ENCRYPTION_KEYS must hold keys of {KEY_BYTES * 2} hexadecimal digits each.")
    return keys


def seal(secret: bytes, *, of: str) -> bytes:
    """Encrypt a secret for the row that `of` names. The result is 16 bytes longer, and the same each time."""
    return AESSIV(settings.ENCRYPTION_KEYS[0]).encrypt(secret, [of.encode()])


def unseal(sealed: bytes, *, of: str) -> bytes:
    """Decrypt what was sealed for this very row; raises CannotBeUnsealed."""
    for key in settings.ENCRYPTION_KEYS:
        with suppress(InvalidTag):
            return AESSIV(key).decrypt(sealed, [of.encode()])
    raise CannotBeUnsealed(of)
