"""The second factor, where it is on: no page without it, each code once."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from importlib import import_module
from io import StringIO
from typing import Any

import pytest
import time_machine
from django.apps import apps
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import IntegrityError, connection, transaction
from django.test import Client as Browser
from django_otp.oath import TOTP
from pytest_django.fixtures import Settings
from time_machine import Traveller

from edge.encryption import CannotBeUnsealed
from staff.models import SecondFactor, Staff
from staff.second_factor import enrol, verified_device
from tests.conftest import Lines
from tests.make import make_staff
from tests.race import in_thread, wait_until_blocked
from tests.rows import tables_with
from tests.staff.conftest import sign_in

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
MIGRATION = import_module("staff.migrations.0004_seal_second_factors")


@pytest.fixture(autouse=True)
def _on(settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = True


@pytest.fixture
def clock() -> Iterator[Traveller]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


@pytest.fixture
def sam(db: None) -> Staff:
    """A superuser with a second factor."""
    sam = make_staff(is_superuser=True)
    enrol(staff=sam, by=sam, why="Began today")
    return sam


def device_of(staff: Staff) -> SecondFactor:
    device: SecondFactor = SecondFactor.objects.get(user=staff)
    return device


def token(device: SecondFactor) -> str:
    """What the app on the phone shows now."""
    totp = TOTP(device.bin_key, device.step, device.t0, device.digits)
    totp.time = datetime.now(UTC).timestamp()
    return f"{totp.token():06d}"


def wrong(right: str) -> str:
    return f"{(int(right) + 1) % 1_000_000:06d}"


def status(browser: Browser) -> int:
    return browser.get("/admin/").status_code


def test_with_password_and_code_one_is_in(sam: Staff, client: Browser, clock: Traveller) -> None:
    sign_in(client, sam, otp_token=token(device_of(sam)))

    assert status(client) == 200


@pytest.mark.parametrize("typed", [{}, {"otp_token": ""}, {"otp_token": "000"}, {"otp_token": "not a code"}])
def test_without_a_code_there_is_no_page(sam: Staff, client: Browser, clock: Traveller, typed: dict[str, str]) -> None:
    answer = sign_in(client, sam, **typed)

    assert answer.status_code == 200
    assert status(client) == 302


def test_a_wrong_code_and_a_wrong_password_get_the_same_words(sam: Staff, client: Browser, clock: Traveller) -> None:
    right = token(device_of(sam))

    wrong_code = sign_in(client, sam, otp_token=wrong(right))
    wrong_password = sign_in(client, sam, password="no", otp_token=right)

    assert status(client) == 302
    assert errors(wrong_code) == errors(wrong_password)
    assert errors(wrong_code)[0].startswith("That is not right.")


def errors(answer: Any) -> list[str]:
    return list(answer.context["form"].non_field_errors())


def test_a_code_works_once(sam: Staff, client: Browser, clock: Traveller) -> None:
    code = token(device_of(sam))
    sign_in(Browser(), sam, otp_token=code)

    sign_in(client, sam, otp_token=code)

    assert status(client) == 302


def test_a_code_does_not_work_two_minutes_later(sam: Staff, client: Browser, clock: Traveller) -> None:
    code = token(device_of(sam))

    clock.shift(timedelta(minutes=2))
    sign_in(client, sam, otp_token=code)

    assert status(client) == 302


def test_who_has_no_second_factor_gets_no_page(client: Browser, db: None) -> None:
    sign_in(client, make_staff(is_superuser=True), otp_token="123456")

    assert status(client) == 302


def test_a_session_from_before_it_was_compulsory_gets_no_page(sam: Staff, client: Browser, settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = False
    sign_in(client, sam)
    before = status(client)

    settings.STAFF_SECOND_FACTOR = True

    assert (before, status(client)) == (200, 302)


def test_wrong_codes_close_the_account_as_wrong_passwords_do(sam: Staff, client: Browser, clock: Traveller) -> None:
    device = device_of(sam)

    answers = [sign_in(client, sam, otp_token=wrong(token(device))).status_code for _ in range(5)]
    sixth = sign_in(client, sam, otp_token=token(device))

    assert answers == [200, 200, 200, 200, 429]
    assert sixth.status_code == 429


def test_a_superuser_enrols_a_colleague_who_signs_in_with_what_was_shown(
    sam: Staff, client: Browser, clock: Traveller
) -> None:
    colleague = make_staff("Support")
    sign_in(client, sam, otp_token=token(device_of(sam)))

    shown = client.post(f"/admin/staff/staff/{colleague.pk}/enrol/", {"why": "Began today"}).content.decode()
    device = device_of(colleague)
    sign_in(client, colleague, otp_token=token(device))

    assert device.config_url.partition("secret=")[2].partition("&")[0] in shown.replace(" ", "")
    assert status(client) == 200


def test_a_second_factor_is_shown_once_and_is_in_no_other_page(sam: Staff, client: Browser, clock: Traveller) -> None:
    colleague = make_staff("Support")
    sign_in(client, sam, otp_token=token(device_of(sam)))
    shown = client.post(f"/admin/staff/staff/{colleague.pk}/enrol/", {"why": "Began today"})
    device = device_of(colleague)
    key = device.config_url.partition("secret=")[2].partition("&")[0]

    pages = [f"staff/staff/{colleague.pk}/{page}/" for page in ("enrol", "change", "history")]
    pages += [f"otp_totp/totpdevice/{device.pk}/{page}/" for page in ("change", "history")]
    later = "".join(client.get(f"/admin/{page}").content.decode() for page in pages)

    assert re.search(r'src="data:image/svg', shown.content.decode())
    assert "no-store" in shown.headers["Cache-Control"]
    assert key not in later.replace(" ", "")
    assert device.key not in later


def test_enrolling_takes_a_reason_and_is_in_the_history(sam: Staff, client: Browser, clock: Traveller) -> None:
    sign_in(client, sam, otp_token=token(device_of(sam)))
    colleague = make_staff("Support")

    without = client.post(f"/admin/staff/staff/{colleague.pk}/enrol/", {"why": " "})
    none = SecondFactor.objects.filter(user=colleague).count()
    client.post(f"/admin/staff/staff/{colleague.pk}/enrol/", {"why": "Lost the phone"})
    history = client.get(f"/admin/staff/staff/{colleague.pk}/history/").content.decode()

    assert (without.status_code, none) == (200, 0)
    assert "Enrolled a second factor" in history
    assert "Lost the phone" in history


def test_a_new_second_factor_ends_the_sessions_of_the_one_before(sam: Staff, client: Browser, clock: Traveller) -> None:
    sign_in(client, sam, otp_token=token(device_of(sam)))

    enrol(staff=sam, by=sam, why="Lost the phone")

    assert status(client) == 302


def test_the_first_superuser_is_enrolled_by_command(capsys: pytest.CaptureFixture[str], db: None) -> None:
    sam = make_staff(is_superuser=True)

    call_command("enrol_second_factor", sam.email)

    assert device_of(sam).config_url in capsys.readouterr().out


def test_the_command_names_an_account_that_is_not_there(db: None) -> None:
    with pytest.raises(CommandError, match="no account"):
        call_command("enrol_second_factor", "nobody@debitura.test")


def test_the_key_is_in_no_table_and_no_log(sam: Staff, client: Browser, clock: Traveller, logged: Lines) -> None:
    device = device_of(sam)
    sign_in(client, sam, otp_token=wrong(token(device)))
    clock.shift(timedelta(minutes=1))
    sign_in(client, sam, otp_token=token(device))
    typed = device.config_url.partition("secret=")[2].partition("&")[0]

    assert status(client) == 200
    assert not tables_with(device.bin_key.hex())
    assert not tables_with(typed)
    assert device.bin_key.hex() not in logged.getvalue()
    assert typed not in logged.getvalue()


def test_a_key_in_clear_is_refused_by_the_database(sam: Staff) -> None:
    with pytest.raises(IntegrityError, match="key_of_a_second_factor_is_encrypted"):
        SecondFactor.objects.update(key="ab" * 20)


def test_a_key_that_is_moved_to_another_account_opens_nothing(sam: Staff, clock: Traveller) -> None:
    colleague = make_staff("Support")
    code = token(device_of(sam))
    SecondFactor.objects.update(user=colleague)

    with pytest.raises(CannotBeUnsealed, match=f"staff {colleague.pk}"):
        verified_device(colleague, code)


def test_keys_of_before_are_encrypted_by_the_migration_and_go_on_fitting(sam: Staff, clock: Traveller) -> None:
    device = device_of(sam)
    code, key = token(device), device.bin_key.hex()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE otp_totp_totpdevice DROP CONSTRAINT key_of_a_second_factor_is_encrypted")
    SecondFactor.objects.update(key=key)

    MIGRATION.seal_keys(apps, None)

    assert not tables_with(key)
    assert verified_device(sam, code) == device


def test_a_new_key_is_taken_into_use_in_three_steps(sam: Staff, settings: Settings, clock: Traveller) -> None:
    before, key = settings.ENCRYPTION_KEYS, bytes(range(64))
    code = token(device_of(sam))

    settings.ENCRYPTION_KEYS = [key, *before]
    said = [resealed(), resealed()]
    settings.ENCRYPTION_KEYS = [key]

    assert said == ["second factors: 1 encrypted anew\n", "second factors: 0 encrypted anew\n"]
    assert verified_device(sam, code) is not None


def test_the_command_names_what_none_of_the_keys_opens(sam: Staff, settings: Settings) -> None:
    settings.ENCRYPTION_KEYS = [bytes(range(64))]

    with pytest.raises(CommandError, match=f"second factor of staff {sam.pk}"):
        resealed()


def resealed() -> str:
    said = StringIO()
    call_command("reseal_secrets", stdout=said)
    return said.getvalue()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_with_the_same_code_are_judged_one_after_the_other() -> None:
    sam = make_staff(is_superuser=True)
    device = enrol(staff=sam, by=sam, why="Began today")
    code = token(device)

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first = verified_device(sam, code)
            second = in_thread(pool, lambda: verified_device(sam, code))
            wait_until_blocked()
        found = [first, second.result(timeout=10)]

    assert found == [device, None]
