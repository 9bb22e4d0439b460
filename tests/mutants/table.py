"""What protects us, each taken out by itself, and the tests that must fail then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import LiteralString


@dataclass(frozen=True)
class InText:
    """A file in which this stands, once, is written otherwise."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


@dataclass(frozen=True)
class InDatabase:
    """The database after all migrations, and one statement more."""

    name: str
    statement: LiteralString
    tests: tuple[str, ...]


type Mutant = InText | InDatabase

RACES = "tests/onboarding/registering/test_onboard_races.py"
REQUESTS = "tests/onboarding/registering/test_link_requests.py"
REFUSED = "tests/clients/test_refused.py"
ONBOARDING = "tests/onboarding/test_refused.py"
LIMIT = "tests/onboarding/registering/test_asking_limit.py"
CODES = "tests/onboarding/proof/test_email_codes.py"
CODE_LIMITS = "tests/onboarding/proof/test_code_limits.py"
PROOF = "tests/onboarding/proof/test_proof.py"
APPROVE = "tests/onboarding/approving/test_approve_link.py"
SIGN = "tests/onboarding/signing/test_sign_agreement.py"
RESOLVE = "tests/onboarding/support/test_resolve_conflict_at_once.py"
CORRECT = "tests/onboarding/support/test_correct_users_at_once.py"
LOOKING = "tests/onboarding/journey/test_looking.py"
KEYS = "tests/partners/test_authentication.py"
ROLE = "tests/debitura/test_app_role.py"
CASE = "tests/cases/test_case.py"
SCHEMAS = "tests/cases/api/test_schemas_and_database.py"

MUTANTS: list[Mutant] = [
    # Matching and creating
    InText(
        "no lock on tenant ids",
        "onboarding/registering/onboard.py",
        "take_advisory_locks([tenant_lock(partner, registration.external_tenant_id), *names])",
        "take_advisory_locks(names)",
        (f"{RACES}::test_a_call_waits_for_another_with_its_id_or_one_of_its_addresses",),
    ),
    InText(
        "no lock on addresses",
        "onboarding/registering/onboard.py",
        "take_advisory_locks([tenant_lock(partner, registration.external_tenant_id), *names])",
        "take_advisory_locks([tenant_lock(partner, registration.external_tenant_id)])",
        (f"{RACES}::test_a_call_waits_for_another_with_its_id_or_one_of_its_addresses",),
    ),
    InText(
        "locks in the order of their names",
        "onboarding/registering/locks.py",
        "keys = sorted({advisory_key(name) for name in names})",
        "keys = [advisory_key(name) for name in names]",
        (f"{RACES}::test_locks_are_taken_in_one_order_whatever_order_they_are_named_in",),
    ),
    InText(
        "no second look after a clash of addresses",
        "onboarding/registering/onboard.py",
        "    except IntegrityError:\n",
        "    except ZeroDivisionError:\n",
        (f"{RACES}::test_an_address_that_a_page_registers_meanwhile_is_found_after_all",),
    ),
    InText(
        "the fee is not held while it is frozen",
        "onboarding/registering/create_client.py",
        "WHERE id = %(partner_id)s FOR SHARE",
        "WHERE id = %(partner_id)s",
        (f"{RACES}::test_a_fee_that_staff_are_changing_is_waited_for",),
    ),
    InDatabase(
        "a client has two active links",
        "DROP INDEX one_active_link_per_client",
        (f"{REFUSED}::test_a_client_has_one_active_link",),
    ),
    InDatabase(
        "a tenant id stands for two clients",
        "DROP INDEX one_active_link_per_partner_and_tenant_id",
        (f"{REFUSED}::test_a_tenant_id_stands_for_one_client",),
    ),
    InDatabase(
        "an address is in two clients",
        "ALTER TABLE clients_emailaddress DROP CONSTRAINT clients_emailaddress_pkey CASCADE",
        (f"{CORRECT}::test_of_two_who_give_one_address_to_two_clients_one_is_refused",),
    ),
    InText(
        "no limit of known companies",
        "onboarding/registering/asking_limit.py",
        "    if asked and before + len(asked) > limit:\n",
        "    if False:\n",
        (f"{LIMIT}::test_a_further_known_company_is_not_told", "tests/onboarding/api/test_too_many_calls.py"),
    ),
    InText(
        "no lock on the limit of known companies",
        "onboarding/registering/asking_limit.py",
        '    take_advisory_locks([f"asking:{partner.pk}"])\n',
        "",
        (f"{LIMIT}::test_calls_at_once_are_told_of_no_more_than_one_after_the_other",),
    ),
    InText(
        "own addresses hide that others were tried",
        "onboarding/registering/asking_limit.py",
        "        asked = {hash_of_addresses(others)}\n",
        "        asked = set()\n",
        (f"{LIMIT}::test_who_sends_an_own_address_along_asks_about_the_others",),
    ),
    InText(
        "an unknown partner may ask again",
        "onboarding/registering/match_client.py",
        "    if client.link_requests.disowned().filter(partner=partner).exists():\n",
        "    if False:\n",
        (f"{REQUESTS}::test_a_partner_that_the_company_does_not_know_asks_in_vain",),
    ),
    # Requests
    InText(
        "a request is approved after its deadline",
        "onboarding/approving/approve_link.py",
        "    undecided = LinkRequest.objects.filter(pk=link_request.pk).open()\n",
        "    undecided = LinkRequest.objects.filter(pk=link_request.pk).pending()\n",
        (f"{APPROVE}::test_after_the_deadline_nothing_is_decided",),
    ),
    InText(
        "a decided request is decided again",
        "onboarding/approving/approve_link.py",
        "    undecided = LinkRequest.objects.filter(pk=link_request.pk).open()\n",
        "    undecided = LinkRequest.objects.filter(pk=link_request.pk)\n",
        (f"{APPROVE}::test_of_approve_and_decline_the_first_wins",),
    ),
    InText(
        "a plain request takes a client from its partner",
        "onboarding/approving/approve_link.py",
        "    if (link.pk if link else None) == link_request.replaces_id:\n",
        "    if True:\n",
        (f"{APPROVE}::test_a_plain_request_never_takes_a_client_from_its_partner",),
    ),
    InText(
        "a proof is good at any browser",
        "onboarding/proof/email_codes.py",
        "EmailCode.objects.of(about, purpose, browser)\n        .proofs()",
        "EmailCode.objects.about(about)\n        .proofs()",
        (f"{SIGN}::test_only_who_proved_an_address_signs",),
    ),
    InDatabase(
        "two requests of a partner for a client wait",
        "DROP INDEX one_pending_request_per_partner_and_client",
        (f"{REFUSED}::test_a_client_is_asked_by_a_partner_once_at_a_time",),
    ),
    InDatabase(
        "two requests wait under one tenant id",
        "DROP INDEX one_pending_request_per_partner_and_tenant_id",
        (f"{REFUSED}::test_under_a_tenant_id_one_client_is_asked_at_a_time",),
    ),
    InDatabase(
        "the database approves after the deadline",
        "ALTER TABLE clients_linkrequest DROP CONSTRAINT request_is_approved_before_its_deadline",
        (f"{REFUSED}::test_at_its_deadline_a_request_cannot_be_approved",),
    ),
    InDatabase(
        "a request is changed after it was made",
        "DROP TRIGGER request_is_frozen ON clients_linkrequest",
        (f"{ROLE}::test_not_even_the_owner_can_change",),
    ),
    # Links
    InDatabase(
        "a link's fee is changed",
        "DROP TRIGGER link_is_frozen ON clients_referralpartnerclientlink",
        (f"{ROLE}::test_not_even_the_owner_can_change",),
    ),
    InDatabase(
        "links are deleted",
        "DROP TRIGGER links_are_never_deleted ON clients_referralpartnerclientlink",
        (f"{ROLE}::test_not_even_the_owner_can_change",),
    ),
    # Codes
    InText(
        "any code is the right one",
        "onboarding/models/email_code.py",
        "any(constant_time_compare(self.hash, self._hash_of(code)) for code in codes_in(typed))",
        "bool(codes_in(typed))",
        (f"{CODES}::test_five_wrong_codes_and_the_right_one_is_refused",),
    ),
    InText(
        "guesses cost nothing",
        "onboarding/proof/email_codes.py",
        'in codes]).update(tries=F("tries") + 1)',
        'in codes]).update(tries=F("tries"))',
        (f"{CODES}::test_five_wrong_codes_and_the_right_one_is_refused",),
    ),
    InText(
        "a code is taken while somebody decides about the client",
        "onboarding/proof/email_codes.py",
        "Client.objects.lock().get(pk=about.client_id)\n    asked = EmailCode",
        "Client.objects.get(pk=about.client_id)\n    asked = EmailCode",
        (f"{CODES}::test_a_code_is_taken_while_nobody_else_decides_about_the_client",),
    ),
    InText(
        "a proof is good for another browser",
        "onboarding/proof/email_codes.py",
        "    EmailCode.objects.filter(browser=browser).update(browser=renamed)\n",
        "",
        (f"{PROOF}::test_whoever_knew_the_browsers_old_name_has_nothing",),
    ),
    InText(
        "a user who is no admin proves",
        "onboarding/proof/email_codes.py",
        "        .filter(user__client=about.client_id, user__role=Role.CREDITOR_ADMIN)\n",
        "        .filter(user__client=about.client_id)\n",
        (f"{PROOF}::test_a_proof_is_of_an_admin_at_the_address_of_now",),
    ),
    InText(
        "a browser gets as many codes as it likes",
        "onboarding/proof/email_codes.py",
        '"own_hour": PER_HOUR, ',
        "",
        (f"{CODE_LIMITS}::test_a_browser_gets_five_codes_an_hour",),
    ),
    InText(
        "a mailbox can be filled",
        "onboarding/proof/email_codes.py",
        "    return [user for user in admins if not _is_full(user.email)]\n",
        "    return [*admins]\n",
        (f"{CODE_LIMITS}::test_a_mailbox_is_full_for_another_client_too",),
    ),
    InDatabase(
        "a code has a sixth try",
        "ALTER TABLE onboarding_emailcode DROP CONSTRAINT code_has_five_tries",
        (f"{CODES}::test_without_the_lock_on_the_rows_more_than_five_are_judged",),
    ),
    InDatabase(
        "a code is used after it expired",
        "ALTER TABLE onboarding_emailcode DROP CONSTRAINT code_is_used_before_it_expires",
        (f"{ONBOARDING}::test_an_expired_code_proves_nothing",),
    ),
    # Pages
    InText(
        "any host is led back to",
        "onboarding/proof/return_url.py",
        'return given if f"{url.hostname}{port}" in partner.return_hosts else ""',
        "return given",
        ("tests/onboarding/proof/test_return_url.py",),
    ),
    InText(
        "pages may be kept by a cache",
        "onboarding/proof/visit.py",
        "        @never_cache\n",
        "",
        (f"{LOOKING}::test_pages_are_kept_out_of_caches_and_search_engines",),
    ),
    InText(
        "answers of the API may be kept by a cache",
        "edge/operation.py",
        '"Cache-Control": "no-store"',
        '"Cache-Control": "private"',
        ("tests/edge/test_http_headers.py",),
    ),
    InText(
        "forms need no token",
        "debitura/settings.py",
        '    "edge.page_middleware.PageCsrfViewMiddleware",\n',
        "",
        ("tests/edge/test_forms.py",),
    ),
    InText(
        "pages are open to everybody",
        "debitura/settings.py",
        '    "django.contrib.auth.middleware.LoginRequiredMiddleware",\n',
        "",
        ("tests/edge/test_open_urls.py",),
    ),
    # Signing
    InText(
        "a signature is given twice",
        "onboarding/signing/sign_agreement.py",
        "    if standing is not None:\n",
        "    if False:\n",
        (f"{SIGN}::test_signing_again_gives_the_signature_there_is",),
    ),
    InText(
        "what was not shown is signed",
        "onboarding/signing/sign_agreement.py",
        "    if what_is_shown(client, agreement) != shown:\n",
        "    if False:\n",
        (f"{SIGN}::test_details_that_were_not_shown_are_not_signed",),
    ),
    InText(
        "publishing does not wait for who signs",
        "onboarding/signing/sign_agreement.py",
        "    hold_publishing(shared=True)\n",
        "",
        (f"{SIGN}::test_who_publishes_waits_for_a_signature_in_the_making",),
    ),
    InText(
        "the client's row is not locked by its pages",
        "onboarding/journey/in_hand.py",
        "Client.objects.lock().get(pk=link.client_id)",
        "Client.objects.get(pk=link.client_id)",
        (f"{SIGN}::test_the_proof_is_looked_up_under_the_lock",),
    ),
    InDatabase(
        "a client signs a version twice",
        "DROP INDEX one_signature_per_client_version_and_name",
        (f"{SIGN}::test_without_the_lock_the_constraint_refuses_the_second",),
    ),
    InDatabase(
        "an old version is signed",
        "DROP TRIGGER signature_is_of_the_current_agreement ON clients_signature",
        (f"{SIGN}::test_without_holding_publishing_the_database_refuses_the_old_version",),
    ),
    InDatabase(
        "a signature is changed",
        "DROP TRIGGER signature_is_frozen ON clients_signature",
        (f"{ROLE}::test_not_even_the_owner_can_change",),
    ),
    InDatabase(
        "a signature has no document",
        "DROP TRIGGER signature_has_its_document ON clients_signature",
        (f"{ROLE}::test_nobody_gets_around_the_triggers",),
    ),
    InDatabase(
        "a document is not what its hash says",
        "ALTER TABLE clients_signeddocument DROP CONSTRAINT document_is_what_its_hash_says",
        (f"{REFUSED}::test_a_document_is_what_its_hash_says",),
    ),
    InDatabase(
        "a published agreement is changed",
        "DROP TRIGGER published_agreement_is_frozen ON clients_agreement",
        ("tests/clients/test_publish_agreement.py::test_the_database_keeps_a_published_version_as_it_is",),
    ),
    # Cases
    InDatabase(
        "what was claimed is changed",
        "DROP TRIGGER case_is_frozen ON cases_case",
        (f"{CASE}::test_what_was_claimed_stays_as_it_was",),
    ),
    InDatabase(
        "a case leaps",
        "DROP TRIGGER transition_goes_on ON cases_casetransition",
        (f"{CASE}::test_a_transition_goes_on_from_the_last_one",),
    ),
    InDatabase(
        "a creditor's reference is there twice",
        "DROP INDEX one_case_per_reference_of_a_client",
        (f"{CASE}::test_a_reference_of_the_creditor_is_there_once_per_client",),
    ),
    InText(
        "a case is moved by two at once",
        "cases/change_lifecycle.py",
        "Case.objects.lock().get(pk=case.pk)",
        "Case.objects.get(pk=case.pk)",
        ("tests/cases/test_change_lifecycle.py::test_of_two_colleagues_one_moves_the_case_and_the_other_is_told",),
    ),
    InText(
        "parts by age are in no order",
        "cases/api/schemas/amounts.py",
        "    if part is not None and older is not None and part < older:\n",
        "    if False:\n",
        (f"{SCHEMAS}::test_whatever_passes_fits_the_database",),
    ),
    InText(
        "a digest knows no zeros",
        "cases/claim.py",
        "str(value.normalize()) if",
        "str(value) if",
        (f"{SCHEMAS}::test_claims_have_the_same_digest_if_they_say_the_same",),
    ),
    InText(
        "a digest leaves out who owes",
        "cases/claim.py",
        '"debtor": vars(self.debtor)})',
        '"debtor": None})',
        (f"{SCHEMAS}::test_claims_have_another_digest_if_they_say_something_else",),
    ),
    InText(
        "a part is more than the whole",
        "cases/api/schemas/amounts.py",
        "    if part is not None and whole is not None and part > whole:\n",
        "    if False:\n",
        (f"{SCHEMAS}::test_whatever_passes_fits_the_database",),
    ),
    InDatabase(
        "cases of a refused request stay",
        "DROP TRIGGER kept_claims_go_with_the_request ON clients_linkrequest",
        ("tests/onboarding/api/cases_of_a_call/test_known_company.py::test_kept_cases_go_with_the_request",),
    ),
    InDatabase(
        "the course of a case is rewritten",
        "DROP TRIGGER transitions_are_append_only ON cases_casetransition",
        (f"{CASE}::test_nothing_is_taken_back",),
    ),
    InDatabase(
        "a claim became neither a case nor an error",
        "ALTER TABLE cases_submittedcase DROP CONSTRAINT a_submitted_case_is_a_case_or_an_error",
        (f"{CASE}::test_a_claim_became_a_case_or_an_error",),
    ),
    InDatabase(
        "a case moves and nobody wrote it down",
        "DROP TRIGGER case_stands_where_its_course_ends ON cases_case",
        (f"{CASE}::test_a_lifecycle_comes_with_its_transition",),
    ),
    InDatabase(
        "it is written down and no case moves",
        "DROP TRIGGER course_ends_where_the_case_stands ON cases_casetransition",
        (f"{CASE}::test_a_transition_comes_with_its_lifecycle",),
    ),
    # Partners and staff
    InText(
        "an operation that names nobody is open",
        "edge/negotiation.py",
        '        """Always False."""\n        return False\n',
        "        return True\n",
        ("tests/edge/test_open_urls.py",),
    ),
    InText(
        "keys are not compared in constant time",
        "partners/authentication.py",
        "not secrets.compare_digest(key.hash, given_hash)",
        "key.hash != given_hash",
        (f"{KEYS}::test_the_keys_hash_is_compared_in_constant_time",),
    ),
    InText(
        "a revoked key opens",
        "partners/models.py",
        "WHERE key.hash = %s AND key.revoked_at IS NULL",
        "WHERE key.hash = %s",
        (f"{KEYS}::test_a_key_that_was_closed_is_as_good_as_none",),
    ),
    InText(
        "a key calls as often as it likes",
        "partners/call_rate.py",
        "            if self.tokens < 1:\n",
        "            if False:\n",
        ("tests/onboarding/api/test_too_many_calls.py",),
    ),
    InText(
        "who calls too often is not told how long to wait",
        "edge/errors.py",
        'standard(429, {"Retry-After": str(seconds)})',
        "standard(429)",
        ("tests/onboarding/api/test_too_many_calls.py",),
    ),
    InText(
        "who asks too often is answered with another error",
        "edge/errors.py",
        "error = standard(429, ",
        "error = standard(413, ",
        ("tests/onboarding/api/test_too_many_calls.py",),
    ),
    InText(
        "support lets a partner ask again, and it may not",
        "onboarding/support/resolve_conflict.py",
        "        disowned.update(lifted_at=at, lifted_by=by)\n",
        "        pass\n",
        ("tests/onboarding/test_state_machine.py::test_a_few_things_always_hold",),
    ),
    InText(
        "a partner makes a third key at once with another",
        "partners/issue_key.py",
        "    ReferralPartner.objects.select_for_update(no_key=True).get(pk=partner.pk)\n",
        "",
        ("tests/partners/test_issue_key.py::test_of_two_who_make_the_second_key_at_once_one_is_refused",),
    ),
    InText(
        "staff decide without the right",
        "staff/pages.py",
        "    if not acting(request).has_perm(permission):\n",
        "    if False:\n",
        ("tests/staff/test_rights.py::test_each_role_sees_what_is_its_own",),
    ),
    InText(
        "a session without a second factor is let in",
        "staff/site.py",
        "return not settings.STAFF_SECOND_FACTOR or bool(user.is_verified())",
        "return True",
        ("tests/staff/test_second_factor.py::test_a_session_from_before_it_was_compulsory_gets_no_page",),
    ),
    InText(
        "an idle session goes on",
        "staff/idle.py",
        "max_age=settings.STAFF_IDLE_SECONDS",
        "max_age=None",
        ("tests/staff/test_idle.py::test_after_half_an_hour_and_a_second_one_must_sign_in",),
    ),
    InText(
        "guesses of passwords in parallel",
        "staff/throttle.py",
        '    _one_at_a_time({f"sign-in:{name}", f"sign-in:{origin.network}"})\n',
        "",
        ("tests/staff/test_sign_in.py::test_guesses_in_parallel_are_as_few_as_one_after_another",),
    ),
    InText(
        "two agents decide one conflict",
        "onboarding/support/resolve_conflict.py",
        "    return LinkConflict.objects.open().filter(pk=conflict.pk).select_for_update().exists()\n",
        "    return True\n",
        (f"{RESOLVE}::test_the_slower_of_two_agents_is_told_what_the_other_decided",),
    ),
    InDatabase(
        "a correction is confirmed by who proposed it",
        "ALTER TABLE onboarding_correction DROP CONSTRAINT a_correction_that_waited_is_confirmed_by_another",
        (f"{ONBOARDING}::test_who_proposed_a_correction_that_waits_does_not_confirm_it",),
    ),
    InDatabase(
        "a conflict is decided twice",
        "DROP TRIGGER conflict_is_decided_once ON clients_linkconflict",
        (f"{ROLE}::test_not_even_the_owner_can_change",),
    ),
    InDatabase(
        "an address is no mailbox",
        "ALTER TABLE clients_emailaddress DROP CONSTRAINT address_is_a_mailbox_in_lower_case",
        ("tests/clients/test_keys_of_before.py::test_no_key_is_anything_but_a_mailbox",),
    ),
    InDatabase(
        "the key of a second factor is kept in clear",
        "ALTER TABLE otp_totp_totpdevice DROP CONSTRAINT key_of_a_second_factor_is_encrypted",
        ("tests/staff/test_second_factor.py::test_a_key_in_clear_is_refused_by_the_database",),
    ),
    InDatabase(
        "history is rewritten",
        "DROP TRIGGER history_is_append_only ON clients_clienthistory",
        (f"{ROLE}::test_every_history_refuses_to_be_rewritten",),
    ),
]
