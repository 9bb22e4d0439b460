"""The landing page."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe


@login_not_required
@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    """Say what this is, and link to the docs, the admin and the demo."""
    return render(request, "landing.html", {"is_demo": settings.HAS_DEMO_PAGES})
