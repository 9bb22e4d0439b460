"""What somebody tries who can say anything to the database, as one of three roles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

# A superuser, as in development; the owner that docs/operations.md makes, which is none; the web process.
EMBEDDED, OWNER, APPLICATION = "embedded", "owner", "application"
EVERYBODY: Final = (EMBEDDED, OWNER, APPLICATION)
ROLES: Final = (OWNER, APPLICATION)


@dataclass(frozen=True)
class Attack:
    """Statements that the database refuses, or that do no harm; who may not get away with them."""

    sql: str
    harm: str = "SELECT true"  # says whether it has worked where nothing was refused
    against: tuple[str, ...] = EVERYBODY


def only_the_application(sql: str) -> Attack:
    """What the owner of the tables may do: it could change the rules as well."""
    return Attack(sql, against=(APPLICATION,))


def signing(  # each is an expression, of the rows that are at hand
    *,
    client: str = "link.client_id",
    partner: str = "link.partner_id",
    link: str = "link.id",
    agreement: str = "(SELECT max(id) FROM clients_agreement WHERE published_at IS NOT NULL)",
    text_hash: str = "signed.text_sha256",
    name: str = "company.name",
    signer: str = "signer.id",
    at: str = "now()",
    invalidated: str = "NULL",
    document: str | None = "encode(sha256('%PDF-1.7'), 'hex')",
) -> str:
    """Sign for the client that has not signed yet, as the application does but for what is said otherwise."""
    signature = f"""
        INSERT INTO clients_signature (
            id, client_id, agreement_id, link_id, partner_id, partner_name, company_name, company_details,
            agreement_sha256, consent, signer_name, signer_user_id, signer_email, address_verified_how,
            address_verified_at, signed_at, user_agent, invalidated_at, invalidated_by_id, invalidated_why
        )
        SELECT '00000000-0000-4000-8000-000000000001', {client}, signed.id, {link}, {partner}, 'Ledgerly', {name},
               '{{}}', {text_hash}, 'I accept.', signer.name, {signer}, signer.email, 'by code',
               {at}, {at}, '', {invalidated}, CASE WHEN {invalidated} IS NULL THEN NULL ELSE staff.id END,
               CASE WHEN {invalidated} IS NULL THEN '' ELSE 'Because' END
        FROM clients_client AS company
        JOIN clients_referralpartnerclientlink AS link ON link.client_id = company.id
        JOIN clients_user AS signer ON signer.client_id = company.id AND signer.role = 'CreditorAdmin'
        JOIN clients_agreement AS signed ON signed.id = {agreement}
        CROSS JOIN (SELECT min(id) AS id FROM staff_staff) AS staff
        WHERE company.name = 'Unsigned A/S';
    """
    if document is None:
        return signature
    return f"""{signature}
        INSERT INTO clients_signeddocument (signature_id, pdf, sha256, renderer, template_version, is_accessible)
        VALUES ('00000000-0000-4000-8000-000000000001', '%PDF-1.7', {document}, 'typst', '1', true);
    """


def linking(*, fee: str = "fee_percentage", attributed: str = "false", at: str = "clock_timestamp()") -> str:
    """Link the client anew, in the place of the link that it has, but for what is said otherwise."""
    return f"""
        UPDATE clients_referralpartnerclientlink SET archived_at = clock_timestamp()
        WHERE external_tenant_id = 'unsigned';
        INSERT INTO clients_referralpartnerclientlink (
            id, partner_id, client_id, external_tenant_id, is_attributed, fee_percentage, created_at
        )
        SELECT gen_random_uuid(), partner_id, client_id, 'anew', {attributed}, {fee}, {at}
        FROM clients_referralpartnerclientlink WHERE external_tenant_id = 'unsigned';
    """


# Names of tables as they are looked up where nobody has pinned the way: temporary ones first.
DRAFT_PUBLISHED_BESIDE: Final = """
    CREATE TEMPORARY TABLE clients_agreement AS
        SELECT id, number, text_sha256, now() AS published_at FROM public.clients_agreement WHERE published_at IS NULL;
"""
UNHEARD: Final = "UPDATE clients_client SET city = 'Elsewhere' WHERE name = 'Unsigned A/S';"
IS_NOT_IN_HISTORY: Final = "SELECT NOT EXISTS (SELECT FROM public.clients_clienthistory WHERE name = 'Unsigned A/S')"
