"""Rename a client: what it signed under its old name no longer counts (product-rules 4.2, 8)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction

from clients.models import Client
from staff.decision import decision
from staff.models import Staff


@dataclass(frozen=True)
class Renamed:
    """The client has the new name."""


@dataclass(frozen=True)
class RenamedMeanwhile:
    """The client's name is no longer the one that the decision was about, but this; nothing changed."""

    name: str


@dataclass(frozen=True)
class NothingToRename:
    """The client already has this name; nothing changed."""


@dataclass(frozen=True)
class ClientIsErased:
    """The client's data has been erased; nothing changed."""


type RenamingOutcome = Renamed | RenamedMeanwhile | NothingToRename | ClientIsErased


@transaction.atomic
def rename_client(*, client: Client, held: str, name: str, by: Staff, why: str) -> RenamingOutcome:
    """Give the client this name if it still has the name `held`; a second call finds nothing to rename."""
    now = Client.objects.lock().get(pk=client.pk)
    if now.erased_at is not None:
        return ClientIsErased()
    if now.name == name:
        return NothingToRename()
    if now.name != held:
        return RenamedMeanwhile(now.name)
    with decision(by=by, why=why, what="Renamed the company", about=now):
        now.name = name
        now.save(update_fields=["name"])
    return Renamed()
