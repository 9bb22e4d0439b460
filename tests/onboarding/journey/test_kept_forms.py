"""What was typed when the proof had run out is not lost."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import F

from clients.models import Client
from onboarding.journey.steps import Step
from onboarding.models import KeptForm
from onboarding.tasks import forget_kept_forms
from tests.onboarding.journey.conftest import age_proofs, has_text, shows
from tests.onboarding.visitor import Visitor, people_fields


def test_what_was_typed_without_a_proof_is_shown_after_the_next_code(visitor: Visitor) -> None:
    visitor.prove()
    age_proofs(hours=1)

    sent_back = visitor.confirm_company(name="Typed A/S", city="Typed city")
    page = visitor.prove()

    assert shows(sent_back, None)
    assert has_text(sent_back, "what you typed is kept")
    assert shows(page, Step.COMPANY)
    assert has_text(page, 'value="Typed A/S"')
    assert Client.objects.get().name == "Acme A/S"


def test_kept_people_and_a_kept_signature_are_shown_too(visitor: Visitor) -> None:
    visitor.come_to_the_agreement()
    age_proofs(hours=1)
    visitor.post(Step.AGREEMENT, version="1", details="x", full_name="Jane Typed", consent="on")
    signing = visitor.prove()
    age_proofs(hours=1)
    visitor.post(Step.USERS, **people_fields(visitor.link, ("Ib Typed", "ib@acme.test")))
    people = visitor.prove()

    assert has_text(signing, 'value="Jane Typed"')
    assert "checked" not in signing.content.decode()
    assert has_text(people, 'value="Ib Typed"')


def test_what_was_kept_is_forgotten_once_it_is_saved(visitor: Visitor) -> None:
    visitor.prove()
    age_proofs(hours=1)
    visitor.confirm_company(name="Typed A/S")
    visitor.prove()

    visitor.confirm_company(name="Saved A/S")

    assert not KeptForm.objects.exists()
    assert Client.objects.get().name == "Saved A/S"


def test_what_was_kept_is_forgotten_after_a_day(visitor: Visitor) -> None:
    visitor.prove()
    age_proofs(hours=1)
    visitor.confirm_company(name="Typed A/S")

    KeptForm.objects.update(kept_at=F("kept_at") - timedelta(days=1))
    forget_kept_forms(timestamp=0)

    assert not KeptForm.objects.exists()
