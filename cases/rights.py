"""What each group of staff may do with cases and collection partners (product-rules 8)."""

from staff.groups import Group, Rights

RIGHTS: Rights = {
    Group.SUPPORT: [
        "view_case",
        "view_casetransition",
        "view_collectionpartner",
        "view_coverage",
        "view_exchangerate",
        "view_submittedcase",
    ],
    Group.LEGAL: [
        "view_case",
        "view_casetransition",
    ],
    Group.OPERATIONS: [
        "view_case",
        "view_casetransition",
        "view_collectionpartner",
        "view_coverage",
        "view_exchangerate",
        "view_submittedcase",
        "move_case",
        "add_collectionpartner",
        "change_collectionpartner",
        "add_coverage",
        "change_coverage",
        "add_exchangerate",
        "change_exchangerate",
    ],
}
