"""Pages for clients: the way through them, and what happens off the way."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db.models import F
from django.test import Client as Http
from django.utils import timezone

from clients.models import Agreement, Client, ReferralPartnerClientLink, Signature
from clients.models.client import Role
from clients.publish_agreement import publish_agreement
from onboarding.journey.page_path import page_path
from onboarding.journey.steps import STEPS, Step
from onboarding.models import EmailCode, KeptForm, Purpose
from onboarding.proof import email_codes
from onboarding.proof.email_codes import UNPROVEN_PER_HOUR
from onboarding.tasks import forget_kept_forms
from partners.models import ReferralPartner
from tests.conftest import deliver_mail
from tests.make import make_agreement, make_client, make_link, make_partner, make_signature, make_staff, make_user
from tests.onboarding.translation import without_marks_for_translators
from tests.onboarding.visitor import FIRST, Visitor, company_fields, mailed_code, people_fields
from tests.rows import everything

BACK = "https://app.ledgerly.test/done"
TITLES = {
    None: "Confirm your e-mail address",
    Step.COMPANY: "Check your company’s details",
    Step.USERS: "Who works with this?",
    Step.AGREEMENT: "Read and sign",
    Step.DONE: "The agreement is signed",
}


@pytest.fixture
def link(agreement: Agreement, partner: ReferralPartner) -> ReferralPartnerClientLink:
    partner.return_hosts = ["app.ledgerly.test"]
    partner.save()
    return make_link(partner=partner, client=make_client(admin="jane@acme.test", name="Acme A/S"))


@pytest.fixture
def visitor(link: ReferralPartnerClientLink) -> Visitor:
    return Visitor(link)


def shows(response: Any, step: Step | None) -> bool:
    return f"<h1>{TITLES[step]}" in response.content.decode()


def age_proofs(**by: float) -> None:
    EmailCode.objects.update(used_at=F("used_at") - timedelta(**by))


def has_text(response: Any, text: str) -> bool:
    return text in without_marks_for_translators(re.sub(r"\s+", " ", response.content.decode()))


# --- The way ----------------------------------------------------------------------------------------


def test_each_step_leads_to_the_next_and_the_last_to_the_document(visitor: Visitor) -> None:
    assert shows(visitor.get(), None)
    assert shows(visitor.prove(), Step.COMPANY)
    assert shows(visitor.confirm_company(name="Acme Holding A/S"), Step.USERS)
    assert shows(visitor.confirm_people(("Ib Berg", "ib@acme.test")), Step.AGREEMENT)
    assert shows(visitor.sign(), Step.DONE)

    signature = Signature.objects.get()
    assert (signature.company_name, signature.signer_name) == ("Acme Holding A/S", "Jane Ann Doe")
    pdf = visitor.http.get(f"{visitor.path()}/documents/{signature.pk}")
    assert pdf.headers["Content-Type"] == "application/pdf"
    assert pdf.content == bytes(signature.document.pdf)


@pytest.mark.parametrize("step", [Step.USERS, Step.AGREEMENT, Step.DONE])
def test_no_step_can_be_skipped(visitor: Visitor, step: Step) -> None:
    visitor.prove()

    assert shows(visitor.get(step), Step.COMPANY)


@pytest.mark.parametrize("step", [Step.COMPANY, Step.USERS])
def test_one_can_go_back_until_it_is_signed(visitor: Visitor, step: Step) -> None:
    visitor.come_to_the_agreement()
    before = shows(visitor.get(step), step)

    visitor.sign()

    assert before
    assert shows(visitor.get(step), Step.DONE)


def test_coming_back_goes_on_where_it_stopped(visitor: Visitor) -> None:
    visitor.prove()
    visitor.confirm_company()
    again = Visitor(visitor.link)

    assert shows(again.prove(), Step.USERS)


def test_a_second_click_on_sign_shows_the_end_again(visitor: Visitor) -> None:
    visitor.come_to_the_agreement()
    fields = {**visitor.shown(), "full_name": "Jane Ann Doe", "consent": "on"}

    visitor.post(Step.AGREEMENT, **fields)

    assert shows(visitor.post(Step.AGREEMENT, **fields), Step.DONE)
    assert Signature.objects.count() == 1


def test_the_pages_of_an_inactive_partner_go_on(visitor: Visitor) -> None:
    ReferralPartner.objects.update(is_active=False)

    visitor.come_to_the_agreement()

    assert shows(visitor.sign(), Step.DONE)


def test_a_later_version_is_signed_without_the_companys_details(link: ReferralPartnerClientLink) -> None:
    make_signature(link)
    publish(make_agreement(summary_of_changes="The fee for old claims is lower."))
    visitor = Visitor(link, Purpose.UPGRADE)

    page = visitor.prove()
    done = visitor.sign()

    assert shows(page, Step.AGREEMENT)
    assert has_text(page, "The fee for old claims is lower.")
    assert shows(done, Step.DONE)
    assert done.content.decode().count("Download the PDF") == 2
    assert visitor.get(Step.COMPANY).status_code == 200


def publish(draft: Agreement) -> None:
    publish_agreement(agreement=draft, by=make_staff("Legal"), why="New fees")


# --- The other URL ---


def test_a_client_that_never_signed_cannot_sign_by_the_url_for_signing_again(link: ReferralPartnerClientLink) -> None:
    visitor = Visitor(link, Purpose.UPGRADE)

    page = visitor.prove()
    posted = visitor.http.post(visitor.path(Step.AGREEMENT), {"version": 1, "details": "x", "full_name": "J"})

    assert page.redirect_chain[-1][0] == page_path(link, FIRST)
    assert posted.headers["Location"] == page_path(link, FIRST)
    assert not Signature.objects.exists()


@pytest.mark.parametrize("step", [Step.COMPANY, Step.USERS, Step.AGREEMENT])
def test_a_client_that_must_sign_again_is_led_on_from_its_first_url(
    link: ReferralPartnerClientLink, step: Step
) -> None:
    make_signature(link)
    publish(make_agreement(summary_of_changes="New."))
    visitor = Visitor(link)
    visitor.prove()
    before = everything()

    shown = visitor.get(step)
    visitor.confirm_company(name="Totally other A/S")
    visitor.confirm_people(("Ib Berg", "ib@acme.test"))

    assert shown.redirect_chain[-1][0] == page_path(link, Purpose.UPGRADE)
    assert everything() == before


# --- What was not shown -----------------------------------------------------------------------------


def test_a_version_published_meanwhile_is_shown_instead_of_signed(visitor: Visitor) -> None:
    visitor.come_to_the_agreement()
    fields = {**visitor.shown(), "full_name": "Jane Ann Doe", "consent": "on"}
    publish(make_agreement(summary_of_changes="New.", text="## 1. New\n\nSomething that is new."))

    page = visitor.post(Step.AGREEMENT, **fields)

    assert has_text(page, "A new version of the agreement was published while you were reading.")
    assert has_text(page, "Something that is new.")
    assert not Signature.objects.exists()
    assert shows(visitor.sign(), Step.DONE)


def test_details_changed_meanwhile_are_shown_instead_of_signed(visitor: Visitor) -> None:
    visitor.come_to_the_agreement()
    fields = {**visitor.shown(), "full_name": "Jane Ann Doe", "consent": "on"}
    Client.objects.update(name="Renamed A/S")

    page = visitor.post(Step.AGREEMENT, **fields)

    assert has_text(page, "The company’s details were changed while you were reading.")
    assert has_text(page, "Renamed A/S")
    assert not Signature.objects.exists()


@pytest.mark.parametrize(
    ("missing", "complaint"),
    [("full_name", "Type your full name."), ("consent", "Tick the box if you have read the agreement")],
)
def test_a_signature_has_a_name_and_the_consent(visitor: Visitor, missing: str, complaint: str) -> None:
    visitor.come_to_the_agreement()

    page = visitor.sign(**{missing: ""})

    assert has_text(page, complaint)
    assert not Signature.objects.exists()


# --- What was typed is not lost ---------------------------------------------------------------------


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


# --- Codes ------------------------------------------------------------------------------------------


def test_wrong_codes_are_counted_before_the_visitor(visitor: Visitor) -> None:
    visitor.post(None, send="first")

    pages = [visitor.post(code="WRONG234") for _ in range(6)]

    assert has_text(pages[0], "That is not the code. You have 4 more tries.")
    assert has_text(pages[3], "You have one more try.")
    assert has_text(pages[4], "for the fifth time")
    assert has_text(pages[5], "This code cannot be used any more.")


def test_too_many_codes_are_refused_in_words(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(email_codes, "SECOND_CLICK", timedelta(0))
    pages = [visitor.post(None, send="again") for _ in range(6)]

    assert has_text(pages[5], "You have asked for many codes.")


def test_who_cannot_get_at_the_address_is_told_what_to_do(visitor: Visitor) -> None:
    assert has_text(visitor.get(), "I cannot get at this address")


# --- People -----------------------------------------------------------------------------------------


def test_a_row_can_be_added_and_taken_away_without_a_script(visitor: Visitor) -> None:
    visitor.prove()
    visitor.confirm_company()
    fields = people_fields(visitor.link, ("Ib Berg", "ib@acme.test"), signs=1)

    added = visitor.post(Step.USERS, **fields, add="1").content.decode()
    removed = visitor.post(Step.USERS, **fields, remove="0").content.decode()

    assert added.count("<fieldset") == 3
    assert "Enter the person" not in added
    assert removed.count("<fieldset") == 1
    assert 'value="Ib Berg"' in removed
    assert "checked" in removed


def test_the_same_address_twice_is_refused_beside_both(visitor: Visitor) -> None:
    visitor.prove()
    visitor.confirm_company()

    page = visitor.confirm_people(("Ib Berg", "JANE@acme.test"))

    assert page.content.decode().count("Two people have this address. Each needs one of their own.</p>") == 1
    assert page.content.decode().count("Two people have this address") == 3


@pytest.mark.parametrize("charset", ["rot13", "hex", "unicode_escape", "utf-7"])
def test_a_form_in_another_charset_is_refused(visitor: Visitor, charset: str) -> None:
    kind = f"multipart/form-data; boundary=q; charset={charset}"
    form = b'--q\r\nContent-Disposition: form-data; name="send"\r\n\r\n1\r\n--q--'

    answer = visitor.http.generic("POST", visitor.path(), form, kind)

    assert answer.status_code == 400


def test_a_form_with_a_large_file_is_refused_before_it_is_read(visitor: Visitor) -> None:
    with SimpleUploadedFile("large", b"x" * 1_000_001) as large:
        answer = visitor.http.post(visitor.path(), {"send": "1", "file": large})

    assert answer.status_code == 413


WEIRD = [
    "",
    "\0",
    "\u202eevil",
    "9" * 5000,
    "-1",
    "3",
    "\u0663",
    "1e9",
    "9" * 20,
    "x" * 100_000,
    "\ufdfa" * 200,
    "\u0378" * 9,
]


@pytest.mark.slow
@pytest.mark.parametrize("typed", WEIRD, ids=range(len(WEIRD)))
def test_no_forged_form_is_a_crash(visitor: Visitor, typed: str) -> None:
    unproven = [visitor.post(None, **{field: typed}) for field in ("code", "send", "return_url")]
    visitor.prove()
    company = company_fields(visitor.link)
    companies = [visitor.post(Step.COMPANY, **{**company, field: typed}) for field in company]
    visitor.confirm_company(**company)
    people = {**people_fields(visitor.link), "remove": None, "add": None}
    rows = [visitor.post(Step.USERS, **{**people_fields(visitor.link), field: typed}) for field in people]
    visitor.confirm_people()
    signing = {**visitor.shown(), "full_name": "Jane", "consent": "on"}
    signed = [visitor.post(Step.AGREEMENT, **{**signing, field: typed}) for field in signing]

    assert {page.status_code for page in [*unproven, *companies, *rows, *signed]} <= {200, 400}


def test_a_row_that_was_left_empty_is_a_mistake(visitor: Visitor) -> None:
    visitor.prove()
    visitor.confirm_company()

    page = visitor.post(Step.USERS, **{**people_fields(visitor.link), "form-TOTAL_FORMS": "2"})

    assert has_text(page, "Person 2, name: Enter the person’s name.")


def test_somebody_must_sign(visitor: Visitor) -> None:
    visitor.prove()
    visitor.confirm_company()

    assert has_text(visitor.confirm_people(signs=7), "Choose who signs the agreement.")


def test_somebody_else_signs_with_a_code_of_their_own(visitor: Visitor) -> None:
    visitor.prove()
    visitor.confirm_company()

    told = visitor.confirm_people(("Ann Bell", "ann@acme.test"), signs=1)
    ann = Visitor(visitor.link)

    assert has_text(told, f"https://onboarding.debitura.test{visitor.path()}")
    assert shows(visitor.get(Step.AGREEMENT), None)
    assert shows(ann.prove(), Step.AGREEMENT)
    ann.sign(full_name="Ann Bell")
    assert Signature.objects.get().signer_email == "ann@acme.test"


@pytest.mark.parametrize("step", [Step.COMPANY, Step.USERS])
def test_an_address_of_another_company_is_refused_without_saying_whose(visitor: Visitor, step: Step) -> None:
    make_client(name="Secret Owner A/S", support_email="taken@other.test")
    visitor.prove()
    if_company = company_fields(visitor.link) | {"support_email": "taken@other.test"}
    people = people_fields(visitor.link, ("Ib Berg", "taken@other.test"))
    visitor.confirm_company()

    page = visitor.post(step, **{Step.COMPANY: if_company, Step.USERS: people}[step])

    assert has_text(page, "This address cannot be used here. Please contact support.")
    assert not has_text(page, "Secret Owner")


def test_fifty_people_are_enough(visitor: Visitor) -> None:
    visitor.prove()
    visitor.confirm_company()
    crowd = [(f"Person {number}", f"p{number}@acme.test") for number in range(49)]

    full = visitor.post(Step.USERS, **people_fields(visitor.link, *crowd), add="1").content.decode()

    assert full.count("<fieldset") == 50
    assert shows(visitor.confirm_people(*crowd), Step.AGREEMENT)


# --- The company ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("field", "typed", "complaint"),
    [
        ("name", "", "Enter the company’s name."),
        ("name", "\u200b", "Enter the company’s name."),
        ("name", "x" * 201, "At most 200 characters"),
        ("name", "two\x07bells", "Control characters"),
        ("country", "XX", "Choose a country from the list."),
        ("support_email", "nobody", "This is not an e-mail address."),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_on_top(
    visitor: Visitor, field: str, typed: str, complaint: str
) -> None:
    visitor.prove()

    page = visitor.confirm_company(**{field: typed}).content.decode()

    assert "Please look at this again" in page
    assert re.search(f'<a href="#id_{field}">[^<]*{complaint}', page)
    assert re.search(f'<p class="fault" id="id_{field}_error">[^<]*{complaint}', page)
    assert Client.objects.get().details_confirmed_at is None


# --- Back to the partner ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["returnUrl", "ReturnURL"])
def test_the_end_leads_back_to_the_partner(visitor: Visitor, name: str) -> None:
    page = visitor.get(None, **{name: BACK}).content.decode()
    [hidden] = re.findall(r'name="return_url" value="([^"]*)"', page)
    visitor.prove(return_url=hidden)
    visitor.confirm_company()
    visitor.confirm_people()

    done = visitor.sign()

    assert has_text(done, f'href="{BACK}"')


def test_where_to_go_back_to_outlives_a_second_code(visitor: Visitor) -> None:
    visitor.prove(return_url=BACK)
    age_proofs(hours=1)
    visitor.come_to_the_agreement()

    assert has_text(visitor.sign(), f'href="{BACK}"')


def test_a_foreign_address_is_not_led_to(visitor: Visitor) -> None:
    visitor.prove(return_url="https://evil.test/")
    visitor.confirm_company()
    visitor.confirm_people()

    assert not has_text(visitor.sign(), "evil.test")


# --- Nothing there ----------------------------------------------------------------------------------


def test_unknown_archived_and_malformed_ids_look_alike(link: ReferralPartnerClientLink) -> None:
    archived = make_link(client=make_client(), tenant_id="tenant-2", archived_at=timezone.now() + timedelta(days=1))
    ids = [str(uuid4()), str(archived.pk), "not-an-id", str(link.pk)[:-1]]

    answers = [Http().get(f"/companydetails/{each}", headers={"accept": "text/html"}) for each in ids]

    assert {answer.status_code for answer in answers} == {404}
    assert len({re.sub(r"[0-9a-f]{32}", "", answer.content.decode()) for answer in answers}) == 1


def test_a_document_of_another_company_does_not_exist(visitor: Visitor) -> None:
    other = make_link(client=make_client(), tenant_id="tenant-2")
    foreign = make_signature(other)
    visitor.prove()

    assert visitor.http.get(f"{visitor.path()}/documents/{foreign.pk}").status_code == 404


def test_the_brands_stylesheet_is_of_the_partner_alone(db: None) -> None:
    partner = make_partner(background_colour="#ffee00", font_colour="#ffffff", font_family="'Open Sans', serif")

    style = Http().get(f"/brand/{partner.pk}.css")

    assert style.headers["Content-Type"].startswith("text/css")
    assert "--band: #ffee00;" in style.content.decode()
    assert "--brand-font: 'Open Sans', serif;" in style.content.decode()
    assert Http().get(f"/brand/{uuid4()}.css").status_code == 404


# --- Strangers --------------------------------------------------------------------------------------

NOBODY_KNOWS: dict[str, Any] = {
    "name": "Distinctive Company Name",
    "registration_number": "REG-DISTINCT",
    "address": "Distinct Street 7",
    "zip_code": "ZIP-DST",
    "city": "Distinctville",
    "state": "Distinctstate",
    "support_email": "distinct-office@acme.test",
    "support_phone": "+45 99 88 77 66",
}
ADMIN = "distinct-jane@acme.test"
ENDINGS = ["", "/company", "/users", "/agreement", "/done", "/handed-over", "/leave", "/documents/{signature}"]
FORMS: dict[str, dict[str, str]] = {
    "": {"code": "WRONG234"},
    "/company": {"name": "Evil", "country": "DK", "support_email": "evil@evil.test"},
    "/users": {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-name": "Evil", "form-0-email": "e@e.test"},
    "/agreement": {"version": "1", "details": "0" * 64, "full_name": "Evil", "consent": "on"},
}


@pytest.fixture
def secret(agreement: Agreement) -> ReferralPartnerClientLink:
    return make_link(client=make_client(admin=ADMIN, **NOBODY_KNOWS))


@pytest.fixture
def paths(secret: ReferralPartnerClientLink) -> list[str]:
    """Every page of a client that has signed, of both purposes."""
    signature = make_signature(secret)
    return [
        page_path(secret, purpose) + ending.format(signature=signature.pk) for purpose in STEPS for ending in ENDINGS
    ]


def test_every_page_of_the_journey_is_among_these() -> None:
    assert {f"/{step}" for steps in STEPS.values() for step in steps} <= set(ENDINGS)


@pytest.mark.parametrize("method", ["get", "head", "options", "post", "put", "patch", "delete"])
def test_a_stranger_with_the_url_learns_and_changes_nothing(
    secret: ReferralPartnerClientLink, paths: list[str], method: str
) -> None:
    values = [*NOBODY_KNOWS.values(), ADMIN, "Jane Ann Doe", str(secret.client_id), secret.external_tenant_id]
    before = everything()

    answers = [
        getattr(Http(), method)(path, FORMS.get(re.sub(".*/[0-9a-f-]{36}", "", path), {}), follow=True)
        for path in paths
    ]

    said = "".join(f"{answer.headers}{answer.content.decode()}" for answer in answers)
    assert [value for value in values if value in said] == []
    assert everything() == before


def test_a_stranger_cannot_tell_a_signed_client_from_a_new_one(secret: ReferralPartnerClientLink) -> None:
    def look() -> list[tuple[int, str, str]]:
        pages = [Http().get(page_path(secret, FIRST) + ending) for ending in ENDINGS[:-1]]
        return [
            (page.status_code, page.headers.get("Location", ""), re.sub('value="[^"]{64}"', "", page.content.decode()))
            for page in pages
        ]

    before = look()
    make_signature(secret)

    assert look() == before


def test_a_code_that_a_stranger_asks_for_goes_to_the_client(secret: ReferralPartnerClientLink) -> None:
    stranger = Visitor(secret)

    page = stranger.post(None, send="first")

    assert ADMIN not in page.content.decode()
    assert EmailCode.objects.get().address == ADMIN


def test_a_creditor_user_gets_no_code(secret: ReferralPartnerClientLink) -> None:
    secret.client.users.update(role=Role.CREDITOR_USER)

    with_admin, without = Visitor(make_link(partner=secret.partner, tenant_id="t-2")), Visitor(secret)

    answers = [visitor.post(None, send="first").content.decode() for visitor in (with_admin, without)]

    assert [mail.to for mail in deliver_mail()] == [[with_admin.link.client.users.get().email]]
    assert _without_tokens(answers[0], with_admin) == _without_tokens(answers[1], without)


def _without_tokens(page: str, visitor: Visitor) -> str:
    return re.sub(r'value="\w{64}"', "", page.replace(str(visitor.link.pk), ""))


# --- Looking changes nothing ------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "head", "options"])
@pytest.mark.parametrize("come_to", [Visitor.prove, Visitor.come_to_the_agreement, Visitor.go_all_the_way])
def test_looking_three_times_changes_no_row(visitor: Visitor, method: str, come_to: Callable[[Visitor], Any]) -> None:
    come_to(visitor)
    ids = [*Signature.objects.values_list("pk", flat=True), uuid4()]
    endings = [ending.format(signature=ids[0]) for ending in ENDINGS]
    paths = [page_path(visitor.link, purpose) + ending for purpose in STEPS for ending in endings]
    look = getattr(visitor.http, method)
    before = everything()

    answers = [look(path, {"returnUrl": BACK}) for path in paths * 3]

    assert everything() == before
    assert max(answer.status_code for answer in answers) <= 405


def test_pages_are_kept_out_of_caches_and_search_engines(visitor: Visitor) -> None:
    visitor.prove()

    headers = visitor.get(Step.COMPANY).headers

    assert "no-store" in headers["Cache-Control"]
    assert "noindex" in headers["X-Robots-Tag"]
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert "script-src" not in headers["Content-Security-Policy"]
    assert "unsafe" not in headers["Content-Security-Policy"]


def test_pages_name_nothing_foreign_and_no_script(visitor: Visitor) -> None:
    first = visitor.get()
    visitor.come_to_the_agreement()
    steps = [visitor.get(step) for step in (Step.COMPANY, Step.USERS, Step.AGREEMENT)]

    html = "".join(page.content.decode() for page in (first, *steps, visitor.sign()))

    assert html.count("</html>") == 5
    assert "<script" not in html
    assert " style=" not in html
    assert not re.search(r'(src|href|action)="(https?:)?//', html)


# --- I am done ----------------------------------------------------------------------------------------


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


# --- Two clicks, and older pages --------------------------------------------------------------------


def test_two_clicks_on_continue_lead_on(visitor: Visitor) -> None:
    """The second was sent before the browser had read the answer to the first, and its answer is the one shown."""
    visitor.post(None, send="first")
    code, before = mailed_code(), visitor.http.cookies.output()
    visitor.post(code=code)
    visitor.http.cookies.clear()
    visitor.http.cookies.load(before.replace("Set-Cookie: ", ""))

    assert shows(visitor.post(code=code), Step.COMPANY)
    assert shows(visitor.get(), Step.COMPANY)


def test_two_clicks_on_send_are_of_one_browser(visitor: Visitor) -> None:
    visitor.get()

    visitor.post(None, send="first")
    visitor.post(None, send="first")

    assert EmailCode.objects.values("browser").distinct().count() == 1
    assert len(deliver_mail()) == 1
    assert shows(visitor.post(code=mailed_code()), Step.COMPANY)


def test_an_older_page_of_the_company_shows_what_is_held_beside_what_was_typed(visitor: Visitor) -> None:
    visitor.prove()
    older = company_fields(visitor.link)
    Client.objects.update(name="Renamed A/S", country="SE")

    page = visitor.post(Step.COMPANY, **{**older, "city": "Typed"})
    shown = re.search(r'name="shown" value="(\w+)"', page.content.decode())

    assert has_text(page, "These details were changed while this page was open")
    assert has_text(page, "Held now: <strong>Renamed A/S</strong>")
    assert has_text(page, "Held now: <strong>Sweden</strong>")
    assert 'value="Typed"' in page.content.decode()
    assert shown
    assert shows(visitor.post(Step.COMPANY, **{**older, "city": "Typed", "shown": shown[1]}), Step.USERS)


def test_an_older_page_of_the_people_shows_who_is_held(visitor: Visitor) -> None:
    visitor.prove()
    visitor.confirm_company()
    older = people_fields(visitor.link, ("Ib Berg", "ib@acme.test"))
    make_user(visitor.link.client, email="new@acme.test", name="Nora New")

    page = visitor.post(Step.USERS, **older)

    assert has_text(page, "Nora New, new@acme.test")
    assert not has_text(page, "Held now: <strong>")
    assert 'value="Ib Berg"' in page.content.decode()
    assert not visitor.link.client.users.filter(email="ib@acme.test").exists()


def test_what_was_kept_while_a_proof_ran_out_is_compared_with_what_is_held_now(visitor: Visitor) -> None:
    visitor.prove()
    age_proofs(minutes=61)
    visitor.post(Step.COMPANY, **{**company_fields(visitor.link), "city": "Typed"})
    Client.objects.update(name="Renamed A/S")

    kept = visitor.prove()
    shown = re.search(r'name="shown" value="(\w+)"', kept.content.decode())
    assert shown
    page = visitor.post(Step.COMPANY, **{**company_fields(visitor.link), "name": "Acme A/S", "shown": shown[1]})

    assert has_text(page, "Held now: <strong>Renamed A/S</strong>")


# --- Who does not know the address ------------------------------------------------------------------


def burn_codes(link: ReferralPartnerClientLink) -> None:
    for _ in range(UNPROVEN_PER_HOUR):
        Visitor(link).post(None, send="first")


def test_after_many_codes_that_proved_nothing_the_page_asks_for_the_address(visitor: Visitor) -> None:
    burn_codes(visitor.link)
    before = len(deliver_mail())

    asked = visitor.post(None, send="first")
    wrong = visitor.post(None, send="to", address="joe@acme.test")
    unchanged = len(deliver_mail())
    right = Visitor(visitor.link)
    right.post(None, send="to", address="jane@acme.test")

    assert has_text(asked, "please type your e-mail address")
    assert has_text(wrong, "If your address is the one that Ledgerly gave us, we have mailed a code to it.")
    assert (before, unchanged) == (UNPROVEN_PER_HOUR, UNPROVEN_PER_HOUR)
    assert shows(right.post(code=mailed_code()), Step.COMPANY)


def test_what_is_typed_and_is_no_address_is_said_to_be_none(visitor: Visitor) -> None:
    burn_codes(visitor.link)

    assert has_text(visitor.post(None, send="to", address="jane"), "This is not an e-mail address.")


def test_the_address_can_be_typed_anew(visitor: Visitor) -> None:
    burn_codes(visitor.link)
    visitor.post(None, send="to", address="joe@acme.test")

    assert has_text(visitor.get(another="1"), "please type your e-mail address")
