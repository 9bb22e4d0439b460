"""What a visitor's browser has to do with a link: codes that prove an address, and what was typed without a proof."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import ClassVar, Self

from django.db import models
from django.db.models import Func, Q
from django.db.models.functions import Now
from django.utils.crypto import constant_time_compare, salted_hmac

from clients.models import ReferralPartnerClientLink, User

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # no I, L, O, 0 and 1
CODE_LENGTH = 8
TRIES = 5
CODE_LIFE = timedelta(minutes=10)
PROOF_LIFE = timedelta(minutes=60)


class ClockTimestamp(Func):
    """The database's clock at this very row; Now() stands still for a statement, and web servers' clocks differ."""

    function = "clock_timestamp"
    output_field = models.DateTimeField()


class Purpose(models.TextChoices):
    """What a proof is good for."""

    FIRST_SIGNING = "FirstSigning", "First signing"
    UPGRADE = "Upgrade", "Contract upgrade"


class EmailCodeQuerySet(models.QuerySet["EmailCode"]):
    """Selections of codes."""

    def of(self, link: ReferralPartnerClientLink, purpose: Purpose, browser: str) -> Self:
        """Codes that this browser asked for, for this link and purpose."""
        return self.filter(link=link, purpose=purpose, browser=browser)

    def open(self) -> Self:
        """Codes that can still be used."""
        return self.filter(used_at=None, lapsed_at=None, expires_at__gt=ClockTimestamp(), tries__lt=TRIES)

    def proofs(self) -> Self:
        """Used codes that still prove their user's present address."""
        young = Q(used_at__gt=ClockTimestamp() - PROOF_LIFE)
        return self.filter(young, lapsed_at=None, address=models.F("user__email"))


class EmailCode(models.Model):
    """
    A code mailed to a user of the client. It is derived from the row's id and the secret key: nowhere at rest.

    `browser` is the random name of the browser session that asked for it: nobody else's guesses count.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    request_id = models.UUIDField(help_text="The same for all codes of one request: one for each admin.")
    link = models.ForeignKey(ReferralPartnerClientLink, on_delete=models.PROTECT, related_name="codes")
    purpose = models.CharField(max_length=20, choices=Purpose)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="codes")
    address = models.EmailField(max_length=254, help_text="As held when it was mailed.")
    browser = models.CharField(max_length=64)
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
            models.Index(fields=["browser"], name="code_by_browser"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(tries__lte=TRIES), name="code_has_five_tries"),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(used_at__lt=models.F("expires_at")), name="code_is_used_before_it_expires"
            ),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="code_purpose_is_known"),
        ]

    def __str__(self) -> str:
        return f"code of {self.user_id}"

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

    def keep_hash(self) -> None:
        """Fill in the hash that a typed code is compared with."""
        self.hash = self._hash_of(self.text())

    def is_answered_by(self, typed: str) -> bool:
        """Whether this is the code; look-alike spacing and letter case are forgiven."""
        return constant_time_compare(self.hash, self._hash_of(_plain(typed)))

    def _hash_of(self, code: str) -> str:
        return salted_hmac("onboarding.EmailCode.hash", f"{self.pk}:{code}", algorithm="sha256").hexdigest()


def _plain(typed: str) -> str:
    return "".join(typed.split()).replace("-", "").upper()


class KeptForm(models.Model):
    """
    What a visitor typed when the proof had run out, shown again after the next code.

    Only for a browser that had a proof for this link once: a stranger writes nothing here.
    """

    link = models.ForeignKey(ReferralPartnerClientLink, on_delete=models.PROTECT, related_name="kept_forms")
    browser = models.CharField(max_length=64)
    step = models.CharField(max_length=20)
    typed = models.TextField(help_text="The form's fields as the browser sent them, URL-encoded.")
    kept_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["link", "browser", "step"], name="one_kept_form_per_browser_and_step"),
        ]

    def __str__(self) -> str:
        return f"{self.step} of {self.link_id}"
