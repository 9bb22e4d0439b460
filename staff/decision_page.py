"""Declare a decision of staff: who may take it, what the form asks, what the page says it will do, and the act."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.messages import success
from django.http import HttpRequest

from edge.form_fields import TextField
from edge.kinds_of_text import OptionalText
from staff.models import Staff


def reason() -> forms.CharField:
    """The form field for the reason for a decision."""
    return TextField(
        OptionalText(1000),
        label="Why",
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text="Is kept for good and cannot be changed, so name no clients' people and no addresses.",
        error_messages={"required": "Please say why. Every decision has a reason."},
    )


class DecisionForm(forms.Form):
    """Asks for the reason; forms of decisions with more to ask derive from it."""

    required_css_class = "required"

    why = reason()


@dataclass(frozen=True)
class Said:
    """Go back to the row's page and say what happened there; `tell` is Django's `warning` where nothing was done."""

    sentence: str
    tell: Callable[[HttpRequest, str], None] = success


@dataclass(frozen=True)
class Unfit:
    """Nothing was done: show the form again with this error, at a field or (None) at the form as a whole."""

    field: str | None
    sentence: str


@dataclass(frozen=True)
class ShownOnce:
    """Something that can be seen only once, such as a new key: rendered in the answer to the POST."""

    template: str
    context: Mapping[str, Any]


type Outcome = Said | Unfit | ShownOnce
type Words[About] = str | Callable[[About], str]
type Given = Mapping[str, Any]


def whole_row(row: Any, by: Staff) -> Mapping[Any, Any]:
    """The default for `parts`: the row itself, whose URL needs no further argument."""
    return {None: row}


@dataclass(frozen=True, kw_only=True)
class Decision[About]:
    """
    A decision about a row or one of its parts, to be listed in `decisions` of a StaffModelAdmin.

    The admin makes from it the tool on the row's page, the URL below that page, and the page that explains and asks.
    """

    name: str  # of the URL: admin:<app>_<model>_<name>
    route: str  # below the row's URL; for a part it has one argument, the key in `parts`
    right: str | None  # None: superusers only, whatever permissions others may have been given
    label: Words[About]
    title: Words[About]
    says: Callable[[About], Sequence[str]]
    button: Words[About]
    act: Callable[[About, Given, Staff], Outcome]  # gets the form's cleaned data
    form: type[DecisionForm] = DecisionForm
    options: Callable[[About], Mapping[str, Any]] = lambda about: {}  # keyword arguments of the form
    is_offered: Callable[[About], bool] = lambda about: True  # whether the tool is shown; the page opens anyway
    too_late: str = ""  # said instead of showing the page once it is no longer offered
    parts: Callable[[Any, Staff], Mapping[Any, About]] = whole_row  # of the row, for this colleague
    read: Callable[[Any], Any] = lambda argument: argument  # turns the URL's argument into a key of `parts`

    def may(self, staff: Staff) -> bool:
        """Whether this colleague may take the decision."""
        return staff.is_superuser if self.right is None else staff.has_perm(self.right)

    def tools(self, row: Any, by: Staff) -> Iterator[tuple[str, list[Any]]]:
        """Yield a label for each part that it is offered for, with the URL arguments that follow the row's."""
        for key, about in self.parts(row, by).items():
            if self.is_offered(about):
                yield _in_words(self.label, about), [] if key is None else [key]

    def find(self, row: Any, by: Staff, argument: Any = None) -> About | None:
        """The row, or the part that the URL's argument names; None where there is no such part."""
        return self.parts(row, by).get(self.read(argument))

    def is_too_late(self, about: About) -> bool:
        """Whether to say `too_late` instead of showing the page."""
        return self.too_late != "" and not self.is_offered(about)

    def page(self, about: About) -> dict[str, Any]:
        """The template's context, apart from the form."""
        return {
            "title": _in_words(self.title, about),
            "says": self.says(about),
            "button": _in_words(self.button, about),
        }


def _in_words[About](words: Words[About], about: About) -> str:
    return words if isinstance(words, str) else words(about)
