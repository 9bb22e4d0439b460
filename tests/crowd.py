"""Very many clients that have signed, made by the database itself; for counts of statements, and for benchmarks."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db import connection, transaction

CROWD = [
    """
    INSERT INTO clients_client (id, name, country, registration_number, address, zip_code, city, state, support_email,
                                support_phone)
    SELECT gen_random_uuid(), 'Company ' || n || ' A/S', 'DK', 'DK' || 10000000 + n, 'Nørregade ' || n, '1165',
           'København', '', 'office@company' || n || '.example', ''
      FROM generate_series(1, %(number)s) n
    """,
    """
    INSERT INTO clients_user (client_id, name, email, role)
    SELECT id, 'Jane Ann Doe', 'jane@' || split_part(support_email, '@', 2), 'CreditorAdmin' FROM clients_client
    """,
    """
    INSERT INTO clients_referralpartnerclientlink (id, partner_id, client_id, external_tenant_id, is_attributed,
                                                   fee_percentage)
    SELECT gen_random_uuid(), (%(partners)s::uuid[])[1 + row_number() OVER () %% cardinality(%(partners)s::uuid[])],
           id, id::text, true, 10
      FROM clients_client
    """,
    """
    INSERT INTO clients_signature (id, client_id, agreement_id, link_id, partner_id, partner_name, company_name,
                                   company_details, agreement_sha256, consent, signer_name, signer_user_id,
                                   signer_email, address_verified_how, address_verified_at, signed_at, user_agent,
                                   invalidated_why)
    SELECT gen_random_uuid(), client.id, agreement.id, link.id, link.partner_id, 'Bench', client.name, '{}',
           agreement.text_sha256, 'I accept.', 'Jane', 1, client.support_email, 'by code', now(), now(), '', ''
      FROM clients_client client JOIN clients_referralpartnerclientlink link ON link.client_id = client.id,
           (SELECT * FROM clients_agreement WHERE published_at IS NOT NULL ORDER BY number DESC LIMIT 1) agreement
    """,
    """
    INSERT INTO clients_signeddocument (signature_id, pdf, sha256, renderer, template_version, is_accessible)
    SELECT id, 'x', encode(sha256('x'), 'hex'), '', '', true FROM clients_signature
    """,
]


@transaction.atomic
def make_crowd(number: int, *, partners: Sequence[UUID]) -> None:
    """Fill an empty database with so many clients, spread over these partners, all with a current signature."""
    with connection.cursor() as cursor:
        # Triggers are for one row at a time, and would take most of the time.
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in CROWD:
            cursor.execute(statement, {"number": number, "partners": list(partners)})
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


CASES = [
    """
    INSERT INTO cases_case (id, link_id, client_id, partner_id, collection_partner_id, reference, creditor_reference,
                            debtor_type, debtor_name, debtor_country, debtor_address, debtor_city, debtor_zip_code,
                            debtor_state, debtor_state_code, debtor_contact_person, debtor_registration_number,
                            debtor_email, debtor_phone, currency, amount, remainder, date, due_date, comments,
                            description, skip_verification, is_test, tag, lifecycle, close_code, created_at)
    SELECT gen_random_uuid(), link.id, link.client_id, link.partner_id, %(collector)s,
           translate(lpad(to_hex(n), 8, 'Z'), '0189abcdef', 'GHJKABCDEF'), 'INV-' || n,
           'Company', (ARRAY['Nord', 'Süd', 'Ost', 'West', 'Mitte'])[1 + n %% 5] || ' Handel ' || n %% 1000 || ' GmbH',
           (ARRAY['DE', 'DK', 'SE', 'FR', 'NO'])[1 + n %% 5], 'Street 1', 'City', '', '', '', '', '', '', '',
           'EUR', 100 + n %% 5000, 100 + n %% 5000, '2026-01-01', date '2026-02-01' + n %% 200, '', '', false, false,
           '', (ARRAY['Active', 'PendingVerification', 'Paused', 'Active'])[1 + n %% 4], '',
           timestamptz '2026-01-01' + n * interval '1 minute'
      FROM generate_series(1, %(number)s) n
      JOIN (SELECT *, row_number() OVER (ORDER BY id) AS place, count(*) OVER () AS links
              FROM clients_referralpartnerclientlink) link ON link.place = 1 + n %% link.links
    """,
]


@transaction.atomic
def make_cases(number: int, *, collector: UUID) -> None:
    """Give the crowd's links so many cases, all of this collection partner."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for statement in CASES:
            cursor.execute(statement, {"number": number, "collector": collector})
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")
