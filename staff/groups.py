"""Who of the staff may do what (product-rules 8); made anew after every migrate, so the code is the truth."""

from typing import Any

from django.apps import apps

GROUPS: dict[str, list[str]] = {
    "Support": [
        "partners.view_referralpartner",
        "partners.raise_asking_limit",
        "clients.view_client",
        "clients.view_user",
        "clients.correct_users",
        "clients.view_referralpartnerclientlink",
        "clients.view_agreement",
        "clients.view_signature",
        "clients.view_signeddocument",
        "clients.view_linkrequest",
        "clients.view_linkconflict",
        "clients.resolve_conflict",
        "onboarding.view_correction",
        "onboarding.view_emailcode",
        "onboarding.view_askinglimitreached",
        "cases.view_case",
        "cases.view_casetransition",
        "cases.view_collectionpartner",
        "cases.view_coverage",
        "cases.view_exchangerate",
        "cases.view_submittedcase",
    ],
    "Legal": [
        "partners.view_referralpartner",
        "clients.view_client",
        "clients.change_company_name",
        "clients.view_user",
        "clients.view_referralpartnerclientlink",
        "clients.view_agreement",
        "clients.add_agreement",
        "clients.change_agreement",
        "clients.publish_agreement",
        "clients.view_draft_agreement",
        "clients.invalidate_signature",
        "clients.view_signature",
        "clients.view_signeddocument",
        "cases.view_case",
        "cases.view_casetransition",
    ],
    "Partner managers": [
        "partners.view_referralpartner",
        "partners.add_referralpartner",
        "partners.change_referralpartner",
        "partners.raise_asking_limit",
        "partners.view_apikey",
        "partners.issue_apikey",
        "partners.revoke_apikey",
    ],
    "Operations": [
        "clients.view_client",
        "clients.view_referralpartnerclientlink",
        "cases.view_case",
        "cases.view_casetransition",
        "cases.view_collectionpartner",
        "cases.view_coverage",
        "cases.view_exchangerate",
        "cases.view_submittedcase",
        "cases.move_case",
        "cases.add_collectionpartner",
        "cases.change_collectionpartner",
        "cases.add_coverage",
        "cases.change_coverage",
        "cases.add_exchangerate",
        "cases.change_exchangerate",
    ],
}


def make_groups(**signal: Any) -> None:
    """Give each group exactly its permissions, once the last of them exists."""
    Group = apps.get_model("auth", "Group")
    Permission = apps.get_model("auth", "Permission")
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    for name, wanted in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.set([known[permission] for permission in wanted if permission in known])
