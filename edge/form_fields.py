"""Form fields, for pages and the admin, that accept what the API accepts and have its error messages."""

from __future__ import annotations

from typing import Any, override

from django import forms
from django.core.exceptions import ValidationError
from pydantic_core import PydanticCustomError

from edge.kinds_of_text import Line
from edge.mailbox import MAX_EMAIL, in_letters, read_email
from edge.shapes import says_nothing


class TextField(forms.CharField):
    """Text of the given kind, normalised as it is stored."""

    def __init__(self, kind: Line, *, autocomplete: str = "off", **options: Any) -> None:
        super().__init__(max_length=kind.max_length, **options)
        self._kind = kind
        self.widget.attrs["autocomplete"] = autocomplete

    @override
    def to_python(self, value: Any) -> str:
        """Normalise the text; text without visible characters is empty."""
        if says_nothing(value):
            return ""
        try:
            return self._kind.read(str(value))
        except PydanticCustomError as fault:
            raise ValidationError(fault.message())


class AddressField(forms.CharField):
    """An e-mail address. Set `autocomplete` only where people enter their own (WCAG 1.3.5)."""

    def __init__(self, *, autocomplete: str = "off", **options: Any) -> None:
        widget = forms.EmailInput(attrs={"autocomplete": autocomplete})
        super().__init__(max_length=MAX_EMAIL, **{"widget": widget} | options)

    @override
    def to_python(self, value: Any) -> str:
        """Check its form only; whether it is somebody's shows when a code is mailed to it."""
        if says_nothing(value):
            return ""
        try:
            return in_letters(read_email(str(value)))
        except PydanticCustomError as fault:
            raise ValidationError(fault.message())
