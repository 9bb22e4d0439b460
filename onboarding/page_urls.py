"""URLs of clients' pages. The journey's pages are the same for first signing and upgrade, under two paths."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from edge.converters import IdConverter
from onboarding.approving import views as approval_views
from onboarding.journey import views
from onboarding.journey.steps import STEPS, Step
from onboarding.models import Purpose
from onboarding.signing import views as signing_views

PATHS = {
    Purpose.FIRST_SIGNING: "companydetails",
    Purpose.UPGRADE: "ContractUpgrade/Sign",
    Purpose.APPROVAL: "LinkApproval",
}
LINK = rf"(?:{'|'.join(PATHS.values())})/{IdConverter.regex}(?:/[A-Za-z0-9-]+)*"

_steps: list[URLPattern] = [
    path("", views.entry, name="entry"),
    path(f"/{Step.COMPANY}", views.company, name=Step.COMPANY),
    path(f"/{Step.USERS}", views.users, name=Step.USERS),
    path("/handed-over", views.handed_over, name="handed-over"),
    path("/leave", views.leave, name="leave"),
    path(f"/{Step.AGREEMENT}", signing_views.agreement, name=Step.AGREEMENT),
    path(f"/{Step.DONE}", signing_views.done, name=Step.DONE),
    path("/documents/<id:signature_id>", signing_views.document, name="document"),
]

_decisions: list[URLPattern] = [
    path("", approval_views.entry, name="approval"),
    path("/decide", approval_views.decide, name="approval-decide"),
    path("/leave", approval_views.leave, name="approval-leave"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    *[
        path(f"{PATHS[purpose]}/<id:link_id>", include((_steps, "journey"), purpose.value), {"purpose": purpose})
        for purpose in STEPS
    ],
    path(f"{PATHS[Purpose.APPROVAL]}/<id:request_id>", include(_decisions), {"purpose": Purpose.APPROVAL}),
    # A link copied from a sentence, with what came after it: a bracket, a full stop, a slash.
    re_path(rf"^(?P<link>{LINK})(?:[^A-Za-z0-9]+|[^A-Za-z0-9/-].*)$", views.without_its_end, name="without-its-end"),
    path("brand/<id:partner_id>.css", views.brand_style, name="brand-style"),
]
