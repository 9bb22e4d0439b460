"""Who is done leaves nothing behind in the browser."""

from __future__ import annotations

from typing import Any

from django.test import Client as Http

from clients.models import Client, Signature
from onboarding.journey.steps import STEPS, Step
from onboarding.models import EmailCode, KeptForm
from tests.make import make_client, make_link
from tests.onboarding.journey.conftest import age_proofs, has_text, shows
from tests.onboarding.visitor import FIRST, Visitor
from tests.rows import everything


def leave(visitor: Visitor) -> Any:
    return visitor.http.post(f"{visitor.path()}/leave", follow=True)


def names_in(visitor: Visitor) -> list[str]:
    """The names that the browser has been given and still holds."""
    return [morsel.value for name, morsel in visitor.http.cookies.items() if "browser" in name and morsel.value]


def test_who_is_done_leaves_nothing_for_the_next_at_the_same_computer(visitor: Visitor) -> None:
    visitor.prove()
    end, left = leave(visitor), names_in(visitor)

    assert has_text(end, "<h1>You are done here</h1>")
    assert not has_text(end, "Acme")
    assert all(shows(visitor.get(step), None) for step in (None, *STEPS[FIRST]))
    assert left == []
    assert EmailCode.objects.get().lapsed_at is not None


def test_a_page_that_is_still_open_does_nothing_any_more(visitor: Visitor) -> None:
    visitor.come_to_the_agreement()
    fields = {**visitor.shown(), "full_name": "Jane Ann Doe", "consent": "on"}
    kept = {name: morsel.value for name, morsel in visitor.http.cookies.items()}

    leave(visitor)
    visitor.http.cookies.load(kept)

    assert shows(visitor.post(Step.AGREEMENT, **fields), None)
    assert not Signature.objects.exists()


def test_what_was_typed_and_not_saved_is_forgotten(visitor: Visitor) -> None:
    visitor.prove()
    age_proofs(minutes=61)
    visitor.confirm_company(name="Acme Holding A/S")
    before = KeptForm.objects.count()

    leave(visitor)

    assert (before, KeptForm.objects.count()) == (1, 0)


def test_what_was_saved_stays_and_another_code_leads_on(visitor: Visitor) -> None:
    visitor.prove()
    visitor.confirm_company(name="Acme Holding A/S")

    leave(visitor)

    assert shows(visitor.prove(), Step.USERS)
    assert Client.objects.get().name == "Acme Holding A/S"


def test_being_done_ends_all_that_this_browser_has_proven_and_nothing_elsewhere(visitor: Visitor) -> None:
    other = Visitor(make_link(client=make_client(admin="ib@other.test")))
    other.http = visitor.http
    elsewhere = Visitor(visitor.link)
    visitor.prove()
    other.prove()
    elsewhere.prove()

    leave(visitor)

    assert shows(other.get(Step.COMPANY), None)
    assert shows(elsewhere.get(Step.COMPANY), Step.COMPANY)


def test_one_is_done_on_every_page_after_the_proof_and_not_before(visitor: Visitor) -> None:
    before = visitor.get()
    pages = [visitor.prove(), visitor.confirm_company(), visitor.confirm_people(), visitor.sign()]

    assert not has_text(before, "I am done")
    assert all(has_text(page, "I am done") for page in pages)


def test_looking_at_the_page_of_the_end_ends_nothing(visitor: Visitor) -> None:
    visitor.prove()

    assert shows(visitor.http.get(f"{visitor.path()}/leave", follow=True), Step.COMPANY)


def test_who_has_proven_nothing_is_done_already(visitor: Visitor) -> None:
    before = everything()

    assert has_text(leave(visitor), "You are done here")
    assert everything() == before


def test_the_cookie_is_for_this_site_alone(visitor: Visitor) -> None:
    visitor.prove()

    [cookie] = [morsel for name, morsel in visitor.http.cookies.items() if "browser" in name]

    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


def test_a_cookie_that_is_not_from_us_is_nobody(visitor: Visitor) -> None:
    visitor.prove()
    [(name, morsel)] = [(name, morsel) for name, morsel in visitor.http.cookies.items() if "browser" in name]
    forged = Http()
    forged.cookies[name] = morsel.value.split(":")[0] + ":x:y"

    assert forged.get(visitor.path(Step.COMPANY)).status_code == 302
