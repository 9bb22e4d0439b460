"""The base of the partner API's viewsets."""

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
    """A resource as the calling partner sees it."""

    permission_classes = [IsPartner]

    request: Request

    @cached_property
    def partner(self) -> ReferralPartner:
        """The calling partner."""
        return calling_partner(self.request)

    @cached_property
    def now(self) -> datetime:
        """The time of the call: the same for everything that it reads, checks and writes."""
        return timezone.now()

    def query[S: Shape](self, shape: type[S]) -> S:
        """The query string as this shape; raises the 400 that names what is wrong with it."""
        return read_query(shape, self.request.META["QUERY_STRING"], at=self.now)

    def body[S: Shape](self, shape: type[S]) -> S:
        """The body as this shape; raises the 400 that names what is wrong with it."""
        return read(shape, self.request.data, at=self.now)


def answer(body: BaseModel, status: int = 200) -> HttpResponse:
    """Answer with JSON written by pydantic: decimals stay exact, and the body is walked only once."""
    return HttpResponse(body.model_dump_json(by_alias=True), content_type="application/json", status=status)
