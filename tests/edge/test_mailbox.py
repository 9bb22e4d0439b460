"""An address stands for one mailbox however it is written, and mail goes to that mailbox and to no other."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.mail import EmailMessage, mailers
from django.test import override_settings
from email_validator import EmailNotValidError
from pydantic_core import PydanticCustomError

from debitura.settings import SMTP
from edge.mailbox import mailbox, normal_address, read_email
from onboarding.models import Purpose
from onboarding.proof.email_codes import request_code
from tests.conftest import deliver_mail
from tests.make import make_client, make_link
from tests.smtp import mail_server

LUMIERE = "admin@lumiere.example"


@pytest.mark.parametrize(
    "written",
    [
        "ADMIN@Lumiere.Example",
        " admin@lumiere.example\r\n",
        "admin@lumiere。example",
        "admin@lumiere．example",
        "admin@lumiere｡example",
        "admin@ｌｕｍｉｅｒｅ.example",
        "admin@lum\ufe00iere.example",
        "admin@lum\u034fiere.example",
        "admin@lum\U000e0100iere.example",
        "admin@lum\u3164iere.example",
    ],
)
def test_a_mailbox_has_one_key(written: str) -> None:
    assert normal_address(read_email(written)) == normal_address(LUMIERE)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("u@straße.example", "u@strasse.example"),
        ("u@βόλος.example", "u@βόλοσ.example"),
        ("u@bücher.example", "u@bucher.example"),
        ("u+a@acme.test", "u@acme.test"),
        ("u.a@acme.test", "ua@acme.test"),
    ],
)
def test_two_mailboxes_have_two_keys(one: str, other: str) -> None:
    assert normal_address(read_email(one)) != normal_address(read_email(other))


@pytest.mark.parametrize(
    ("written", "place"),
    [
        ("Kari@Straße-Bau.example", "Kari@xn--strae-bau-j1a.example"),
        ("u@xn--strae-oqa.example", "u@xn--strae-oqa.example"),
        ("u@XN--BCHER-KVA.example", "u@xn--bcher-kva.example"),
        ("u@βόλος.example", "u@xn--nxasmm1c.example"),
        ("o'brien+k&b@acme.test", "o'brien+k&b@acme.test"),
    ],
)
def test_mail_goes_to_the_domain_that_is_written(written: str, place: str) -> None:
    assert mailbox(written) == place


@pytest.mark.parametrize("written", ["=?utf-8?q?jane?=@acme.test", "jürgen@acme.test", "u@xn--a-ecp.example", "u@acme"])
def test_what_mail_cannot_be_sent_to_is_refused(written: str) -> None:
    with pytest.raises(PydanticCustomError):
        read_email(written)
    with pytest.raises(EmailNotValidError):
        mailbox(written)


def test_what_is_no_address_is_nobodys() -> None:
    assert normal_address(" Not an Address ") == "not an address"
    assert normal_address("\u0301\u0323" * 500_000) == "\u0301\u0323" * 500_000


@pytest.mark.parametrize("written", ["u@straße.example", "u@lumiere。example", "u@βόλος.example"])
def test_every_backend_is_handed_the_mailbox_itself(db: None, agreement: object, written: str) -> None:
    """Django encodes what is no ASCII by IDNA 2003, which would mail the code to strasse.example."""
    link = make_link(client=make_client(admin=read_email(written)))
    request_code(about=link, purpose=Purpose.FIRST_SIGNING, browser="a")
    [mail] = deliver_mail()

    assert mail.to == [mailbox(written)]
    assert _delivered_by_smtp(mail) == [mailbox(written)]
    assert _handed_to_a_provider(mail) == [mailbox(written)]


def _delivered_by_smtp(mail: EmailMessage) -> list[str]:
    with mail_server() as server:
        _send_by(mail, SMTP, {"host": "127.0.0.1", "port": server.port, "timeout": 5})
    return server.recipients


def _handed_to_a_provider(mail: EmailMessage) -> list[str]:
    _send_by(mail, "anymail.backends.test.EmailBackend", {})
    recipients: list[str] = [address.addr_spec for address in mail.anymail_test_params["to"]]  # type: ignore[attr-defined]
    return recipients


def _send_by(mail: EmailMessage, backend: str, options: dict[str, Any]) -> None:
    with override_settings(MAILERS={"default": {"BACKEND": backend, "OPTIONS": options}}):
        mailers.default.send_messages([mail])
