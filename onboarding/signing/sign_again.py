"""What to tell a client that must sign again: the reason, and what has changed (product-rules 4.2, 6.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from clients.agreement_changes import Section, changes_between
from clients.agreement_status import AgreementStatus, Current, Reason, SignAgain
from clients.models import Agreement, Client, Signature


@dataclass(frozen=True)
class Asked:
    """Why a client signs again, and what changed since `before`, its newest signature."""

    reason: Reason | None  # None if there is nothing to sign: another admin was a click faster
    since: datetime | None  # in the future while a version is only announced
    is_announced: bool
    before: Signature
    summaries: list[Agreement]  # versions since `before` that have a summary, oldest first
    changes: tuple[Section, ...]

    @property
    def name_before(self) -> str:
        """The name that the company signed under, if it has changed since, else empty."""
        return self.before.company_name if self.before.company_name != self.before.client.name else ""


def asked_to_sign_again(client: Client, status: AgreementStatus, current: Agreement) -> Asked | None:
    """The reason and the changes; None for a client that has never signed."""
    before = client.signatures.select_related("agreement", "client").order_by("-signed_at").first()
    if before is None:
        return None
    reason, since, is_announced = _reason(status)
    return Asked(reason, since, is_announced, before, *what_is_different(before.agreement, current))


def preview_of_signing_again(draft: Agreement) -> Asked | None:
    """What clients that signed the previous version will be told, as a preview; None for the first version."""
    before = Agreement.objects.published().filter(number__lt=draft.number).order_by("-number").first()
    if before is None or before.published_at is None:
        return None
    client = Client(name="The client’s company")
    signature = Signature(client=client, agreement=before, company_name=client.name, signed_at=before.published_at)
    since = draft.required_from or timezone.now()
    return Asked(Reason.NEW_VERSION, since, False, signature, *what_is_different(before, draft))


def what_is_different(before: Agreement, current: Agreement) -> tuple[list[Agreement], tuple[Section, ...]]:
    """The versions after `before`, up to `current`, that have a summary; and the changes word by word."""
    since = Agreement.objects.published().filter(number__gt=before.number, number__lt=current.number)
    summaries = [*since.order_by("number"), *([current] if current.number > before.number else [])]
    return [each for each in summaries if each.summary_of_changes], changes_between(before.text, current.text)


def _reason(status: AgreementStatus) -> tuple[Reason | None, datetime | None, bool]:
    match status:
        case SignAgain(reason=reason, since=since):
            return reason, since, False
        case Current(must_sign_by=deadline) if deadline is not None:
            return Reason.NEW_VERSION, deadline, True
        case _:
            return None, None, False
