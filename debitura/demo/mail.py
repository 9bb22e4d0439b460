"""The demo's mail: printed, and kept as files, since the worker sends it and the web server shows it."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage
from django.utils import timezone

KEPT = 200


def folder() -> Path:
    """The folder that holds one JSON file per mail; may not exist yet."""
    path: Path = settings.DATA_DIR / "demo-mail"
    return path


class DemoMailBackend(BaseEmailBackend):
    """A mail backend that sends nothing."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Print each mail and save it; the file appears under its name only once complete."""
        folder().mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            mail = _as_data(message)
            print(f"\n--- mail to {mail['to']}: {mail['subject']}\n{mail['text']}", flush=True)  # noqa: T201
            unfinished = folder() / f"{time.time_ns()}.part"
            unfinished.write_text(json.dumps(mail), encoding="utf-8")
            unfinished.rename(unfinished.with_suffix(".json"))
        return len(email_messages)


def _as_data(message: EmailMessage) -> dict[str, Any]:
    return {
        "to": ", ".join(parseaddr(to)[1] or to for to in message.to),
        "subject": str(message.subject),
        "text": str(message.body),
        "sentAt": timezone.now().isoformat(),
    }


def mails() -> list[dict[str, Any]]:
    """The last 200 mails, newest first: dicts of to, subject, text and sentAt."""
    files = sorted(folder().glob("*.json"), reverse=True)
    return [json.loads(file.read_text(encoding="utf-8")) for file in files[:KEPT]]
