"""Cases with their transitions; collection partners with their coverage; exchange rates."""

from cases.models.case import Case, CaseTransition, SubmissionError, SubmittedCase
from cases.models.collection_partner import CollectionPartner, Coverage, ExchangeRate
from cases.models.kept_claims import KeptClaims

__all__ = [
    "Case",
    "CaseTransition",
    "CollectionPartner",
    "Coverage",
    "ExchangeRate",
    "KeptClaims",
    "SubmissionError",
    "SubmittedCase",
]
