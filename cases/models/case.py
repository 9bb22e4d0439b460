"""Cases, their transitions, and what became of each claim that a partner sent."""

from __future__ import annotations

import secrets
import uuid
from typing import Any, ClassVar, Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Now
from django.db.models.sql.compiler import SQLCompiler

from cases.lifecycle import FINISHED, CloseCode, Lifecycle
from cases.models.collection_partner import ALPHA_2, CURRENCY, DEBTOR_TYPES, CollectionPartner
from clients.models import Client, ReferralPartnerClientLink, User
from partners.models import ReferralPartner

ALPHABET = "ABCDEFGHJKMNPQRSTUVWXYZ23456789"  # no I, L, O, 0 and 1
REFERENCE = f"^[{ALPHABET}]{{8}}$"


def draw_reference() -> str:
    """Eight random characters, easy to write and say. They may be taken already: the database tells."""
    return "".join(secrets.choice(ALPHABET) for _ in range(8))


class _Matches(Func):
    """Whether a case has these words, by an index on a column that the model does not have (migration 0005)."""

    output_field = models.BooleanField()

    def as_sql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, *_: Any, **__: Any
    ) -> tuple[str, tuple[str | int, ...]]:
        """Name the column by the table's alias in this query; it differs in subqueries."""
        case, words = self.get_source_expressions()
        column, _ = compiler.compile(case)
        sought, params = compiler.compile(words)
        return f"{column.rpartition('.')[0]}.search @@ debitura_case_query({sought})", params


class CaseQuerySet(models.QuerySet["Case"]):
    """Selections of cases."""

    def lock(self) -> Self:
        """Lock their rows until the transaction ends; whoever moves a case does so first."""
        return self.select_for_update(no_key=True, of=("self",))

    def matching(self, words: str) -> Self:
        """
        Cases in which each of these words is part of the reference, the creditor's reference or the debtor's name.

        Letter case and accents do not matter; anything but letters and digits separates words. A word of one or two
        letters must be the beginning of a word. Without words nothing matches, text longer than a name can be is cut
        off, and of more than six words the six longest count.
        """
        return self.filter(_Matches(F("pk"), Value(words[:200])))


class Case(models.Model):
    """
    A claim against a debtor, under the link through which it came.

    Frozen except for its lifecycle and what is earned: triggers refuse any other change, and any impossible transition
    (migration 0002). The table has one more column, `search`, which only `matching` uses.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # The next three are one foreign key in the database, so that they always belong together.
    link = models.ForeignKey(
        ReferralPartnerClientLink, on_delete=models.PROTECT, related_name="cases", db_constraint=False
    )
    client = models.ForeignKey(
        Client, on_delete=models.PROTECT, related_name="cases", db_constraint=False, db_index=False
    )
    partner = models.ForeignKey(
        ReferralPartner, on_delete=models.PROTECT, related_name="cases", db_constraint=False, db_index=False
    )
    collection_partner = models.ForeignKey(CollectionPartner, on_delete=models.PROTECT, related_name="cases")
    reference = models.CharField(max_length=8, unique=True, default=draw_reference, editable=False)
    creditor_reference = models.CharField(max_length=50, blank=True)

    debtor_type = models.CharField(max_length=10, choices=DEBTOR_TYPES)
    debtor_name = models.CharField(max_length=200)
    debtor_country = models.CharField(max_length=2, help_text="ISO 3166-1 alpha-2.")
    debtor_address = models.CharField(max_length=500, blank=True)
    debtor_city = models.CharField(max_length=100, blank=True)
    debtor_zip_code = models.CharField("debtor's postal code", max_length=20, blank=True)
    debtor_state = models.CharField(max_length=100, blank=True)
    debtor_state_code = models.CharField("debtor's US state", max_length=2, blank=True)
    debtor_contact_person = models.CharField(max_length=200, blank=True)
    debtor_registration_number = models.CharField(max_length=64, blank=True)
    debtor_email = models.CharField("debtor's e-mail", max_length=254, blank=True, help_text="As sent; not checked.")
    debtor_phone = models.CharField(max_length=64, blank=True)

    currency = models.CharField(max_length=3, help_text="ISO 4217.")
    amount = models.DecimalField("amount to recover", max_digits=18, decimal_places=4)
    over_6_months = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    over_12_months = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    over_24_months = models.DecimalField(max_digits=18, decimal_places=4, null=True, blank=True)
    date = models.DateField(null=True, blank=True, help_text="Of the invoice.")
    due_date = models.DateField(null=True, blank=True)
    comments = models.TextField(max_length=4000, blank=True)
    description = models.TextField("claim description", max_length=4000, blank=True)
    skip_verification = models.BooleanField(default=False)
    is_test = models.BooleanField("test", default=False)
    tag = models.CharField(max_length=100, blank=True)
    # Together with the client a foreign key in the database, which blanks it when the user is removed.
    assigned_user = models.ForeignKey(
        User, on_delete=models.DO_NOTHING, null=True, blank=True, related_name="+", db_constraint=False
    )

    lifecycle = models.CharField(max_length=30, choices=Lifecycle.choices(), default=Lifecycle.PENDING_CONTRACT_SIGNING)
    close_code = models.CharField(max_length=30, choices=CloseCode.choices(), blank=True)
    remainder = models.DecimalField(
        max_digits=18, decimal_places=4, help_text="What is still to be recovered, in the case's currency."
    )
    success_fee_percentage = models.DecimalField(
        max_digits=7,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text="Of what is recovered, the uplift for age included. Blank: not priced.",
    )
    age_uplift_points = models.DecimalField(
        max_digits=6,
        decimal_places=4,
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(20)],
        help_text="What the claim's age adds to the fee, in percentage points. Blank: no parts by age.",
    )
    earnings_usd = models.DecimalField(
        "earnings in USD",
        max_digits=18,
        decimal_places=4,
        null=True,
        blank=True,
        help_text="What the referral partner earned with it. Blank until it is closed, or where that is not known.",
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)
    collection_started_at = models.DateTimeField(null=True, blank=True, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering: ClassVar = ["-created_at", "id"]
        permissions: ClassVar = [("move_case", "Can move cases through their lifecycle")]
        indexes: ClassVar = [
            models.Index("partner", F("created_at").desc(), "id", name="cases_of_a_partner"),
            models.Index("partner", "lifecycle", F("created_at").desc(), "id", name="cases_of_a_partner_by_course"),
            models.Index("client", F("created_at").desc(), "id", name="cases_of_a_client"),
            models.Index("partner", "amount", "id", name="cases_of_a_partner_by_amount"),
            models.Index("partner", "due_date", "id", name="cases_of_a_partner_by_due_date"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["client", "creditor_reference"],
                condition=~Q(creditor_reference=""),
                name="one_case_per_reference_of_a_client",
            ),
            models.CheckConstraint(condition=Q(reference__regex=REFERENCE), name="case_reference_is_for_people"),
            models.CheckConstraint(
                condition=Q(debtor_type__in=[kind for kind, _ in DEBTOR_TYPES]), name="debtor_type_is_known"
            ),
            models.CheckConstraint(condition=Q(debtor_country__regex=ALPHA_2), name="debtor_country_is_alpha_2"),
            models.CheckConstraint(
                condition=Q(debtor_country="US", debtor_state_code__regex=ALPHA_2)
                | (~Q(debtor_country="US") & Q(debtor_state_code="")),
                name="only_and_every_us_debtor_has_a_state_code",
            ),
            models.CheckConstraint(condition=~Q(debtor_name=""), name="debtor_has_a_name"),
            models.CheckConstraint(condition=Q(currency__regex=CURRENCY), name="case_is_in_a_currency"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="amount_is_positive"),
            models.CheckConstraint(
                condition=Q(over_6_months=None, over_12_months=None, over_24_months=None)
                | (
                    Q(over_12_months__isnull=False, over_24_months__isnull=False)
                    & Q(over_24_months__gte=0, over_12_months__gte=F("over_24_months"))
                    & (
                        Q(over_6_months=None, amount__gte=F("over_12_months"))
                        | Q(over_6_months__isnull=False, over_6_months__gte=F("over_12_months"))
                        & Q(amount__gte=F("over_6_months"))
                    )
                ),
                name="older_parts_are_within_younger_ones",
            ),
            models.CheckConstraint(
                condition=Q(due_date=None) | Q(due_date__gte=F("date")), name="case_is_due_after_its_date"
            ),
            models.CheckConstraint(condition=Q(lifecycle__in=list(Lifecycle)), name="case_lifecycle_is_known"),
            models.CheckConstraint(
                condition=Q(lifecycle=Lifecycle.CLOSED, close_code__in=list(CloseCode))
                | (~Q(lifecycle=Lifecycle.CLOSED) & Q(close_code="")),
                name="only_and_every_closed_case_has_a_close_code",
            ),
            models.CheckConstraint(
                condition=Q(lifecycle__in=[*FINISHED], finished_at__isnull=False)
                | (~Q(lifecycle__in=[*FINISHED]) & Q(finished_at=None)),
                name="only_and_every_finished_case_has_its_end",
            ),
            models.CheckConstraint(
                condition=Q(earnings_usd=None) | Q(lifecycle=Lifecycle.CLOSED, earnings_usd__gte=0),
                name="only_a_closed_case_has_earned",
            ),
            models.CheckConstraint(
                condition=Q(remainder__gte=0, remainder__lte=F("amount")), name="remainder_is_part_of_the_amount"
            ),
            models.CheckConstraint(
                condition=Q(success_fee_percentage=None)
                | Q(success_fee_percentage__gte=0, success_fee_percentage__lte=100),
                name="success_fee_is_a_percentage",
            ),
            models.CheckConstraint(
                condition=Q(age_uplift_points=None) | Q(age_uplift_points__gte=0, age_uplift_points__lte=20),
                name="age_uplift_is_0_to_20_points",
            ),
        ]

    def __str__(self) -> str:
        return f"case {self.reference}"


class CaseTransition(models.Model):
    """
    A step in the lifecycle of a case; `from_lifecycle` of the first is blank. Append-only.

    The database takes a step only from where the last one ended, and refuses to move a case without a step.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="transitions", db_index=False)
    at = models.DateTimeField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Blank: not done by staff.",
    )
    from_lifecycle = models.CharField("from", max_length=30, choices=Lifecycle.choices(), blank=True)
    to_lifecycle = models.CharField("to", max_length=30, choices=Lifecycle.choices())
    why = models.TextField()

    class Meta:
        verbose_name = "transition"
        ordering: ClassVar = ["id"]
        indexes: ClassVar = [models.Index(fields=["case", "id"], name="transitions_of_a_case")]
        constraints: ClassVar = [models.CheckConstraint(condition=~Q(why=""), name="transition_has_a_reason")]

    def __str__(self) -> str:
        return f"{self.from_lifecycle or 'new'} to {self.to_lifecycle}"


class SubmissionError(models.TextChoices):
    """Why a claim that came with a client has no case."""

    NO_PARTNER_AVAILABLE = "NoPartnerAvailable"
    DUPLICATE_REFERENCE = "DuplicateReference"
    IDEMPOTENCY_VIOLATION = "IdempotencyViolation"


class SubmittedCase(models.Model):
    """
    What became of a claim in the call that made the link; repeated calls are answered from it (product-rules 7.5).

    Append-only. The database makes sure that the case came under this very link.
    """

    link = models.ForeignKey(
        ReferralPartnerClientLink, on_delete=models.PROTECT, related_name="submitted_cases", db_index=False
    )
    position = models.PositiveIntegerField(help_text="In the call, from 0.")
    creditor_reference = models.CharField(max_length=50, blank=True)
    digest = models.CharField(max_length=64, help_text="SHA-256 of all that was sent of it.")
    # Together with the link a foreign key in the database.
    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, null=True, blank=True, related_name="submitted_as", db_constraint=False
    )
    error_type = models.CharField(max_length=30, choices=SubmissionError, blank=True)
    error_message = models.TextField(blank=True)

    class Meta:
        verbose_name = "submitted case"
        ordering: ClassVar = ["link", "position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["link", "position"], name="one_claim_per_position_of_a_call"),
            models.CheckConstraint(
                condition=Q(case__isnull=False, error_type="", error_message="")
                | (Q(case=None, error_type__in=SubmissionError.values) & ~Q(error_message="")),
                name="a_submitted_case_is_a_case_or_an_error",
            ),
            models.CheckConstraint(condition=Q(digest__regex=r"^[0-9a-f]{64}$"), name="submitted_case_has_its_digest"),
        ]

    def __str__(self) -> str:
        return f"claim {self.position} of link {self.link_id}"
