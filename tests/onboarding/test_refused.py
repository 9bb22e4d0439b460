"""What the database refuses of codes and corrections, whoever asks for it."""

from __future__ import annotations

from django.db.models import F
from django.utils import timezone

from onboarding.models import Correction, EmailCode
from tests.make import make_client, make_code, make_link, make_staff
from tests.refused import refused


def test_an_expired_code_proves_nothing(db: None) -> None:
    make_code(make_link())

    with refused("code_is_used_before_it_expires"):
        EmailCode.objects.update(used_at=F("expires_at"))


def test_who_proposed_a_correction_that_waits_does_not_confirm_it(db: None) -> None:
    sam, client = make_staff("Support"), make_client()
    user = client.users.get()
    Correction.objects.create(client=client, user=user, email="j@new.test", why="They called", proposed_by=sam)

    with refused("a_correction_that_waited_is_confirmed_by_another"):
        Correction.objects.update(status="Done", took_two=True, decided_at=timezone.now(), decided_by=sam)
