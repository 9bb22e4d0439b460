"""The /clients API."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from onboarding.api.views import ClientsView, ClientView


class TenantIdConverter(StringConverter):
    """A partner's own id for a client, as it stands in a path, case-sensitive; no other id can have been given."""

    regex = r"[^/\\\x00-\x1f\x7f-\x9f]{1,255}"


register_converter(TenantIdConverter, "tenant_id")

urlpatterns = [
    path("clients", ClientsView.as_view(), name="clients"),
    path("clients/<tenant_id:externalTenantId>", ClientView.as_view(), name="client"),
]
