"""The history of a row: decisions from the log, and old and new values from the history tables."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import Model, Q
from django.utils.formats import date_format
from django.utils.text import Truncator, capfirst

from staff.models import Staff

SHOWN = 100
NOBODY = "Not by staff"


@dataclass(frozen=True)
class Change:
    """A field's old and new value, formatted for display."""

    field: str
    before: str
    after: str


@dataclass
class Happened:
    """One entry of a history: a decision or a change, with all the values it changed."""

    at: datetime
    who: str
    what: str
    why: str = ""
    changes: list[Change] = field(default_factory=list)
    about: str = ""


def history_of(row: Model) -> list[Happened]:
    """The latest 100 things that happened to this row, newest first."""
    changes = _changes(row)
    decided = [_decided(entry, changes) for entry in _log_of(row)]
    names = dict(Staff.objects.filter(pk__in=[event.by for event in changes.values()]).values_list("pk", "name"))
    others = [event.as_happened(names) for event in changes.values()]
    return sorted([*decided, *others], key=lambda happened: happened.at, reverse=True)[:SHOWN]


def decisions_about(rows: Iterable[Model]) -> list[Happened]:
    """The latest 100 decisions about any of these rows, which may be of different models; each names its row."""
    about = Q(pk__in=[])
    for row in rows:
        about |= Q(content_type=ContentType.objects.get_for_model(row), object_id=row.pk)
    entries = LogEntry.objects.filter(about).select_related("user").order_by("-action_time")[:SHOWN]
    return [replace(_decided(entry, {}), about=entry.object_repr) for entry in entries]


def _log_of(row: Model) -> Iterable[LogEntry]:
    about = ContentType.objects.get_for_model(row)
    return LogEntry.objects.filter(content_type=about, object_id=row.pk).select_related("user")[:SHOWN]


def _decided(entry: LogEntry, changes: dict[str, _Event]) -> Happened:
    """A decision with the values that it changed; removes these from `changes`."""
    who = str(entry.user)
    if not entry.change_message.startswith("{"):
        return Happened(entry.action_time, who, entry.get_change_message())
    said = json.loads(entry.change_message)
    event = changes.pop(said["context"], None)
    return Happened(entry.action_time, who, said["what"], said["why"], event.changes if event else [])


@dataclass
class _Event:
    at: datetime
    by: int | None
    why: str
    changes: list[Change]

    def as_happened(self, names: dict[int, str]) -> Happened:
        who = names.get(self.by, NOBODY) if self.by else NOBODY
        return Happened(self.at, who, "Changed", self.why, self.changes)


def _changes(row: Model) -> dict[str, _Event]:
    """Changed values by id of their context, or by id of the history row where there was no context."""
    if not hasattr(row, "pgh_event_model"):
        return {}
    # A history row holds the old values; the new ones are in the next history row, or in the row itself.
    newest = list(row.events.select_related("pgh_context").order_by("-pgh_id")[:SHOWN])  # type: ignore[attr-defined]
    found: dict[str, _Event] = {}
    for after, before in pairwise([row, *newest]):
        metadata = before.pgh_context.metadata if before.pgh_context else {}
        key = str(before.pgh_context_id or before.pgh_id)
        event = found.setdefault(key, _Event(before.pgh_created_at, metadata.get("by"), metadata.get("why", ""), []))
        event.changes += _differences(before, after)
    return found


def _differences(before: Any, after: Any) -> list[Change]:
    fields = [field for field in before._meta.fields if not field.name.startswith("pgh_") and field.name != "id"]
    return [
        Change(capfirst(str(field.verbose_name)), _shown(old), _shown(new))
        for field in fields
        if (old := getattr(before, field.attname)) != (new := getattr(after, field.attname))
    ]


def _shown(value: Any) -> str:
    match value:
        case None | "" | []:
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case datetime():
            return date_format(value, "DATETIME_FORMAT")
        case list():
            return ", ".join(map(str, value))
    return Truncator(str(value)).chars(200)
