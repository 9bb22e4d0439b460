"""The steps of the journey to a signature, and which one is open (product-rules 2.3, 6.3, 6.4)."""

from enum import StrEnum

from clients.agreement_status import AgreementStatus, Current, NeverSigned
from clients.models import Client
from onboarding.models import Purpose


class Step(StrEnum):
    """A page of the journey, in order."""

    COMPANY = "company"
    USERS = "users"
    AGREEMENT = "agreement"
    DONE = "done"


STEPS = {
    Purpose.FIRST_SIGNING: [Step.COMPANY, Step.USERS, Step.AGREEMENT, Step.DONE],
    Purpose.UPGRADE: [Step.AGREEMENT, Step.DONE],
}


def purpose_for(status: AgreementStatus) -> Purpose:
    """First signing, which begins with the client's details, if it has never signed; else an upgrade, signing alone."""
    return Purpose.FIRST_SIGNING if isinstance(status, NeverSigned) else Purpose.UPGRADE


def may_sign(status: AgreementStatus) -> bool:
    """Whether there is something to sign: not if the signature is current and no later version is announced."""
    return not isinstance(status, Current) or status.must_sign_by is not None


def next_step(client: Client, status: AgreementStatus, purpose: Purpose) -> Step:
    """The first step that is still open. An announced version can be signed early, on the upgrade pages only."""
    if not may_sign(status) or (isinstance(status, Current) and purpose is Purpose.FIRST_SIGNING):
        return Step.DONE
    if purpose is Purpose.FIRST_SIGNING and client.details_confirmed_at is None:
        return Step.COMPANY
    if purpose is Purpose.FIRST_SIGNING and client.users_confirmed_at is None:
        return Step.USERS
    return Step.AGREEMENT


def elsewhere(status: AgreementStatus, purpose: Purpose) -> Purpose | None:
    """The purpose of the pages on which the client must sign, if it is not this one; else None."""
    right = purpose_for(status)
    return None if isinstance(status, Current) or right is purpose else right


def may_open(step: Step, *, purpose: Purpose, open_step: Step) -> bool:
    """Whether a step's page may be seen: the open step and those before it; once all are done, only DONE."""
    if open_step is Step.DONE or step not in STEPS[purpose]:
        return step is open_step
    return STEPS[purpose].index(step) <= STEPS[purpose].index(open_step)
