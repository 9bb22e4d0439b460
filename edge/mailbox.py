"""
E-mail addresses as people write them, and the mailboxes that they stand for.

A mailbox is the part before the @ at the domain's A-label by IDNA 2008 (UTS 46, non-transitional, as in browsers):
`straße.example` is not `strasse.example`, and `lumiere。example` is `lumiere.example`. Mail is sent to the mailbox, and
addresses are compared by it. Python's own codec, with which Django writes envelopes, is IDNA 2003 and would mix up the
two: so mail backends are given nothing but ASCII.
"""

from __future__ import annotations

from functools import lru_cache

from email_validator import EmailNotValidError, validate_email
from pydantic_core import PydanticCustomError

from edge.text import too_long, trimmed, without_formats

MAX_EMAIL = 254
MAX_SENT = 4 * MAX_EMAIL  # invisible characters included
# Begins an encoded word in a header (RFC 2047): some mail software would decode such an address in `To:`.
ENCODED_WORD = "=?"
MAX_LOCAL_PART = 64  # RFC 5321, 4.5.3.1.1


def read_email(sent: str) -> str:
    """
    Return the address as sent, trimmed, in its own letter case; raises the field's error.

    A domain with letters outside ASCII is normalised, and loses its invisible characters. Whether the address is
    somebody's shows when a code is mailed to it.
    """
    address = _visible(sent)
    if len(address) > MAX_EMAIL:
        raise too_long(MAX_EMAIL)
    local_part, _, _ = address.rpartition("@")
    if not local_part.isascii() and local_part.isprintable() and not set(' "<') & set(local_part):
        raise PydanticCustomError("email", "Letters such as é or ü before the @ are no mail that we can send.")
    if len(local_part) > MAX_LOCAL_PART:
        raise PydanticCustomError("email", f"Before the @ stand at most {MAX_LOCAL_PART} characters.")
    try:
        _, shown = _read(address)
    except EmailNotValidError:
        raise PydanticCustomError("email", "This is not an e-mail address.")
    return address if address.isascii() else shown


def in_letters(address: str) -> str:
    """A valid address with its domain in letters, for people: browsers turn what is typed into Punycode."""
    return _read(address)[1] if "xn--" in address.lower() else address


def is_address(address: str) -> bool:
    """Whether mail can be sent to this address, by its form."""
    try:
        mailbox(address)
    except EmailNotValidError:
        return False
    return True


def mailbox(address: str) -> str:
    """Return the mailbox of an address, in ASCII; raises EmailNotValidError if it has none."""
    place, _ = _read(address)
    return place


@lru_cache(maxsize=1_000)
def _read(address: str) -> tuple[str, str]:
    """The mailbox, and the address in letters for people. Takes half a millisecond; a call needs it several times."""
    # Domains for tests are valid: nobody can own one, and the demo and partners' sandboxes use them.
    # We cannot send mail to an address with letters outside ASCII before the @; international domains are fine.
    checked = validate_email(address, check_deliverability=False, test_environment=True, allow_smtputf8=False)
    if checked.ascii_email is None or "." not in checked.ascii_domain or address.startswith(ENCODED_WORD):
        raise EmailNotValidError("no mail can be sent there")
    return checked.ascii_email, checked.normalized


def _visible(sent: str) -> str:
    """The address without blanks at its ends and without invisible characters that were copied along."""
    address = trimmed(sent)
    return address if address.isascii() or len(address) > MAX_SENT else without_formats(address)


def normal_address(address: str) -> str:
    """
    Return the form in which addresses are compared: the mailbox in lower case.

    Text that is not an address is only trimmed and put in lower case.
    """
    plain = _visible(address).lower()
    # ASCII differs only in letter case, unless the domain is in Punycode, which may be invalid or not in normal form.
    if len(plain) > MAX_EMAIL or (plain.isascii() and "xn--" not in plain):
        return plain
    try:
        return mailbox(_visible(address)).lower()
    except EmailNotValidError:
        return plain
