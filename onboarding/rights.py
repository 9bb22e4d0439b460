"""Who of the staff may do what with clients on their way on board (product-rules 8)."""

from staff.groups import Group, Rights

RIGHTS: Rights = {
    Group.SUPPORT: [
        "view_correction",
        "view_emailcode",
        "view_askinglimitreached",
    ],
}
