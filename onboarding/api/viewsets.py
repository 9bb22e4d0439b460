"""The /clients API."""

from __future__ import annotations

from django.http import HttpResponse
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from onboarding.api.answers import answer_outcome
from onboarding.api.bodies import client_body, clients_body
from onboarding.api.lists import ClientsQuery, find_clients
from onboarding.api.openapi import describe_create_client, describe_get_client, describe_list_clients
from onboarding.api.schemas import CreateClientRequest
from onboarding.registering.onboard import find_onboarded, onboard_client
from partners.viewset import PartnerViewSet, answer


class ClientViewSet(PartnerViewSet):
    """The partner's clients."""

    lookup_field = "externalTenantId"
    lookup_value_converter = "tenant_id"

    @describe_list_clients
    def list(self, request: Request) -> HttpResponse:
        """A page of them, and the counts of all that were asked for."""
        wanted = self.query(ClientsQuery)
        found = find_clients(partner=self.partner, wanted=wanted, at=self.now)
        return answer(clients_body(wanted, found))

    @describe_create_client
    def create(self, request: Request) -> HttpResponse:
        """Create a client and link it to the calling partner, or tell where it stands."""
        registration = self.body(CreateClientRequest).registration()
        outcome = onboard_client(partner=self.partner, registration=registration, at=self.now)
        return answer_outcome(outcome, registration.claims)

    @describe_get_client
    def retrieve(self, request: Request, externalTenantId: str) -> HttpResponse:  # noqa: N803 (its name on the wire)
        """Tell where a client stands."""
        found = find_onboarded(partner=self.partner, external_tenant_id=externalTenantId, at=self.now)
        if found is None:
            raise NotFound
        return answer(client_body(found))
