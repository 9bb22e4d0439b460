"""Decisions of staff, as they are declared: who may, what is asked for, what it would do in words, and doing it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib.messages import success
from django.http import HttpRequest

from edge.form_fields import TextField
from edge.shapes import OptionalText
from staff.models import Staff


def reason() -> forms.CharField:
    """The field for why something is decided."""
    return TextField(
        OptionalText(1000),
        label="Why",
        widget=forms.Textarea(attrs={"rows": 3, "class": "vLargeTextField"}),
        help_text="Is kept for good and cannot be changed, so name no clients' people and no addresses.",
        error_messages={"required": "Please say why. Every decision has a reason."},
    )


class DecisionForm(forms.Form):
    """What every decision asks for."""

    required_css_class = "required"

    why = reason()


@dataclass(frozen=True)
class Said:
    """What came of it, said on the page of the row; by Django's `warning` where nothing was done."""

    sentence: str
    tell: Callable[[HttpRequest, str], None] = success


@dataclass(frozen=True)
class Unfit:
    """Nothing was done, for what was filled in is in the way: of a field, or of none."""

    field: str | None
    sentence: str


@dataclass(frozen=True)
class ShownOnce:
    """What there is to see now and never again: on the answer to the POST and nowhere else."""

    template: str
    context: Mapping[str, Any]


type Outcome = Said | Unfit | ShownOnce
type Words[About] = str | Callable[[About], str]
type Given = Mapping[str, Any]


def whole_row(row: Any, by: Staff) -> Mapping[Any, Any]:
    """The row itself, for which a URL needs no further argument."""
    return {None: row}


@dataclass(frozen=True, kw_only=True)
class Decision[About]:
    """
    A decision about a row, or about one of its parts; `decisions` of a StaffModelAdmin lists them.

    From this come the tool on the row's page, the URL below it, and the page that asks and says what it would do.
    """

    name: str  # of the URL: admin:<app>_<model>_<name>
    route: str  # below the row's; of a part with one argument, by which `parts` has it
    right: str | None  # None: for superusers alone, whatever permissions others may have been given
    label: Words[About]
    title: Words[About]
    says: Callable[[About], Sequence[str]]
    button: Words[About]
    act: Callable[[About, Given, Staff], Outcome]  # with what the form has cleaned
    form: type[DecisionForm] = DecisionForm
    options: Callable[[About], Mapping[str, Any]] = lambda about: {}  # of the form
    is_offered: Callable[[About], bool] = lambda about: True  # as a tool; the page opens all the same
    too_late: str = ""  # what is said instead of the page when it is not offered any more
    parts: Callable[[Any, Staff], Mapping[Any, About]] = whole_row  # of the row, as this visitor sees them
    read: Callable[[Any], Any] = lambda argument: argument  # the URL's argument as a key of `parts`

    def may(self, staff: Staff) -> bool:
        """Whether this colleague may decide it."""
        return staff.is_superuser if self.right is None else staff.has_perm(self.right)

    def tools(self, row: Any, by: Staff) -> Iterator[tuple[str, list[Any]]]:
        """What it is offered for: label, and the arguments of the URL after the row's."""
        for key, about in self.parts(row, by).items():
            if self.is_offered(about):
                yield _in_words(self.label, about), [] if key is None else [key]

    def find(self, row: Any, by: Staff, argument: Any = None) -> About | None:
        """What the page is about: the row, or the part that the argument of its URL stands for, if there is one."""
        return self.parts(row, by).get(self.read(argument))

    def is_too_late(self, about: About) -> bool:
        """Whether it is said at once that nothing is left to decide."""
        return self.too_late != "" and not self.is_offered(about)

    def page(self, about: About) -> dict[str, Any]:
        """What the page says beside its form."""
        return {
            "title": _in_words(self.title, about),
            "says": self.says(about),
            "button": _in_words(self.button, about),
        }


def _in_words[About](words: Words[About], about: About) -> str:
    return words if isinstance(words, str) else words(about)
