"""Keep what was typed after the proof expired, until the visitor has a new one (product-rules 6.2)."""

from __future__ import annotations

from django.http import QueryDict

from clients.models import ReferralPartnerClientLink
from edge.clock import ClockTimestamp
from onboarding.journey.steps import Step
from onboarding.models import KeptForm, Purpose
from onboarding.proof.email_codes import has_ever_proven

LONGEST = 100_000  # characters


def keep_form(*, link: ReferralPartnerClientLink, purpose: Purpose, browser: str, step: Step, typed: QueryDict) -> bool:
    """Keep a form in place of an earlier one; False if it is too long, or this browser never had a proof."""
    if not has_ever_proven(about=link, purpose=purpose, browser=browser):
        return False
    text = _without_token(typed).urlencode()
    if len(text) > LONGEST:
        return False
    facts = {"typed": text, "kept_at": ClockTimestamp()}
    KeptForm.objects.update_or_create(link=link, browser=browser, step=step, defaults=facts)
    return True


def kept_form(*, link: ReferralPartnerClientLink, browser: str, step: Step) -> QueryDict | None:
    """The kept fields, as form data; None if there are none."""
    kept = KeptForm.objects.filter(link=link, browser=browser, step=step).first()
    return None if kept is None else QueryDict(kept.typed)


def kept_step(*, link: ReferralPartnerClientLink, browser: str) -> Step | None:
    """The step of the form kept last; None if there is none."""
    step = KeptForm.objects.filter(link=link, browser=browser).order_by("-kept_at").values_list("step", flat=True)
    found = step.first()
    return None if found is None else Step(found)


def drop_kept_form(*, link: ReferralPartnerClientLink, browser: str, step: Step) -> None:
    """Delete a kept form, once it is saved."""
    KeptForm.objects.filter(link=link, browser=browser, step=step).delete()


def _without_token(typed: QueryDict) -> QueryDict:
    fields = typed.copy()
    fields.pop("csrfmiddlewaretoken", None)
    return fields
