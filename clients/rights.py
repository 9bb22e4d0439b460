"""What each group of staff may do with clients, agreements and conflicts (product-rules 8)."""

from staff.groups import Group, Rights

RIGHTS: Rights = {
    Group.SUPPORT: [
        "view_client",
        "view_user",
        "correct_users",
        "view_referralpartnerclientlink",
        "view_agreement",
        "view_signature",
        "view_signeddocument",
        "view_linkrequest",
        "view_linkconflict",
        "resolve_conflict",
    ],
    Group.LEGAL: [
        "view_client",
        "change_company_name",
        "view_user",
        "view_referralpartnerclientlink",
        "view_agreement",
        "add_agreement",
        "change_agreement",
        "publish_agreement",
        "view_draft_agreement",
        "invalidate_signature",
        "view_signature",
        "view_signeddocument",
    ],
    Group.OPERATIONS: [
        "view_client",
        "view_referralpartnerclientlink",
    ],
}
