"""Clients, their users and addresses, their links to partners, the agreement and its signatures."""

from clients.models.agreement import Agreement
from clients.models.client import Client, User
from clients.models.email_address import EmailAddress, EnteredBy, Held
from clients.models.link import ReferralPartnerClientLink
from clients.models.link_conflict import (
    ConflictKind,
    ConflictStatus,
    LinkConflict,
    LinkConflictAddress,
    LinkConflictMatch,
)
from clients.models.link_request import LinkRequest, RequestStatus
from clients.models.signature import Signature, SignedDocument

__all__ = [
    "Agreement",
    "Client",
    "ConflictKind",
    "ConflictStatus",
    "EmailAddress",
    "EnteredBy",
    "Held",
    "LinkConflict",
    "LinkConflictAddress",
    "LinkConflictMatch",
    "LinkRequest",
    "ReferralPartnerClientLink",
    "RequestStatus",
    "Signature",
    "SignedDocument",
    "User",
]
