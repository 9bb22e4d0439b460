"""Set a colleague's password, or one's own."""

from __future__ import annotations

from staff.decision import decision
from staff.models import Staff
from staff.tasks import mail_password_was_set


def set_password(*, staff: Staff, password: str, by: Staff, why: str) -> None:
    """
    Set the password and tell the colleague by mail. Their earlier sessions end, since they depend on the old hash.

    A second call with the same password ends them again and sends another mail.
    """
    what = "Changed their own password" if staff == by else "Set a new password"
    with decision(by=by, why=why, what=what, about=staff):
        staff.set_password(password)
        staff.save(update_fields=["password"])
        mail_password_was_set.defer(staff_id=staff.pk, by_id=by.pk)
