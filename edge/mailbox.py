"""
E-mail addresses: as people write them, and the mailbox that they stand for.

A mailbox is the part before the @ at the domain's A-label by IDNA 2008 (UTS 46, non-transitional, as browsers do it):
`straße.example` is not `strasse.example`, and `lumiere。example` is `lumiere.example`. Mail goes there, and by it
addresses are compared. Python's own codec, with which Django writes an envelope, is IDNA 2003 and would take the one
for the other: so no backend is handed anything but ASCII.
"""

from __future__ import annotations

from functools import lru_cache

from email_validator import EmailNotValidError, validate_email
from pydantic_core import PydanticCustomError

from edge.text import too_long, trimmed, without_formats

MAX_EMAIL = 254
MAX_SENT = 4 * MAX_EMAIL  # what is not seen included
# What marks an encoded word of a header (RFC 2047): some who read `To:` would take it for something else.
ENCODED_WORD = "=?"
MAX_LOCAL_PART = 64  # RFC 5321, 4.5.3.1.1


def read_email(sent: str) -> str:
    """
    Return the address as sent but trimmed; its letter case is the owner's matter. Whose it is, a code tells.

    A domain in other letters than ASCII comes in its one form, without what cannot be seen in it.
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
    """An address that was read, its domain in letters for people: browsers turn what is typed into Punycode."""
    return _read(address)[1] if "xn--" in address.lower() else address


def is_address(address: str) -> bool:
    """Whether mail can be sent there, by its form."""
    try:
        mailbox(address)
    except EmailNotValidError:
        return False
    return True


def mailbox(address: str) -> str:
    """Return where mail for the address goes, in ASCII; raises EmailNotValidError where there is no such place."""
    place, _ = _read(address)
    return place


@lru_cache(maxsize=1_000)
def _read(address: str) -> tuple[str, str]:
    """The mailbox, and the address in letters for people; half a millisecond, and asked for several times in a call."""
    # The domains for tests pass: nobody can own one, and demo and partners' sandboxes use them.
    # No mail could be sent to letters outside ASCII before the @; international domains are fine.
    checked = validate_email(address, check_deliverability=False, test_environment=True, allow_smtputf8=False)
    if checked.ascii_email is None or "." not in checked.ascii_domain or address.startswith(ENCODED_WORD):
        raise EmailNotValidError("no mail can be sent there")
    return checked.ascii_email, checked.normalized


def _visible(sent: str) -> str:
    """The address without blanks at its ends and without what came along unseen when it was copied."""
    address = trimmed(sent)
    return address if address.isascii() or len(address) > MAX_SENT else without_formats(address)


def normal_address(address: str) -> str:
    """
    Return the form under which an address is compared: its mailbox in lower case.

    What is no address is nobody's, and stays as it is but for its letter case.
    """
    plain = _visible(address).lower()
    # Nothing but letter case is folded in ASCII, unless a domain comes in Punycode, which may be another's or nobody's.
    if len(plain) > MAX_EMAIL or (plain.isascii() and "xn--" not in plain):
        return plain
    try:
        return mailbox(_visible(address)).lower()
    except EmailNotValidError:
        return plain
