"""Every URL of the admin, with an object of its own in it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.urls import URLPattern, URLResolver

from staff.models import Staff
from staff.site import site
from tests.staff.conftest import Rows


def routes() -> list[tuple[str, str]]:
    """Name and route of each; the route is the name where there is none."""
    return list(_walk(site.get_urls(), ""))


def _walk(patterns: list[Any], before: str) -> Iterator[tuple[str, str]]:
    for pattern in patterns:
        route = before + str(pattern.pattern)
        match pattern:
            case URLResolver():
                yield from _walk(pattern.url_patterns, route)
            case URLPattern():
                yield pattern.name or route, route


def paths(rows: Rows) -> dict[str, str]:
    """Each URL as it is for these rows, by name."""
    objects = {
        "clients/user": rows.client.users.get().pk,
        "clients/referralpartnerclientlink": rows.link.pk,
        "clients/agreement": rows.draft.pk,
        "clients/signature": rows.signature.pk,
        "clients/signeddocument": rows.signature.pk,
        "clients/client": rows.client.pk,
        "clients/linkrequest": rows.request.pk,
        "clients/linkconflict": rows.conflict.pk,
        "onboarding/emailcode": rows.code.pk,
        "onboarding/askinglimitreached": rows.limit.pk,
        "onboarding/correction": rows.correction.pk,
        "partners/referralpartner": rows.partner.pk,
        "partners/apikey": rows.key.pk,
        "cases/case": rows.case.pk,
        "cases/collectionpartner": rows.case.collection_partner_id,
        "cases/coverage": rows.coverage.pk,
        "cases/exchangerate": rows.rate.pk,
        "cases/submittedcase": rows.submitted.pk,
        "staff/staff": rows.device.user_id,
        "auth/group": Group.objects.get(name="Support").pk,
        "otp_totp/totpdevice": rows.device.pk,
        "staff/failedsignin": rows.attempt.pk,
    }
    values = {
        "^(?P<app_label>clients|onboarding|cases|partners|staff|auth|otp_totp)/$": "clients/",
        "(?P<url>.*)$": "nothing/here",
        "r/<path:content_type_id>/<path:object_id>/": f"r/{ContentType.objects.get_for_model(Staff).pk}/1/",
    }
    return {name: "/admin/" + values.get(route, _filled(route, objects, rows)) for name, route in routes()}


def _filled(route: str, objects: dict[str, Any], rows: Rows) -> str:
    model = "/".join(route.split("/")[:2])
    filled = route.replace("<int:user_id>", str(rows.client.users.get().pk)).replace("<str:to>", "Closed")
    filled = filled.replace("<int:correction_id>", str(rows.correction.pk))
    return filled.replace("<path:object_id>", str(objects.get(model))).replace("<id>", str(objects.get(model)))
