"""Sign the agreement: store signature, evidence and document in one transaction (product-rules 4.3–4.6)."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from cases.change_lifecycle import release_signed_cases
from clients.models import Agreement, Client, ReferralPartnerClientLink, Signature, SignedDocument
from clients.publish_agreement import hold_publishing
from edge.clock import for_people
from onboarding.journey.in_hand import InHand, NotProven, take_in_hand
from onboarding.journey.steps import Step
from onboarding.models import Purpose
from onboarding.proof.email_codes import Proof
from onboarding.signing.agreement_pdf import PROVIDER, AgreementPdf, render_agreement
from onboarding.signing.evidence import evidence_json
from onboarding.signing.letters import as_numbers, letters_not_in_print

CONSENT = (
    "I have read this agreement, I accept it on behalf of the company named above, "
    "and I have the authority to bind that company."
)
HOW_VERIFIED = "A one-time code sent to this address was typed in by the signer"


@dataclass(frozen=True)
class Shown:
    """What the page showed: the version, and a digest (SHA-256 in hex) of the company's details and the wording."""

    version: int
    details_digest: str


@dataclass(frozen=True)
class SignedAs:
    """
    What the signer typed, and from where.

    `told` lists, as code points, the letters of the name that the page said cannot be printed.
    """

    name: str
    ip_address: str | None
    user_agent: str
    told: str = ""


@dataclass(frozen=True)
class Signed:
    """The agreement is signed, by this call or an earlier one."""

    signature: Signature


@dataclass(frozen=True)
class NewVersionShown:
    """The version shown is not the current one any more; nothing was signed."""


@dataclass(frozen=True)
class DetailsChanged:
    """The company's details changed after the page was shown; nothing was signed."""


@dataclass(frozen=True)
class NotInPrint:
    """The name has letters that cannot be printed, and the page has not said so yet; nothing was signed."""

    letters: str


@dataclass(frozen=True)
class StepsOpen:
    """The company has not confirmed its details or users yet; nothing was signed."""


type SigningOutcome = Signed | NewVersionShown | DetailsChanged | NotInPrint | StepsOpen | NotProven


def what_is_shown(client: Client, agreement: Agreement) -> Shown:
    """What the page's form must carry, so that nobody signs what they were not shown."""
    facts = json.dumps(
        [client.details(), details_not_in_print(client), CONSENT, PROVIDER], sort_keys=True, ensure_ascii=False
    )
    return Shown(version=agreement.number, details_digest=hashlib.sha256(facts.encode()).hexdigest())


def details_not_in_print(client: Client) -> list[str]:
    """The letters of the company's details that the document cannot print; the page lists them."""
    return letters_not_in_print(client.details().values())


@transaction.atomic
def sign_agreement(
    *, link: ReferralPartnerClientLink, purpose: Purpose, browser: str, shown: Shown, signed_as: SignedAs, at: datetime
) -> SigningOutcome:
    """
    Sign the version that was shown, on behalf of the link's client, and release the cases that waited for it.

    Locks the client's row first, then holds publishing off, so that what is compared with the page is what is signed. A
    second call returns the existing signature.
    """
    match take_in_hand(link=link, purpose=purpose, browser=browser, at=at):
        case NotProven() as refusal:
            return refusal
        case InHand() as in_hand:
            return _sign_what_was_shown(link, in_hand, shown, signed_as, at)


def _sign_what_was_shown(
    link: ReferralPartnerClientLink, in_hand: InHand, shown: Shown, signed_as: SignedAs, at: datetime
) -> SigningOutcome:
    hold_publishing(shared=True)
    client = in_hand.client
    agreement = Agreement.objects.current()
    if agreement is None or agreement.number != shown.version:
        return NewVersionShown()
    standing = client.signatures.filter(agreement=agreement).in_name(client.name).first()
    if standing is not None:
        return Signed(standing)
    if what_is_shown(client, agreement) != shown:
        return DetailsChanged()
    if in_hand.step is not Step.AGREEMENT:
        return StepsOpen()
    letters = as_numbers(letters_not_in_print([signed_as.name]))
    if letters not in ("", signed_as.told):
        return NotInPrint(letters)
    return Signed(_sign(client, link, agreement, in_hand.proof, signed_as, at))


def _sign(
    client: Client,
    link: ReferralPartnerClientLink,
    agreement: Agreement,
    proof: Proof,
    signed_as: SignedAs,
    at: datetime,
) -> Signature:
    signature = Signature(
        client=client,
        agreement=agreement,
        link=link,
        partner=link.partner,
        partner_name=link.partner.name,
        company_name=client.name,
        company_details=client.details(),
        agreement_sha256=agreement.text_sha256,
        consent=CONSENT,
        signer_name=signed_as.name,
        signer_user_id=proof.user.pk,
        signer_email=proof.address,
        address_verified_how=HOW_VERIFIED,
        address_verified_at=proof.proven_at,
        signed_at=at,
        ip_address=signed_as.ip_address,
        user_agent=signed_as.user_agent,
    )
    signature.save(force_insert=True)
    signature.refresh_from_db()  # the document records what is stored
    _keep_document(signature)
    release_signed_cases(client=client, at=at)
    return signature


def _keep_document(signature: Signature) -> None:
    rendered = render_agreement(signed_pdf(signature))
    SignedDocument.objects.create(
        signature=signature,
        pdf=rendered.pdf,
        sha256=rendered.sha256,
        renderer=rendered.renderer,
        template_version=rendered.template_version,
        is_accessible=rendered.accessible,
        letters_as_numbers=rendered.letters_as_numbers,
    )


def signed_pdf(signature: Signature) -> AgreementPdf:
    """The document's content, from stored rows alone, so that rendering it again gives the same."""
    agreement = signature.agreement
    return AgreementPdf(
        title=agreement.title,
        number=agreement.number,
        text=agreement.text,
        text_sha256=signature.agreement_sha256,
        published_at=agreement.published_at,
        creditor=signature.details_in_order(),
        declaration=_declaration(signature),
        evidence=_evidence(signature),
        record=evidence_json(signature),
        signed_at=signature.signed_at,
    )


def _declaration(signature: Signature) -> list[tuple[str, str]]:
    return [
        ("Signed for", signature.company_name),
        ("Signed by", signature.signer_name),
        ("Signed at", for_people(signature.signed_at)),
        ("Declaration", signature.consent),
    ]


def _evidence(signature: Signature) -> list[tuple[str, str]]:
    return [
        ("Signer's e-mail", signature.signer_email),
        ("How the address was verified", signature.address_verified_how),
        ("Address verified at", for_people(signature.address_verified_at)),
        ("IP address", signature.ip_address or "not known"),
        ("Browser", signature.user_agent or "not named"),
        ("Referral partner", signature.partner_name),
        ("Link", str(signature.link_id)),
        ("Signature", str(signature.pk)),
        ("Agreement version", str(signature.agreement.number)),
        ("SHA-256 of the agreement's text", signature.agreement_sha256),
    ]
