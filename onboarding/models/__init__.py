"""E-mail codes, kept forms, corrections, and which known companies partners were told of."""

from onboarding.models.asked_for import ONE_DAY, AskedFor, AskingLimitReached
from onboarding.models.correction import Correction, CorrectionStatus
from onboarding.models.email_code import (
    A_MINUTE,
    CODE_LIFE,
    LONGEST_TYPED,
    TRIES,
    EmailCode,
    EmailCodeQuerySet,
    Purpose,
    Subject,
)
from onboarding.models.kept_form import KeptForm

__all__ = [
    "A_MINUTE",
    "CODE_LIFE",
    "LONGEST_TYPED",
    "ONE_DAY",
    "TRIES",
    "AskedFor",
    "AskingLimitReached",
    "Correction",
    "CorrectionStatus",
    "EmailCode",
    "EmailCodeQuerySet",
    "KeptForm",
    "Purpose",
    "Subject",
]
