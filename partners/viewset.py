"""What all resources of the partner API stand on."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property

from django.http import HttpResponse
from django.utils import timezone
from pydantic import BaseModel
from rest_framework.request import Request
from rest_framework.viewsets import ViewSetMixin

from edge.operation import Operation
from edge.query import read_query
from edge.shapes import Shape, read
from partners.authentication import IsPartner, calling_partner
from partners.models import ReferralPartner


class PartnerViewSet(ViewSetMixin, Operation):
    """A resource, as the calling partner sees it."""

    permission_classes = [IsPartner]

    request: Request

    @cached_property
    def partner(self) -> ReferralPartner:
        """Who calls."""
        return calling_partner(self.request)

    @cached_property
    def now(self) -> datetime:
        """The moment of the call: one for all that it reads, checks and writes."""
        return timezone.now()

    def query[S: Shape](self, shape: type[S]) -> S:
        """What stands behind the question mark, or the 400 that names what is wrong with it."""
        return read_query(shape, self.request.META["QUERY_STRING"], at=self.now)

    def body[S: Shape](self, shape: type[S]) -> S:
        """What was sent, or the 400 that names what is wrong with it."""
        return read(shape, self.request.data, at=self.now)


def answer(body: BaseModel, status: int = 200) -> HttpResponse:
    """Let pydantic write the JSON: a Decimal stays exact, and nothing is walked twice."""
    return HttpResponse(body.model_dump_json(by_alias=True), content_type="application/json", status=status)
