"""Pages for clients, the same for a first signature and for a later one."""

from django.urls import URLPattern, URLResolver, include, path, re_path

from edge.converters import IdConverter
from onboarding.approving import views as approval_views
from onboarding.journey import views
from onboarding.journey.steps import PATHS, Step
from onboarding.signing import views as signing_views

LINK = rf"(?:{'|'.join(PATHS.values())}|LinkApproval)/{IdConverter.regex}(?:/[A-Za-z0-9-]+)*"

_steps: list[URLPattern] = [
    path("", views.entry, name="entry"),
    path(f"/{Step.COMPANY}", views.company, name="company"),
    path(f"/{Step.USERS}", views.users, name="users"),
    path("/handed-over", views.handed_over, name="handed-over"),
    path("/leave", views.leave, name="leave"),
    path(f"/{Step.AGREEMENT}", signing_views.agreement, name="agreement"),
    path(f"/{Step.DONE}", signing_views.done, name="done"),
    path("/documents/<id:signature_id>", signing_views.document, name="document"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    *[
        path(f"{PATHS[purpose]}/<id:link_id>", include((_steps, purpose.value)), {"purpose": purpose})
        for purpose in PATHS
    ],
    path("LinkApproval/<id:request_id>", approval_views.entry, name="approval"),
    path("LinkApproval/<id:request_id>/decide", approval_views.decide, name="approval-decide"),
    path("LinkApproval/<id:request_id>/leave", approval_views.leave, name="approval-leave"),
    # A link as it was copied out of a sentence: `(…)`, `….`, or with a slash.
    re_path(rf"^(?P<link>{LINK})(?:[^A-Za-z0-9]+|[^A-Za-z0-9/-].*)$", views.without_its_end, name="without-its-end"),
    path("brand/<id:partner_id>.css", views.brand_style, name="brand-style"),
]
