"""201 becomes 202 and 201 again: a new version, another name, a signature set aside; on the API and on the pages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from clients.agreement_status import Current, Reason, SignAgain
from clients.invalidate_signature import invalidate_signature
from clients.models import Agreement, Client, ReferralPartnerClientLink, Signature
from clients.publish_agreement import publish_agreement
from clients.rename_client import rename_client
from edge.clock import database_time, for_people
from onboarding.journey.page_path import page_path
from onboarding.journey.steps import Step
from onboarding.models import Purpose
from onboarding.registering.onboard import find_onboarded
from onboarding.registering.outcomes import AwaitingSignature, Onboarded, Ready
from partners.models import ReferralPartner
from tests.make import make_agreement, make_client, make_link, make_signature, make_staff, registration_body
from tests.onboarding.visitor import FIRST, Visitor

AGAIN = Purpose.UPGRADE
BASE = "https://onboarding.debitura.test"
NEXT_YEAR = datetime(timezone.now().year + 1, 1, 1, tzinfo=UTC)


@pytest.fixture
def link(agreement: Agreement, partner: ReferralPartner) -> ReferralPartnerClientLink:
    """A client that has signed version 1."""
    link = make_link(partner=partner, client=make_client(admin="jane@acme.test", name="Acme A/S"))
    make_signature(link, signed_at=database_time())
    return link


def publish(**facts: Any) -> Agreement:
    required_from = facts.pop("required_from", None)
    draft = make_agreement(**{"number": 2, "summary_of_changes": "We take less.", **facts})
    publish_agreement(agreement=draft, by=make_staff("Legal"), why="Agreed", required_from=required_from)
    draft.refresh_from_db()
    return draft


def invalidate(link: ReferralPartnerClientLink, told: str = "Please let a director sign.") -> None:
    signature = link.client.signatures.get()
    invalidate_signature(signature=signature, told_client=told, by=make_staff("Legal"), why="No director")


def rename(link: ReferralPartnerClientLink, name: str = "Acme Holding A/S") -> None:
    held = Client.objects.get(pk=link.client_id).name
    rename_client(client=link.client, held=held, name=name, by=make_staff("Legal"), why="New name")


def post(api: APIClient) -> Any:
    return api.post("/clients", registration_body())


def again_url(link: ReferralPartnerClientLink) -> str:
    return f"{BASE}/ContractUpgrade/Sign/{link.pk}"


def test_a_material_version_turns_a_201_into_a_202(api: APIClient, link: ReferralPartnerClientLink) -> None:
    before = post(api)

    published = publish()

    after, read = post(api), api.get("/clients/tenant-1")
    assert (before.status_code, after.status_code, read.status_code) == (201, 202, 200)
    assert after.json() == read.json()
    assert after.json()["onboardingLinks"] == {"url": again_url(link)}
    assert after.json()["agreement"] == {
        "signedVersion": 1,
        "currentVersion": 2,
        "mustSignBy": wire(published.required_from),
        "reason": "NewVersion",
        "signUrl": again_url(link),
    }


def test_another_name_turns_a_201_into_a_202(api: APIClient, link: ReferralPartnerClientLink) -> None:
    rename(link)

    answer = post(api)

    agreement = answer.json()["agreement"]
    assert (answer.status_code, agreement["reason"]) == (202, "CreditorNameChanged")
    assert agreement["signUrl"] == again_url(link)
    assert datetime.fromisoformat(agreement["mustSignBy"]) <= timezone.now()


def test_an_invalidated_signature_turns_a_201_into_a_202(api: APIClient, link: ReferralPartnerClientLink) -> None:
    invalidate(link)

    answer = post(api)

    agreement = answer.json()["agreement"]
    assert (answer.status_code, agreement["reason"]) == (202, "AdminInvalidated")
    assert agreement["mustSignBy"] == wire(Signature.objects.get().invalidated_at)
    assert "director" not in answer.content.decode()


def test_a_version_that_is_not_material_changes_no_answer(api: APIClient, link: ReferralPartnerClientLink) -> None:
    before = post(api)

    publish(is_material=False)

    after = post(api)
    assert (after.status_code, "onboardingLinks" in after.json()) == (201, False)
    assert after.json() == {**before.json(), "agreement": {**before.json()["agreement"], "currentVersion": 2}}


def test_what_is_announced_is_told_while_the_answer_stays_a_201(
    api: APIClient, link: ReferralPartnerClientLink
) -> None:
    publish(required_from=NEXT_YEAR)

    answer = post(api)

    assert (answer.status_code, answer.json()["onboardingDone"], "onboardingLinks" in answer.json()) == (
        201,
        True,
        False,
    )
    assert answer.json()["agreement"] == {
        "signedVersion": 1,
        "currentVersion": 2,
        "mustSignBy": wire(NEXT_YEAR),
        "reason": "NewVersion",
        "signUrl": again_url(link),
    }


def test_it_is_a_202_from_the_very_second_on(link: ReferralPartnerClientLink) -> None:
    publish(required_from=NEXT_YEAR)

    before, then = find(link, NEXT_YEAR - timedelta(microseconds=1)), find(link, NEXT_YEAR)

    assert (type(before), before.status) == (Ready, Current(2, 1, NEXT_YEAR))
    assert (type(then), then.status) == (AwaitingSignature, SignAgain(2, 1, Reason.NEW_VERSION, NEXT_YEAR))


def find(link: ReferralPartnerClientLink, at: datetime) -> Onboarded:
    found = find_onboarded(partner=link.partner, external_tenant_id="tenant-1", at=at)
    assert found is not None
    return found


def wire(moment: datetime | None) -> str:
    assert moment is not None
    return moment.isoformat().replace("+00:00", "Z")


def read_again(link: ReferralPartnerClientLink) -> tuple[Visitor, str]:
    """The page on which the client signs again, and who looks at it."""
    visitor = Visitor(link, AGAIN)
    page = visitor.prove()
    assert page.redirect_chain[-1][0] == page_path(link, AGAIN, Step.AGREEMENT)
    return visitor, page.content.decode()


def test_the_page_says_why_and_what_is_different(link: ReferralPartnerClientLink) -> None:
    first = Agreement.objects.get(number=1)
    signed_at = for_people(link.client.signatures.get().signed_at)
    published = publish(text=first.text + "\n\nAll the same, we are kind.")

    _, page = read_again(link)

    assert f"It has been required since {for_people(published.published_at or NEXT_YEAR)}" in page
    assert f"version 1, which was signed on {signed_at}" in page
    assert "We take less." in page
    assert "[added: </span>All the same, we are kind.<span" in page
    assert "Something is wrong here" not in page


def test_every_version_since_is_summed_up(link: ReferralPartnerClientLink) -> None:
    publish(summary_of_changes="The second is shorter.")
    publish(number=3, summary_of_changes="A spelling mistake.", is_material=False)
    publish(number=4, summary_of_changes="The fourth is longer.")

    _, page = read_again(link)

    places = [
        page.index(each) for each in ("<h3>Version 2</h3>", "shorter", "<h3>Version 3</h3>", "spelling", "longer")
    ]
    assert places == sorted(places)


def test_the_page_shows_the_old_name_and_the_new(link: ReferralPartnerClientLink) -> None:
    rename(link)

    _, page = read_again(link)

    assert '<dt>Name when it signed</dt><dd translate="no">Acme A/S</dd>' in page
    assert '<dt>Name now</dt><dd translate="no">Acme Holding A/S</dd>' in page
    assert "word for word the one that was signed before" in page


def test_the_page_shows_the_words_of_legal_and_not_the_reason_among_staff(link: ReferralPartnerClientLink) -> None:
    invalidate(link, "Please let <b>a director</b> sign.")

    _, page = read_again(link)

    assert "Please let &lt;b&gt;a director&lt;/b&gt; sign." in page
    assert "No director" not in page


def test_after_signing_again_there_are_both_documents(link: ReferralPartnerClientLink) -> None:
    publish()
    visitor, _ = read_again(link)

    done = visitor.sign().content.decode()

    assert "The agreement is signed" in done
    assert [f"/documents/{each.pk}" in done for each in link.client.signatures.all()] == [True, True]
    assert find(link, timezone.now()).status == Current(2, 2, None)


@pytest.mark.parametrize("ends", [invalidate, rename])
def test_the_same_version_can_be_signed_again(link: ReferralPartnerClientLink, ends: Any) -> None:
    ends(link)
    visitor, _ = read_again(link)

    visitor.sign()

    assert link.client.signatures.count() == 2
    assert find(link, timezone.now()).status == Current(1, 1, None)


def test_what_is_announced_can_be_signed_early(link: ReferralPartnerClientLink) -> None:
    publish(required_from=NEXT_YEAR)
    visitor, page = read_again(link)

    visitor.sign()

    assert f"takes effect on <strong>{for_people(NEXT_YEAR)}</strong>" in page
    assert find(link, NEXT_YEAR).status == Current(2, 2, None)


def test_the_first_url_tells_of_what_is_announced_and_shows_the_documents(link: ReferralPartnerClientLink) -> None:
    publish(required_from=NEXT_YEAR)

    page = Visitor(link, FIRST).prove()

    assert page.redirect_chain[-1][0] == page_path(link, FIRST, Step.DONE)
    assert "A new version is coming" in page.content.decode()
    assert f'href="{page_path(link, AGAIN)}"' in page.content.decode()
    assert "Download the PDF" in page.content.decode()


@pytest.mark.parametrize("ends", [publish, invalidate, rename])
def test_the_first_url_leads_to_signing_again(link: ReferralPartnerClientLink, ends: Any) -> None:
    ends(**({} if ends is publish else {"link": link}))

    page = Visitor(link, FIRST).prove()

    assert page.redirect_chain[-1][0] == page_path(link, AGAIN)


def test_with_nothing_to_sign_the_page_for_signing_again_is_the_last_one(link: ReferralPartnerClientLink) -> None:
    publish(is_material=False)

    page = Visitor(link, AGAIN).prove()

    assert page.redirect_chain[-1][0] == page_path(link, AGAIN, Step.DONE)


def test_a_signature_that_is_set_aside_while_the_client_reads_is_told_and_nothing_is_lost(
    link: ReferralPartnerClientLink,
) -> None:
    publish()
    visitor, _ = read_again(link)
    shown = visitor.shown()
    rename(link)

    page = visitor.sign(**shown)

    assert "Nothing was signed" in page.content.decode()
    assert "Name when it signed" in page.content.decode()
    assert link.client.signatures.count() == 1
