"""What a client is told that is asked to sign again: why, and what is different (product-rules 4.2, 6.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from clients.agreement_changes import Section, changes_between
from clients.agreement_status import AgreementStatus, Current, Reason, SignAgain
from clients.models import Agreement, Client, Signature


@dataclass(frozen=True)
class Asked:
    """Why a client signs again, and what to compare; `before` is its newest signature."""

    reason: Reason | None  # None where nothing must be signed: for another admin who is a click too late
    since: datetime | None  # or from when on, while it is announced
    is_announced: bool
    before: Signature
    summaries: list[Agreement]  # of the versions since, oldest first
    changes: tuple[Section, ...]

    @property
    def name_before(self) -> str:
        """The name that the company signed under, where it has another one now."""
        return self.before.company_name if self.before.company_name != self.before.client.name else ""


def asked_to_sign_again(client: Client, status: AgreementStatus, current: Agreement) -> Asked | None:
    """Say why and what; None for a client that has never signed."""
    before = client.signatures.select_related("agreement", "client").order_by("-signed_at").first()
    if before is None:
        return None
    reason, since, is_announced = _why(status)
    return Asked(reason, since, is_announced, before, *what_is_different(before.agreement, current))


def preview_of_signing_again(draft: Agreement) -> Asked | None:
    """What those who signed the version before will be told, for who writes this one; None for the first version."""
    before = Agreement.objects.published().filter(number__lt=draft.number).order_by("-number").first()
    if before is None or before.published_at is None:
        return None
    client = Client(name="The client’s company")
    signature = Signature(client=client, agreement=before, company_name=client.name, signed_at=before.published_at)
    since = draft.required_from or timezone.now()
    return Asked(Reason.NEW_VERSION, since, False, signature, *what_is_different(before, draft))


def what_is_different(before: Agreement, current: Agreement) -> tuple[list[Agreement], tuple[Section, ...]]:
    """The versions after one, up to another, whose summaries say what is different, and the changes word by word."""
    since = Agreement.objects.published().filter(number__gt=before.number, number__lt=current.number)
    summaries = [*since.order_by("number"), *([current] if current.number > before.number else [])]
    return [each for each in summaries if each.summary_of_changes], changes_between(before.text, current.text)


def _why(status: AgreementStatus) -> tuple[Reason | None, datetime | None, bool]:
    match status:
        case SignAgain(reason=reason, since=since):
            return reason, since, False
        case Current(must_sign_by=deadline) if deadline is not None:
            return Reason.NEW_VERSION, deadline, True
        case _:
            return None, None, False
