"""Referral partners and their API keys."""

from __future__ import annotations

import hashlib
import secrets
import string
import uuid
import zlib
from datetime import datetime, timedelta
from typing import ClassVar, NamedTuple, Self

import pghistory
import structlog
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import DatabaseError, models, transaction
from django.db.models import Q
from django.db.models.functions import Now

from edge.rows import Columns, Statement

MAX_LOGO_KB = 100
LONGEST_HOST = 260
HEX_COLOUR = r"^#[0-9A-Fa-f]{6}$"
FONT_FAMILY = """^[A-Za-z0-9 ,'"-]*$"""
HOST = r"^[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:[0-9]{1,5})?$"

log = structlog.get_logger("debitura.partners")

# SQLSTATEs of a database that takes no writes now: a standby, a full disk, a locked table.
NO_WRITES = {"25006", "53100", "55P03"}
ONE_MINUTE = timedelta(minutes=1)
BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase


@pghistory.track(
    pghistory.UpdateEvent("changed", row=pghistory.Old),
    exclude=["contact_email", "logo"],
    model_name="ReferralPartnerHistory",
)
class ReferralPartner(models.Model):
    """A SaaS platform that brings its customers to Debitura as clients."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200, unique=True)
    short_name = models.CharField(max_length=40, help_text="What clients know the platform as; pages and mails say it.")
    contact_email = models.EmailField("contact e-mail", max_length=254)
    external_system_id = models.CharField("external system id", max_length=100, blank=True)
    fee_percentage = models.DecimalField(
        "fee percentage",
        max_digits=5,
        decimal_places=2,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text="Of Debitura's earnings. For links made from now on; links that exist keep theirs.",
    )
    logo = models.TextField(
        blank=True,
        help_text=f"A PNG as data:image/png;base64,… of at most {MAX_LOGO_KB} KB. Pages load nothing from elsewhere.",
        validators=[RegexValidator(r"^data:image/png;base64,[A-Za-z0-9+/=]+\Z", "Not a PNG data address.")],
        max_length=140_000,
    )
    background_colour = models.CharField(max_length=7, default="#14324a", validators=[RegexValidator(HEX_COLOUR)])
    font_colour = models.CharField(max_length=7, default="#ffffff", validators=[RegexValidator(HEX_COLOUR)])
    font_family = models.CharField(
        max_length=200,
        blank=True,
        validators=[RegexValidator(FONT_FAMILY)],
        help_text="A list of fonts as in CSS; only fonts on the visitor's machine are used.",
    )
    return_hosts = ArrayField(
        models.CharField(max_length=LONGEST_HOST, validators=[RegexValidator(HOST)]),
        default=list,
        blank=True,
        help_text="Hosts that a returnUrl may lead to, lower case, such as app.partner.example. Separated by commas.",
    )
    approval_days = models.PositiveSmallIntegerField(
        default=7,
        validators=[MinValueValidator(1), MaxValueValidator(30)],
        help_text="How long a client has to answer a link request.",
    )
    # Staff raise it temporarily for an import; otherwise KNOWN_COMPANIES_A_DAY holds (product-rules 3.6).
    asking_limit = models.PositiveIntegerField(
        null=True, blank=True, editable=False, help_text="Of how many known companies it may be told in 24 hours."
    )
    asking_limit_until = models.DateTimeField(null=True, blank=True, editable=False)
    is_active = models.BooleanField(
        "active", default=True, help_text="Off: the API answers 401. Pages of its clients go on."
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "referral partner"
        permissions: ClassVar = [("raise_asking_limit", "Can raise the limit on asking for known companies")]
        ordering: ClassVar = ["name"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(fee_percentage__gte=0, fee_percentage__lte=100), name="partner_fee_is_a_percentage"
            ),
            models.CheckConstraint(
                condition=Q(approval_days__gte=1, approval_days__lte=30), name="partner_approval_days_are_1_to_30"
            ),
            models.CheckConstraint(
                condition=Q(background_colour__regex=HEX_COLOUR, font_colour__regex=HEX_COLOUR),
                name="partner_colours_are_hex",
            ),
            models.CheckConstraint(
                condition=Q(asking_limit=None, asking_limit_until=None)
                | Q(asking_limit__gte=1, asking_limit_until__isnull=False),
                name="partner_asking_limit_is_raised_for_a_time",
            ),
            # It ends up in a stylesheet, so nothing in it may end the declaration.
            models.CheckConstraint(condition=Q(font_family__regex=FONT_FAMILY), name="partner_font_family_is_plain"),
        ]

    def __str__(self) -> str:
        return self.name

    def asking_limit_at(self, at: datetime) -> int | None:
        """The raised limit if one is in force at this moment, else None: then the setting holds."""
        return self.asking_limit if self.asking_limit_until is not None and at < self.asking_limit_until else None


def make_api_key(*, live: bool) -> str:
    """A new key: its kind, 30 random characters, and a checksum of 6 that reveals typing errors."""
    kind = "live" if live else "test"
    body = "".join(secrets.choice(BASE62) for _ in range(30))
    return f"dk_{kind}_{body}{_checksum(body)}"


def _checksum(body: str) -> str:
    number = zlib.crc32(body.encode())
    digits = ""
    for _ in range(6):
        number, digit = divmod(number, 62)
        digits = BASE62[digit] + digits
    return digits


def key_hash(key: str) -> str:
    """SHA-256 in hex. A key has 178 random bits, so a slow hash is not needed."""
    return hashlib.sha256(key.encode()).hexdigest()


def is_well_formed(key: str) -> bool:
    """Whether this has a key's format and checksum; saves a query when it does not."""
    kind, body, checksum = key[:8], key[8:38], key[38:]
    return kind in ("dk_live_", "dk_test_") and len(key) == 44 and key.isascii() and checksum == _checksum(body)


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Selections of keys."""

    def unended(self) -> Self:
        """Keys that are neither revoked nor expired; they work as long as their partner is active."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=Now()), revoked_at=None)


class ApiKey(models.Model):
    """A partner's key. The text is shown once; only its hash is stored."""

    partner = models.ForeignKey(ReferralPartner, on_delete=models.PROTECT, related_name="api_keys")
    prefix = models.CharField(max_length=12, editable=False)
    hash = models.CharField(max_length=64, unique=True, editable=False)
    label = models.CharField(max_length=100, help_text="Where it is used, such as production or staging.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "API key"
        permissions: ClassVar = [("issue_apikey", "Can make an API key"), ("revoke_apikey", "Can revoke an API key")]
        ordering: ClassVar = ["-created_at"]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(hash__regex=r"^[0-9a-f]{64}$"), name="api_key_is_kept_as_a_hash"),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.label})"

    def revoke(self, *, at: datetime) -> None:
        """Stop the key from working; revoking it again changes nothing."""
        ApiKey.objects.filter(pk=self.pk, revoked_at=None).update(revoked_at=at)

    def note_use(self) -> None:
        """
        Set `last_used_at`, at most once a minute: writing on every call would lock the row on every call.

        Skips a locked row, and a database that takes no writes now, so that reads still work there.
        """
        stale = Q(last_used_at=None) | Q(last_used_at__lt=Now() - ONE_MINUTE)
        row = ApiKey.objects.filter(stale, pk=self.pk).select_for_update(skip_locked=True, no_key=True)
        try:
            with transaction.atomic():
                ApiKey.objects.filter(pk__in=row.values("pk")).update(last_used_at=Now())
        except DatabaseError as refused:
            if getattr(refused.__cause__, "sqlstate", None) not in NO_WRITES:
                raise
            log.info("key_use_not_noted")


KEY = Columns(ApiKey, "key")
# The logo can be longer than all else together, and only pages show it.
PARTNER = Columns(ReferralPartner, "partner", without=["logo"])


class KeyRow(NamedTuple):
    """A key and its partner."""

    key: ApiKey
    partner: ReferralPartner


# Every call asks this first, and the ORM takes longer to build it than PostgreSQL to answer.
USABLE_KEY = Statement(
    KeyRow,
    """
    SELECT {key}, {partner}
      FROM partners_apikey key JOIN partners_referralpartner partner ON partner.id = key.partner_id
     WHERE key.hash = %s AND key.revoked_at IS NULL
       AND (key.expires_at IS NULL OR key.expires_at > statement_timestamp()) AND partner.is_active
    """,
    key=KEY,
    partner=PARTNER,
)


def find_usable_key(hash: str) -> ApiKey | None:
    """The key that has this hash and opens the API at this moment by the database's clock, with its partner."""
    rows = USABLE_KEY.ask([hash])
    if not rows:
        return None
    [found] = rows
    found.key.partner = found.partner
    return found.key
