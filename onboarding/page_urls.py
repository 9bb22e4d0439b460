"""Pages for clients, the same for a first signature and for a later one."""

from django.urls import URLPattern, URLResolver, include, path

from onboarding import approval_views, views
from onboarding.journey import PATHS, Step

_steps: list[URLPattern] = [
    path("", views.entry, name="entry"),
    path(f"/{Step.COMPANY}", views.company, name="company"),
    path(f"/{Step.USERS}", views.users, name="users"),
    path("/handed-over", views.handed_over, name="handed-over"),
    path("/leave", views.leave, name="leave"),
    path(f"/{Step.AGREEMENT}", views.agreement, name="agreement"),
    path(f"/{Step.DONE}", views.done, name="done"),
    path("/documents/<uuid:signature_id>", views.document, name="document"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    *[
        path(f"{PATHS[purpose]}/<uuid:link_id>", include((_steps, purpose.value)), {"purpose": purpose})
        for purpose in PATHS
    ],
    path("LinkApproval/<uuid:request_id>", approval_views.entry, name="approval"),
    path("LinkApproval/<uuid:request_id>/decide", approval_views.decide, name="approval-decide"),
    path("LinkApproval/<uuid:request_id>/leave", approval_views.leave, name="approval-leave"),
    path("brand/<uuid:partner_id>.css", views.brand_style, name="brand-style"),
]
