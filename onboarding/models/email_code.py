"""Codes that prove an e-mail address, and how a typed code is read."""

from __future__ import annotations

import re
import unicodedata
import uuid
from datetime import datetime, timedelta
from typing import ClassVar, Self, cast

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.crypto import constant_time_compare, salted_hmac

from clients.models import Client, LinkRequest, ReferralPartnerClientLink, User
from edge.clock import ClockTimestamp
from partners.models import ReferralPartner

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # no I, L, O, 0 and 1
CODE_LENGTH = 8
TRIES = 5
CODE_LIFE = timedelta(minutes=10)
A_MINUTE = timedelta(minutes=1)
PROOF_LIFE = timedelta(minutes=60)


class Purpose(models.TextChoices):
    """What a proof is valid for."""

    FIRST_SIGNING = "FirstSigning", "First signing"
    UPGRADE = "Upgrade", "Contract upgrade"
    APPROVAL = "Approval", "Approval of a partner"


type Subject = ReferralPartnerClientLink | LinkRequest


class EmailCodeQuerySet(models.QuerySet["EmailCode"]):
    """Selections of codes."""

    def about(self, subject: Subject) -> Self:
        """Codes for this link or link request."""
        match subject:
            case LinkRequest():
                return self.filter(link_request=subject)
            case ReferralPartnerClientLink():
                return self.filter(link=subject)

    def of(self, subject: Subject, purpose: Purpose, browser: str) -> Self:
        """Codes that this browser asked for, for this subject and purpose."""
        return self.about(subject).filter(purpose=purpose, browser=browser)

    def open(self) -> Self:
        """Codes that can still be used."""
        return self.filter(used_at=None, lapsed_at=None, expires_at__gt=ClockTimestamp(), tries__lt=TRIES)

    def since(self, age: timedelta) -> Self:
        """Codes that were asked for within this time before now."""
        return self.filter(requested_at__gt=ClockTimestamp() - age)

    def just_used(self, browser: str) -> Self:
        """Codes used within the last minute by the browser that had this name until then."""
        return self.filter(renamed_from=browser, used_at__gt=ClockTimestamp() - A_MINUTE, lapsed_at=None)

    def proofs(self) -> Self:
        """Codes used within the last hour that still prove their user's current address."""
        young = Q(used_at__gt=ClockTimestamp() - PROOF_LIFE)
        return self.filter(young, lapsed_at=None, address=models.F("user__email"))


class EmailCode(models.Model):
    """
    A code mailed to a client's user. It is derived from the row's id and the secret key, and never stored.

    Only the browser that asked for it, whose random name is `browser`, can use it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request_id = models.UUIDField(help_text="The same for all codes of one request: one for each admin.")
    # Filled in by the database from the link or link request (migration 0005).
    client = models.ForeignKey(Client, on_delete=models.PROTECT, related_name="codes", db_index=False, editable=False)
    link = models.ForeignKey(
        ReferralPartnerClientLink, on_delete=models.PROTECT, null=True, blank=True, related_name="codes"
    )
    link_request = models.ForeignKey(LinkRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="codes")
    purpose = models.CharField(max_length=20, choices=Purpose)
    # Null if a visitor typed an address that is not an admin's, or if there is no admin. Such a code is never mailed,
    # but makes the page answer the same.
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="codes")
    address = models.EmailField(max_length=254, blank=True, help_text="As held when it was mailed.")
    mailbox = models.CharField(
        max_length=64, blank=True, db_default="", help_text="A hash of the address that it is for, typed or held."
    )
    network = models.CharField(max_length=50, blank=True, db_default="", help_text="From which it was asked for.")
    browser = models.CharField(max_length=64)
    renamed_from = models.CharField(
        max_length=64, blank=True, db_default="", help_text="What the browser was called until it was typed in."
    )
    return_url = models.TextField(blank=True, help_text="Where the visitor came from and wants to go back to.")
    hash = models.CharField(max_length=64)
    tries = models.PositiveSmallIntegerField(default=0)
    requested_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    lapsed_at = models.DateTimeField(null=True, blank=True)

    objects = EmailCodeQuerySet.as_manager()

    class Meta:
        verbose_name = "e-mail code"
        ordering: ClassVar = ["-requested_at"]
        indexes: ClassVar = [
            models.Index(fields=["link", "requested_at"], name="code_by_link"),
            models.Index(fields=["link_request", "requested_at"], name="code_by_request"),
            models.Index(fields=["browser"], name="code_by_browser"),
            models.Index(fields=["client", "requested_at"], name="code_by_client"),
            models.Index(fields=["mailbox", "requested_at"], name="code_by_mailbox"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(tries__lte=TRIES), name="code_has_five_tries"),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(used_at__lt=models.F("expires_at")), name="code_is_used_before_it_expires"
            ),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="code_purpose_is_known"),
            models.CheckConstraint(
                condition=Q(link__isnull=False, link_request=None) & ~Q(purpose="Approval")
                | Q(link=None, link_request__isnull=False, purpose="Approval"),
                name="code_is_for_a_link_or_for_the_approval_of_a_request",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False) | Q(used_at=None), name="code_of_nobody_proves_nothing"
            ),
        ]

    def __str__(self) -> str:
        return f"code of {self.user_id}"

    @classmethod
    def about_to_be(cls, subject: Subject, purpose: Purpose, browser: str, network: str = "") -> EmailCode:
        """An unsaved code for this browser, without a user yet."""
        code = cls(purpose=purpose, browser=browser, network=network, request_id=uuid.uuid4())
        code.client_id = subject.client_id
        match subject:
            case LinkRequest():
                code.link_request = subject
            case ReferralPartnerClientLink():
                code.link = subject
        return code

    def state(self, *, at: datetime) -> str:
        """Open, Used, Expired, Lapsed, or Tried too often; Open is what `open` selects at that moment."""
        if self.lapsed_at is not None:
            return "Lapsed"
        if self.used_at is not None:
            return "Used"
        if self.tries >= TRIES:
            return "Tried too often"
        return "Expired" if self.expires_at <= at else "Open"

    def partner(self) -> ReferralPartner:
        """The partner of the link or link request."""
        return cast(Subject, self.link or self.link_request).partner

    def text(self) -> str:
        """The code itself, for the mail."""
        digest = int.from_bytes(salted_hmac("onboarding.EmailCode.text", str(self.pk), algorithm="sha256").digest())
        letters = ""
        for _ in range(CODE_LENGTH):
            digest, letter = divmod(digest, len(ALPHABET))
            letters += ALPHABET[letter]
        return letters

    def tries_left(self) -> int:
        """How many more wrong codes may be typed."""
        return TRIES - self.tries

    def goes_to_its_user(self) -> bool:
        """Whether it has a user whose address is still the one that it was mailed to."""
        return self.user is not None and self.user.email == self.address

    def keep_hash(self) -> None:
        """Set the hash that typed codes are compared with; does not save."""
        self.hash = self._hash_of(self.text())

    def is_answered_by(self, typed: str) -> bool:
        """Whether this code was typed, alone or inside a longer text."""
        return any(constant_time_compare(self.hash, self._hash_of(code)) for code in codes_in(typed))

    def _hash_of(self, code: str) -> str:
        return salted_hmac("onboarding.EmailCode.hash", f"{self.pk}:{code}", algorithm="sha256").hexdigest()


LONGEST_TYPED = 1000  # characters; enough for a whole mail that was pasted
A_HALF = rf"[{ALPHABET}]{{{CODE_LENGTH // 2}}}"
LIKE_A_CODE = re.compile(rf"(?<![A-Z0-9])(?=({A_HALF}{A_HALF})(?![A-Z0-9]))")
IN_TWO_HALVES = re.compile(rf"(?<![A-Z0-9])(?=({A_HALF})[\s\-\u2010-\u2015]({A_HALF})(?![A-Z0-9]))")
SEVERAL = 6


def codes_in(typed: str) -> list[str]:
    """
    Possible codes in what a visitor typed or pasted (product-rules 6.2); at most six.

    If its letters and digits make up one code, that, whatever is between them; else all words that look like a code.
    """
    text = unicodedata.normalize("NFKC", typed[:LONGEST_TYPED]).upper()
    alone = "".join(character for character in text if character.isascii() and character.isalnum())
    if len(alone) == CODE_LENGTH:
        return [alone]
    visible = "".join(character for character in text if unicodedata.category(character) != "Cf")
    return [*LIKE_A_CODE.findall(visible), *map("".join, IN_TWO_HALVES.findall(visible))][:SEVERAL]
