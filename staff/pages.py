"""Base classes of the admin's pages: nothing is deleted, changes need a reason, each page shows its history."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, assert_never, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.contrib.admin.views.main import ChangeList, ChangeListSearchForm
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.text import capfirst
from django.views.decorators.http import require_http_methods

from staff.decision import decision
from staff.decision_page import Decision, Outcome, Said, ShownOnce, Unfit, reason
from staff.history import Happened, history_of
from staff.models import Staff

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
    _TabularInline = admin.TabularInline[Any, Any]
    _ModelForm = forms.ModelForm[Any]
else:
    _ModelAdmin = admin.ModelAdmin
    _TabularInline = admin.TabularInline
    _ModelForm = forms.ModelForm

type Fieldsets = Any

LONGEST_SEARCH = 200
# What Django's filters append to the name of their field.
LOOKUPS_OF_FILTERS = ("", "__exact", "__id__exact", "__isnull", "__isempty", "__gte", "__lt")


class ReasonForm(_ModelForm):
    """A model form that also asks for the reason for the change."""

    why = reason()


class SearchForm(ChangeListSearchForm):
    """The search field, limited in length: each word becomes a condition on every searched column."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"] = forms.CharField(required=False, strip=False, max_length=LONGEST_SEARCH)


class RowsOnce(ChangeList):
    """A list that shows each row once, whatever it is searched and sorted by."""

    search_form_class = SearchForm

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        """Replace DISTINCT by a look-up of keys: PostgreSQL cannot order SELECT DISTINCT by an expression."""
        found = super().get_queryset(request, exclude_parameters)
        if not found.query.distinct:
            return found
        rows = self.apply_select_related(self.root_queryset)
        return rows.filter(pk__in=found.order_by().values("pk")).order_by(*found.query.order_by)


class StaffModelAdmin(_ModelAdmin):
    """Rows that staff can view, and change where they have the right to; nobody can delete them."""

    actions = None
    list_per_page = 50
    show_full_result_count = False
    save_as = False
    view_on_site = False
    change_form_template = "admin/with_history.html"
    decisions: Sequence[Decision[Any]] = ()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody may: what was once decided stays."""
        return False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """Use the list that shows each row once."""
        return RowsOnce

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Allow only what the list's filters send: other look-ups could reveal hidden columns letter by letter."""
        # PostgreSQL refuses a NUL, even in a comparison.
        return "\0" not in value and any(lookup in _lookups_of(each) for each in self.get_list_filter(request))

    def message_user(
        self,
        request: HttpRequest,
        message: Any,
        level: int | str = messages.INFO,
        extra_tags: str = "",
        fail_silently: bool = False,
    ) -> None:
        """Replace Django's messages, which name the row: messages are kept in a cookie that can be read."""
        said = {messages.SUCCESS: "Saved.", messages.WARNING: f"There is no such {self.opts.verbose_name}."}
        super().message_user(request, said.get(int(level), message), level, extra_tags, fail_silently)

    def history(self, request: HttpRequest, row: Any) -> list[Happened]:
        """The row's history, as far as this colleague may see it."""
        return history_of(row)

    def tools(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        """Label and URL of each thing that this colleague can do with the row."""
        by = acting(request)
        return [
            (label, self.url(each.name, row.pk, *arguments))
            for each in self.decisions
            if each.may(by)
            for label, arguments in each.tools(row, by)
        ]

    def get_urls(self) -> list[URLPattern]:
        """Add a page for each decision."""
        own = [
            self.own_url(f"<path:object_id>/{each.route}", each.name, partial(self.decide, each))
            for each in self.decisions
        ]
        return [*own, *super().get_urls()]

    def decide(self, declared: Decision[Any], request: HttpRequest, object_id: str, **argument: Any) -> HttpResponse:
        """Explain a decision and ask for it; on POST take it, or show the form again with what is wrong."""
        by = acting(request)
        if not declared.may(by):
            raise PermissionDenied
        row = self.row(request, object_id)
        about = declared.find(row, by, *argument.values())
        if about is None:
            raise Http404
        if declared.is_too_late(about):
            return self.said(request, row, Said(declared.too_late, messages.warning))
        form = declared.form(request.POST or None, **declared.options(about))
        if request.method == "POST" and form.is_valid():
            answer = self._answer(request, row, form, declared.act(about, form.cleaned_data, by))
            if answer is not None:
                return answer
        return self.page(request, "admin/decision.html", row, {**declared.page(about), "form": form})

    def _answer(self, request: HttpRequest, row: Any, form: forms.Form, outcome: Outcome) -> HttpResponse | None:
        """The answer to the outcome; None, with the error added to the form, where the form must be shown again."""
        match outcome:
            case Said():
                return self.said(request, row, outcome)
            case ShownOnce(template, context):
                return self.page(request, template, row, dict(context))
            case Unfit(field, sentence):
                form.add_error(field, sentence)
                return None
            case _:
                assert_never(outcome)

    def said(self, request: HttpRequest, row: Any, said: Said) -> HttpResponse:
        """Redirect to the row's page, which shows the message."""
        said.tell(request, said.sentence)
        return HttpResponseRedirect(self.url("change", row.pk))

    def render_change_form(
        self,
        request: HttpRequest,
        context: dict[str, Any],
        add: bool = False,
        change: bool = False,
        form_url: str = "",
        obj: Any = None,
    ) -> HttpResponse:
        """Show tools and history beside the form."""
        if change:
            context |= {"tools": list(self.tools(request, obj)), "history": self.history(request, obj)}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show `history` on the URL of Django's own history page, which reads the log alone."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        row = self.row(request, object_id)
        context = {"title": f"History of {row}", "history": self.history(request, row)}
        return self.page(request, "admin/history_page.html", row, context)

    def row(self, request: HttpRequest, object_id: str) -> Any:
        """The row for one of our own pages; raises Http404 where this colleague cannot see it."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        return row

    def page(
        self, request: HttpRequest, template: str, row: Any, context: dict[str, Any], *, status: int = 200
    ) -> HttpResponse:
        """Render a page of our own about a row, inside the admin's layout."""
        return TemplateResponse(
            request,
            template,
            {**self.admin_site.each_context(request), "opts": self.opts, "original": row, "row": row, **context},
            status=status,
        )

    def own_url(self, route: str, name: str, view: Callable[..., HttpResponse]) -> URLPattern:
        """The URL pattern of an extra page, for GET and POST; its name is `admin:<app>_<model>_<name>`."""
        guarded = self.admin_site.admin_view(require_http_methods(["GET", "HEAD", "POST"])(view))
        return path(route, guarded, name=f"{self.opts.app_label}_{self.opts.model_name}_{name}")

    def url(self, name: str, *args: Any) -> str:
        """The URL of one of this model's pages, by the last part of its name."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=args)


def _lookups_of(list_filter: Any) -> set[str]:
    """The query parameters that a filter may send: the one it declares, or those that Django derives from its field."""
    if isinstance(list_filter, type):
        return {list_filter.parameter_name}  # type: ignore[attr-defined]  # all of ours are SimpleListFilters
    field = list_filter if isinstance(list_filter, str) else list_filter[0]
    return {f"{field}{lookup}" for lookup in LOOKUPS_OF_FILTERS}


class ReadOnlyAdmin(StaffModelAdmin):
    """Rows that the admin only shows, since they are made elsewhere, or changed by decisions alone."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody may."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody may."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All fields."""
        return flatten_fieldsets(self.get_fieldsets(request, obj))


class ForSuperusers(ReadOnlyAdmin):
    """Read-only rows for superusers only, whatever permissions others may have been given."""

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Superusers only."""
        return acting(request).is_superuser

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Superusers only."""
        return acting(request).is_superuser


class ReasonedAdmin(StaffModelAdmin):
    """Rows that staff add and change, always with a reason. The form must be a ReasonForm."""

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Fieldsets:
        """Ask for the reason last, and only of those who may save."""
        fieldsets = list(super().get_fieldsets(request, obj))
        may_write = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        return [*fieldsets, ("Reason", {"fields": ["why"]})] if may_write else fieldsets

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave out the reason, which has a fieldset of its own."""
        return [name for name in super().get_fields(request, obj) if name != "why"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save the row as a decision, with its reason."""
        what = self.what_changed(form) if change else f"Added {self.opts.verbose_name}"
        why = form.cleaned_data["why"]
        with decision(by=acting(request), why=why, what=what, about=obj, is_new=not change):
            super().save_model(request, obj, form, change)

    def what_changed(self, form: Any) -> str:
        """Name the fields that changed, for the log; their values are in the history, unless personal."""
        labels = [str(form.fields[name].label or name) for name in form.changed_data if name != "why"]
        return f"Changed: {capfirst(', '.join(labels))}" if labels else "Saved without a change"

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Log nothing: `save_model` has done so."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Log nothing: `save_model` has done so."""


class Whether(admin.EmptyFieldListFilter):
    """Filter on whether a field has a value, worded as yes or no."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Say Yes and No instead of Django's “Not empty” and “Empty”."""
        for choice, label in zip(super().choices(changelist), ("All", "No", "Yes"), strict=True):
            yield {**choice, "display": label}


class ReadOnlyInline(_TabularInline):
    """Read-only rows on the page of the row that they belong to."""

    extra = 0
    can_delete = False
    show_change_link = True

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All fields."""
        return self.fields

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody may."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody may."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody may."""
        return False


def acting(request: HttpRequest) -> Staff:
    """The colleague who made the request; the admin site admits nobody else."""
    return cast(Staff, request.user)


def require(request: HttpRequest, permission: str) -> None:
    """Raise PermissionDenied (403) unless the colleague has this permission."""
    if not acting(request).has_perm(permission):
        raise PermissionDenied
