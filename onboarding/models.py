"""What pages and partners leave behind: codes that prove an address, kept forms, and which addresses were asked for."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import ClassVar, Self, cast

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.crypto import constant_time_compare, salted_hmac

from clients.models import Client, LinkRequest, ReferralPartnerClientLink, User
from debitura.edge.clock import ClockTimestamp
from partners.models import ReferralPartner

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # no I, L, O, 0 and 1
CODE_LENGTH = 8
TRIES = 5
CODE_LIFE = timedelta(minutes=10)
PROOF_LIFE = timedelta(minutes=60)
ONE_DAY = timedelta(days=1)


class Purpose(models.TextChoices):
    """What a proof is good for."""

    FIRST_SIGNING = "FirstSigning", "First signing"
    UPGRADE = "Upgrade", "Contract upgrade"
    APPROVAL = "Approval", "Approval of a partner"


type Subject = ReferralPartnerClientLink | LinkRequest


class EmailCodeQuerySet(models.QuerySet["EmailCode"]):
    """Selections of codes."""

    def about(self, subject: Subject) -> Self:
        """Codes for this link or request."""
        match subject:
            case LinkRequest():
                return self.filter(link_request=subject)
            case ReferralPartnerClientLink():
                return self.filter(link=subject)

    def of(self, subject: Subject, purpose: Purpose, browser: str) -> Self:
        """Codes that this browser asked for, for this link or request and purpose."""
        return self.about(subject).filter(purpose=purpose, browser=browser)

    def of_client(self, client: Client) -> Self:
        """Codes for all that is the client's."""
        return self.filter(Q(link__client=client) | Q(link_request__client=client))

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
    link = models.ForeignKey(
        ReferralPartnerClientLink, on_delete=models.PROTECT, null=True, blank=True, related_name="codes"
    )
    link_request = models.ForeignKey(LinkRequest, on_delete=models.PROTECT, null=True, blank=True, related_name="codes")
    purpose = models.CharField(max_length=20, choices=Purpose)
    # Nobody's where a visitor of an approval page typed an address that is no admin's: it is never mailed, and makes
    # the page answer alike.
    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="codes")
    address = models.EmailField(max_length=254, blank=True, help_text="As held when it was mailed.")
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
            models.Index(fields=["link_request", "requested_at"], name="code_by_request"),
            models.Index(fields=["browser"], name="code_by_browser"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(tries__lte=TRIES), name="code_has_five_tries"),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(used_at__lt=models.F("expires_at")), name="code_is_used_before_it_expires"
            ),
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="code_purpose_is_known"),
            models.CheckConstraint(
                condition=Q(link__isnull=False, link_request=None, user__isnull=False) & ~Q(purpose="Approval")
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
    def about_to_be(cls, subject: Subject, purpose: Purpose, browser: str) -> EmailCode:
        """A code that this browser asks for now, of nobody yet; not saved."""
        code = cls(purpose=purpose, browser=browser, request_id=uuid.uuid4())
        match subject:
            case LinkRequest():
                code.link_request = subject
            case ReferralPartnerClientLink():
                code.link = subject
        return code

    def partner(self) -> ReferralPartner:
        """Whose link or request it is for."""
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


class MatchedAddressQuerySet(models.QuerySet["MatchedAddress"]):
    """Selections of matched addresses."""

    def of_the_last_day(self, partner: ReferralPartner) -> Self:
        """What the partner has asked for in the last 24 hours."""
        return self.filter(partner=partner, matched_at__gt=ClockTimestamp() - ONE_DAY)


class MatchedAddress(models.Model):
    """
    An address of a known client that a partner has asked for, so that asking can be limited; a day old, it is dropped.

    Kept as a keyed hash: the address itself is the client's matter.
    """

    partner = models.ForeignKey(ReferralPartner, on_delete=models.CASCADE, related_name="+")
    address_hash = models.CharField(max_length=64)
    matched_at = models.DateTimeField(db_default=Now())

    objects = MatchedAddressQuerySet.as_manager()

    class Meta:
        verbose_name = "matched address"
        verbose_name_plural = "matched addresses"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["partner", "address_hash"], name="one_match_per_partner_and_address"),
        ]
        indexes: ClassVar = [models.Index(fields=["partner", "matched_at"], name="match_by_partner")]

    def __str__(self) -> str:
        return f"match {self.pk}"


class AskingLimitReached(models.Model):
    """A partner has asked for so many known addresses in a day that it is answered no more: support looks into it."""

    partner = models.ForeignKey(ReferralPartner, on_delete=models.PROTECT, related_name="asking_limits_reached")
    day = models.DateField(help_text="In UTC.")
    refused = models.PositiveIntegerField("calls refused", default=1)
    first_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "asking limit reached"
        verbose_name_plural = "asking limits reached"
        ordering: ClassVar = ["-first_at"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["partner", "day"], name="one_limit_reached_per_partner_and_day"),
        ]

    def __str__(self) -> str:
        return f"limit {self.pk}"
