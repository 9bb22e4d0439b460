"""The /clients API."""

from django.urls import register_converter
from django.urls.converters import StringConverter
from rest_framework.routers import SimpleRouter

from edge.kinds_of_text import MAX_TENANT_ID
from onboarding.api.viewsets import ClientViewSet


class TenantIdConverter(StringConverter):
    """A partner's own id for a client, as it stands in a path, case-sensitive; no other id can have been given."""

    regex = rf"[^/\\\x00-\x1f\x7f-\x9f]{{1,{MAX_TENANT_ID}}}"


register_converter(TenantIdConverter, "tenant_id")

router = SimpleRouter(trailing_slash=False, use_regex_path=False)
router.register("clients", ClientViewSet, basename="client")

urlpatterns = router.urls
