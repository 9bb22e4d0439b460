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


# What each page of a model answers, GET and POST, to who may nothing, see the list, see the row, write the row.
PAGES = {
    "changelist": [(403, 403), (200, 200), (200, 200), (200, 200)],
    "add": [(403, 403), (403, 403), (403, 403), (200, 200)],
    "change": [(403, 403), (302, 302), (200, 403), (200, 200)],
    "history": [(403, 403), (404, 404), (200, 200), (200, 200)],
    "delete": [(403, 403), (403, 403), (403, 403), (403, 403)],
}


def expected(role: str, method: int) -> dict[str, int]:
    """What each URL answers this role: 0 for GET, 1 for POST."""
    pages = {(model, page): columns[_column(role, model)] for model in MAY_VIEW for page, columns in PAGES.items()}
    return {
        **{name: statuses[method] for name, statuses in SITE.items()},
        **{f"{model}_{page}": statuses[method] for (model, page), statuses in pages.items()},
        **{f"{model}_add": 403 for model in ADDED_BY_NOBODY},
        **{f"{'/'.join(model.rsplit('_', 1))}/<path:object_id>/": 302 for model in MAY_VIEW},
        "app_list": 200 if any(_column(role, model) for model in MAY_VIEW if model.startswith("clients")) else 404,
        **{name: _own_page(role, name) for name in OWN_PAGES},
    }


def _column(role: str, model: str) -> int:
    """Where it stands in PAGES what this role may; who may do more may do all that comes before."""
    may = [MAY_VIEW[model] | {SUPERUSER}, MAY_VIEW_ROW[model] | {SUPERUSER}, MAY_WRITE.get(model, set())]
    return sum(role in roles for roles in may)


def _own_page(role: str, name: str) -> int:
    if role in OWN_PAGES[name] | {SUPERUSER}:
        return 200
    return 404 if role == SUPPORT and name in HIDDEN_FROM_SUPPORT else 403
