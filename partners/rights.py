"""What each group of staff may do with partners and their keys (product-rules 8)."""

from staff.groups import Group, Rights

RIGHTS: Rights = {
    Group.SUPPORT: [
        "view_referralpartner",
        "raise_asking_limit",
    ],
    Group.LEGAL: [
        "view_referralpartner",
    ],
    Group.PARTNER_MANAGERS: [
        "view_referralpartner",
        "add_referralpartner",
        "change_referralpartner",
        "raise_asking_limit",
        "view_apikey",
        "issue_apikey",
        "revoke_apikey",
    ],
}
