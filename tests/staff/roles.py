"""Who is who among the staff, and who may see what."""

from __future__ import annotations

SUPPORT, LEGAL, MANAGERS, OPERATIONS, SUPERUSER, NOBODY = (
    "Support",
    "Legal",
    "Partner managers",
    "Operations",
    "superuser",
    "nobody",
)
ROLES = [SUPPORT, LEGAL, MANAGERS, OPERATIONS, SUPERUSER, NOBODY]
MAY_VIEW = {
    "clients_user": {SUPPORT, LEGAL},
    "clients_referralpartnerclientlink": {SUPPORT, LEGAL, OPERATIONS},
    "clients_agreement": {SUPPORT, LEGAL},
    "clients_signature": {SUPPORT, LEGAL},
    "clients_signeddocument": {SUPPORT, LEGAL},
    "clients_client": {SUPPORT, LEGAL, OPERATIONS},
    "clients_linkrequest": {SUPPORT},
    "clients_linkconflict": {SUPPORT},
    "cases_case": {SUPPORT, LEGAL, OPERATIONS},
    "cases_collectionpartner": {SUPPORT, OPERATIONS},
    "cases_coverage": {SUPPORT, OPERATIONS},
    "cases_exchangerate": {SUPPORT, OPERATIONS},
    "cases_submittedcase": {SUPPORT, OPERATIONS},
    "onboarding_emailcode": {SUPPORT},
    "onboarding_askinglimitreached": {SUPPORT},
    "onboarding_correction": {SUPPORT},
    "partners_referralpartner": {SUPPORT, LEGAL, MANAGERS},
    "partners_apikey": {MANAGERS},
    "staff_staff": set[str](),
    "auth_group": set[str](),
    "otp_totp_totpdevice": set[str](),
    "staff_failedsignin": set[str](),
}
# What only these may see a row of; the row in question is a draft.
MAY_VIEW_ROW = {**MAY_VIEW, "clients_agreement": {LEGAL}}
MAY_WRITE = {
    "clients_linkconflict": {SUPPORT, SUPERUSER},
    "clients_agreement": {LEGAL, SUPERUSER},
    "partners_referralpartner": {MANAGERS, SUPERUSER},
    "cases_collectionpartner": {OPERATIONS, SUPERUSER},
    "cases_coverage": {OPERATIONS, SUPERUSER},
    "cases_exchangerate": {OPERATIONS, SUPERUSER},
    "staff_staff": {SUPERUSER},
}
ADDED_BY_NOBODY = {"clients_linkconflict"}
OWN_PAGES = {
    "clients_linkrequest_lift": {SUPPORT},
    "clients_linkrequest_doctor": {SUPPORT},
    "clients_agreement_publish": {LEGAL},
    "clients_agreement_preview": {LEGAL},
    "clients_agreement_preview_pdf": {LEGAL},
    "clients_signature_invalidate": {LEGAL},
    "clients_client_rename": {LEGAL},
    "cases_case_move": {OPERATIONS},
    "cases_coverage_tester": {SUPPORT, OPERATIONS},
    "clients_signeddocument_pdf": {SUPPORT, LEGAL},
    "clients_client_correct_address": {SUPPORT},
    "clients_client_add_admin": {SUPPORT},
    "clients_client_correction": {SUPPORT},
    "clients_client_release": {SUPPORT},
    "partners_referralpartner_raise_limit": {SUPPORT, MANAGERS},
    "partners_referralpartner_make_key": {MANAGERS},
    "partners_apikey_revoke": {MANAGERS},
    "staff_staff_enrol": set[str](),
    "auth_user_password_change": set[str](),
}
# Of a draft, which support does not know of.
HIDDEN_FROM_SUPPORT = {"clients_agreement_preview", "clients_agreement_preview_pdf"}
# The same for everybody who is signed in: GET and POST.
SITE = {
    "index": (200, 200),
    "login": (302, 200),
    "logout": (405, 200),
    "password_change": (200, 200),
    "password_change_done": (200, 405),
    "autocomplete": (403, 405),
    "jsi18n": (200, 405),
    "view_on_site": (404, 404),
    "(?P<url>.*)$": (404, 404),
}


def expected(role: str, method: int) -> dict[str, int]:
    """What each URL answers this role: 0 for GET, 1 for POST."""
    sees = {name: role == SUPERUSER or role in roles for name, roles in MAY_VIEW.items()}
    sees_row = {name: role == SUPERUSER or role in roles for name, roles in MAY_VIEW_ROW.items()}
    writes = {name: role in MAY_WRITE.get(name, set()) for name in MAY_VIEW}
    hidden = {name: 302 if sees[name] else 403 for name in MAY_VIEW}
    hidden_own = {name: 404 if sees[name] else 403 for name in MAY_VIEW}
    refusal = {name: 404 if role == SUPPORT and name in HIDDEN_FROM_SUPPORT else 403 for name in OWN_PAGES}
    own = {name: 200 if role == SUPERUSER or role in roles else refusal[name] for name, roles in OWN_PAGES.items()}
    return {
        **{name: statuses[method] for name, statuses in SITE.items()},
        **{f"{name}_changelist": 200 if sees[name] else 403 for name in MAY_VIEW},
        **{f"{name}_add": 200 if writes[name] and name not in ADDED_BY_NOBODY else 403 for name in MAY_VIEW},
        **{f"{name}_history": 200 if sees_row[name] else hidden_own[name] for name in MAY_VIEW},
        **{f"{name}_delete": 403 for name in MAY_VIEW},
        **{
            f"{name}_change": (403 if method and not writes[name] else 200) if sees_row[name] else hidden[name]
            for name in MAY_VIEW
        },
        **{f"{'/'.join(name.rsplit('_', 1))}/<path:object_id>/": 302 for name in MAY_VIEW},
        "app_list": 200 if any(sees[name] for name in MAY_VIEW if name.startswith("clients")) else 404,
        **own,
    }
