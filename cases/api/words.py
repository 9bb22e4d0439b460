"""Enumerations in answers about cases. Each has a name of its own, so that the description has it once."""

from __future__ import annotations

from typing import Annotated, Literal

from cases import lifecycle
from cases.models import SubmissionError
from edge.shapes import one_of

type Lifecycle = Annotated[
    str, one_of([each.label for each in lifecycle.Lifecycle], "Where a case stands, in the words that people read.")
]
type CloseCode = Annotated[
    str, one_of([each.label for each in lifecycle.CloseCode], "Why a case was closed, in the words that people read.")
]
type CaseErrorType = Annotated[str, one_of(SubmissionError.values, "Why a case was not created.")]
type DebtorType = Literal["Company", "Person"]
type PendingActionType = Literal["SdcaUpgrade", "PoA", "Jpa", "Kyc"]
