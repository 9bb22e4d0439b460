"""What partners send about claims. All faults of all claims are reported at once, each at the field to change."""

from cases.api.schemas.claim import CaseRequest
from cases.api.schemas.debtor import DebtorRequest
from cases.api.schemas.kinds import MAX_AMOUNT
from cases.api.schemas.preview import PreviewRequest

__all__ = ["MAX_AMOUNT", "CaseRequest", "DebtorRequest", "PreviewRequest"]
