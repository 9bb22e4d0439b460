"""Logs: a line for each request, ids and never values."""

from __future__ import annotations

import json
import logging
import sys
import threading
from collections.abc import Iterator
from io import StringIO
from typing import Any
from unittest.mock import patch

import pytest
from django.db import IntegrityError, OperationalError, connection
from django.test import Client as Browser
from procrastinate.contrib.django import app
from rest_framework.test import APIClient
from structlog.stdlib import ProcessorFormatter

from clients.models import ReferralPartnerClientLink
from edge.log_lines import Lines as Writer
from edge.log_lines import Redacts, configure_logging, hide_values_of_crashes
from onboarding.api import viewsets as clients_api
from onboarding.tasks import mail_code
from partners.models import ReferralPartner
from tests.conftest import Lines
from tests.make import make_key, make_link, registration_body
from tests.wire import send

SECRETS = {
    "name": "Zyxwvut Holding",
    "registrationNumber": "REG-98765",
    "address": "Qwertzstrasse 77",
    "zipCode": "ZIP-4321",
    "city": "Umlautingen",
    "supportEmail": "zsupport@zyx.test",
    "supportPhone": "+99 1234567",
}
ZOE = {"name": "Zoe Qxyz", "email": "zoe.qxyz@zyx.test"}
TENANT_ID = "ztenant-5150"


def test_a_request_is_one_line_that_says_what_may_be_kept(
    api: APIClient, partner: ReferralPartner, logged: Lines
) -> None:
    api.post("/clients", registration_body(), headers={"X-Request-Id": "request-7"})

    line = logged.only("request_finished")
    assert line["ms"] > 0
    assert line | {"ms": None, "time": None} == {
        "event": "request_finished",
        "logger": "debitura.requests",
        "level": "info",
        "environment": "test",
        "request_id": "request-7",
        "partner": str(partner.pk),
        "method": "POST",
        "route": "clients",
        "status": 202,
        "ms": None,
        "time": None,
    }
    assert len(logged.getvalue().splitlines()) == 1


def test_the_partner_of_one_request_is_not_in_the_line_of_the_next(api: APIClient, logged: Lines) -> None:
    api.get("/clients/nobody")
    APIClient().get("/clients/nobody")

    assert [line["partner"] is None for line in logged.all("request_finished")] == [False, True]


def test_a_method_or_address_of_the_callers_own_making_is_not_written(api: APIClient, logged: Lines) -> None:
    send(api, "SECRETMETHOD", "/secret/path")

    line = logged.only("request_finished")
    assert (line["method"], line["route"], line["status"]) == ("other", None, 404)
    assert "secret" not in logged.getvalue().lower()


def test_of_a_links_id_there_is_its_beginning(client: Browser, agreement: object, logged: Lines) -> None:
    link = make_link()

    client.get(f"/companydetails/{link.pk}")

    assert logged.only("request_finished")["link"] == str(link.pk)[:8]
    assert str(link.pk) not in logged.getvalue()


def test_no_log_holds_what_was_sent_or_is_kept(partner: ReferralPartner, agreement: object, logged: Lines) -> None:
    """New client, replay, read, 400, 401, 404, 409, 413, 503 and crash, each with values that are found again."""
    key = make_key(partner)
    api = APIClient(headers={"XApiKey": key})
    api.default_format = "json"
    body = registration_body(TENANT_ID, **SECRETS, users=[ZOE])

    statuses = [
        api.post("/clients", body).status_code,
        api.post(f"/clients?q={TENANT_ID}", body).status_code,
        api.get(f"/clients/{TENANT_ID}").status_code,
        api.get(f"/clients/{TENANT_ID}-2").status_code,
        api.get(f"/{TENANT_ID}").status_code,
        api.get("/clients", headers={"Host": f"{TENANT_ID}.test"}).status_code,
        api.post("/clients", {**body, ZOE["name"]: ZOE["email"]}).status_code,
        api.post("/clients", registration_body(f"{TENANT_ID}-3", **SECRETS, users=[ZOE])).status_code,
        send(api, "POST", "/clients", json.dumps(body).encode() * 5000).status_code,
        send(api, "POST", "/clients", json.dumps(body).encode()[:-9]).status_code,
        APIClient(headers={"XApiKey": key[:8] + key[:7:-1]}).get(f"/clients/{TENANT_ID}").status_code,
        _failing(api, body, IntegrityError(f"Key (address)=({ZOE['email']}) already exists.")).status_code,
        _failing(api, body, OperationalError(f"at {SECRETS['address']}")).status_code,
    ]

    assert statuses == [202, 202, 200, 404, 404, 400, 400, 409, 413, 400, 401, 500, 503]
    assert len(logged.all("request_finished")) == len(statuses)
    link = str(ReferralPartnerClientLink.objects.get().pk)
    kept = [*SECRETS.values(), *ZOE.values(), TENANT_ID, key, key[8:], link]
    assert [value for value in kept if value.lower() in logged.getvalue().lower()] == []


def _failing(api: APIClient, body: dict[str, Any], error: Exception) -> Any:
    with patch.object(clients_api, "onboard_client", side_effect=error):
        return api.post("/clients", body)


def test_a_crash_is_a_line_with_the_places_in_the_code(api: APIClient, partner: ReferralPartner, logged: Lines) -> None:
    api.credentials(HTTP_XAPIKEY=make_key(partner), HTTP_X_REQUEST_ID="request-7")

    assert _failing(api, registration_body(), ValueError("secret")).status_code == 500

    crash = logged.only("request_crashed")
    assert (crash["level"], crash["request_id"], crash["partner"]) == ("error", "request-7", str(partner.pk))
    assert crash["exception"] == ["ValueError"]
    assert any("onboarding/api/viewsets.py" in place and place.endswith(":create") for place in crash["places"])
    assert "secret" not in logged.getvalue()


def test_a_crash_of_a_page_is_one_line_too(client: Browser, logged: Lines) -> None:
    client.raise_request_exception = False
    with patch("debitura.docs.render", side_effect=ValueError("secret")):
        response = client.get("/docs/", headers={"X-Request-Id": "request-8"})

    assert response.status_code == 500
    assert logged.only("request_crashed")["request_id"] == "request-8"
    assert logged.only("request_crashed")["exception"] == ["ValueError"]
    assert "secret" not in logged.getvalue()


def test_a_crash_out_of_endless_recursion_is_cut_short(api: APIClient, logged: Lines) -> None:
    def recurse(**facts: Any) -> None:
        recurse(**facts)

    with patch.object(clients_api, "onboard_client", recurse):
        api.post("/clients", registration_body())

    assert len(logged.only("request_crashed")["places"]) == 40


def test_a_database_that_is_away_is_a_warning_with_its_cause(api: APIClient, logged: Lines) -> None:
    _failing(api, registration_body(), OperationalError("secret"))

    line = logged.only("database_away")
    assert (line["level"], line["cause"]) == ("warning", "OperationalError")
    assert logged.all("request_crashed") == []


def test_of_other_packages_the_sentence_is_written_and_not_what_was_filled_in(logged: Lines) -> None:
    logging.getLogger("another.package").warning("Sent to %s", "secret")
    logging.getLogger("another.package").error("It failed", exc_info=ValueError("secret"))

    assert logged.only("Sent to %s")["level"] == "warning"
    assert logged.only("It failed")["exception"] == ["ValueError"]
    assert "secret" not in logged.getvalue()


@pytest.fixture(params=[True, False], ids=["JSON", "text"])
def written(request: pytest.FixtureRequest) -> Iterator[StringIO]:
    """What a process with these logs prints."""
    formatter = configure_logging(json=request.param, environment="test")["formatters"]["structlog"]
    lines = Writer(StringIO())
    lines.setFormatter(ProcessorFormatter(**{name: value for name, value in formatter.items() if name != "()"}))
    lines.addFilter(Redacts())
    logging.getLogger().addHandler(lines)
    stream = lines.stream
    assert isinstance(stream, StringIO)
    yield stream
    logging.getLogger().removeHandler(lines)


def test_a_crash_of_an_operation_is_written_without_its_values(
    api: APIClient, written: StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    _failing(api, registration_body(**SECRETS, users=[ZOE]), ValueError(f"{ZOE['email']} is known"))

    assert_crash(written, "onboarding/api/viewsets.py")
    assert [value for value in (*SECRETS.values(), *ZOE.values()) if value in written.getvalue()] == []
    assert "Logging error" not in capfd.readouterr().err


def test_a_crash_of_a_page_is_written_without_its_values(
    client: Browser, written: StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    client.raise_request_exception = False
    with patch("debitura.docs.render", side_effect=ValueError(ZOE["email"])):
        client.get("/docs/")

    assert_crash(written, "debitura/docs.py")
    assert ZOE["email"] not in written.getvalue()
    assert "Logging error" not in capfd.readouterr().err


@pytest.fixture
def _no_job_is_left(transactional_db: None) -> Iterator[None]:
    """Emptying the database between tests leaves the queue, which is no model's."""
    yield
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")


@pytest.mark.usefixtures("_no_job_is_left")
def test_a_crash_of_a_job_is_written_without_its_values(written: StringIO, capfd: pytest.CaptureFixture[str]) -> None:
    mail_code.configure(queue="mail").defer(code_id=ZOE["email"])

    with app.replace_connector(app.connector.get_worker_connector()) as worker:  # type: ignore[attr-defined]  # Django's
        worker.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)

    said = written.getvalue()
    assert "django.core.exceptions.ValidationError" in said
    assert "onboarding/tasks.py" in said
    assert ZOE["email"] not in said
    assert "Logging error" not in capfd.readouterr().err


def assert_crash(written: StringIO, place: str) -> None:
    said = written.getvalue()
    assert "request_crashed" in said
    assert "ValueError" in said
    assert place in said


def test_a_line_that_cannot_be_written_is_told_without_its_values(
    written: StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    written.close()

    logging.getLogger("debitura").warning("Sent to %s", ZOE["email"], extra={"name_of": ZOE["name"]})

    told = capfd.readouterr().err
    assert told.startswith("debitura: a line of debitura could not be written: ValueError at ")
    assert ZOE["email"] not in told


def test_a_crash_that_nobody_caught_is_told_without_its_values(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for module, name in [(sys, "excepthook"), (sys, "unraisablehook"), (threading, "excepthook")]:
        monkeypatch.setattr(module, name, getattr(module, name))
    hide_values_of_crashes()

    crash = ValueError(ZOE["email"])
    sys.excepthook(ValueError, crash, None)
    threading.excepthook(threading.ExceptHookArgs((ValueError, crash, None, None)))

    assert capfd.readouterr().err == "debitura: ValueError at \n" * 2


@pytest.mark.parametrize("name", ["django.server", "granian.access"])
def test_access_logs_with_whole_paths_are_off(name: str, logged: Lines) -> None:
    logging.getLogger(name).error("GET /companydetails/secret")

    assert logged.getvalue() == ""


def test_statements_with_their_values_are_not_logged(db: None, logged: Lines) -> None:
    assert not logging.getLogger("django.db.backends").isEnabledFor(logging.DEBUG)
