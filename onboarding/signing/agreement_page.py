"""Context of the page on which clients read and sign the agreement; staff preview it before they publish."""

from __future__ import annotations

from typing import Any

from clients.agreement_changes_html import changes_html
from clients.agreement_status import IN_WORDS, Reason
from clients.agreement_text import agreement_html
from clients.models import Agreement, Client
from edge.clock import for_people
from onboarding.signing.agreement_pdf import PROVIDER
from onboarding.signing.letters import in_print
from onboarding.signing.sign_again import Asked


def agreement_page(client: Client, agreement: Agreement, asked: Asked | None) -> dict[str, Any]:
    """The context of onboarding/agreement.html, apart from what depends on the visitor; `asked` if signing again."""
    facts = {
        "client": client,
        "agreement": agreement,
        "text": agreement_html(agreement.text),
        "provider": PROVIDER,
        "not_in_print": _not_in_print(client),
    }
    if asked is None:
        return facts
    since = for_people(asked.since) if asked.since else None
    signed_at = for_people(asked.before.signed_at)
    again = {
        "asked": asked,
        "why": _in_words(asked.reason, since=since, version=asked.before.agreement.number, signed=signed_at),
        "since": since,
        "signed_at": signed_at,
        "changes": changes_html(asked.changes, heading_level=3),
    }
    return facts | again


def _in_words(reason: Reason | None, **facts: object) -> str:
    return "" if reason is None else IN_WORDS[reason].to_client.format(**facts)


def _not_in_print(client: Client) -> list[tuple[str, str]]:
    """The company's details that the document prints differently, with labels, as it prints them."""
    return [(label, in_print(value)) for label, value in client.details().items() if in_print(value) != value]
