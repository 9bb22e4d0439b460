"""Fields of forms, on pages and in the admin, which read as the API does and answer in its words."""

from __future__ import annotations

from typing import Any, override

from django import forms
from django.core.exceptions import ValidationError
from pydantic_core import PydanticCustomError

from edge.mailbox import MAX_EMAIL, in_letters, read_email
from edge.shapes import Line, says_nothing


class TextField(forms.CharField):
    """Text of a kind, in the form in which it is stored."""

    def __init__(self, kind: Line, *, autocomplete: str = "off", **options: Any) -> None:
        super().__init__(max_length=kind.max_length, **options)
        self._kind = kind
        self.widget.attrs["autocomplete"] = autocomplete

    @override
    def to_python(self, value: Any) -> str:
        """Read it; what nobody can see is nothing."""
        if says_nothing(value):
            return ""
        try:
            return self._kind.read(str(value))
        except PydanticCustomError as fault:
            raise ValidationError(fault.message())


class AddressField(forms.CharField):
    """An e-mail address; browsers offer the visitor's own only where it is told to (WCAG 1.3.5)."""

    def __init__(self, *, autocomplete: str = "off", **options: Any) -> None:
        widget = forms.EmailInput(attrs={"autocomplete": autocomplete})
        super().__init__(max_length=MAX_EMAIL, **{"widget": widget} | options)

    @override
    def to_python(self, value: Any) -> str:
        """Check its form; whether it is somebody's shows when a code is mailed to it."""
        if says_nothing(value):
            return ""
        try:
            return in_letters(read_email(str(value)))
        except PydanticCustomError as fault:
            raise ValidationError(fault.message())
