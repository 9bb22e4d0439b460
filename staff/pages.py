"""What the admin's pages have in common: nothing is deleted, changes have a reason, the history is at the bottom."""

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
# What the stock filters append to the name of their field.
LOOKUPS_OF_FILTERS = ("", "__exact", "__id__exact", "__isnull", "__isempty", "__gte", "__lt")


class ReasonForm(_ModelForm):
    """A form of a row that is changed for a reason."""

    why = reason()


class SearchForm(ChangeListSearchForm):
    """What is looked for; each word is a condition on each column, so there is an end to them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["q"] = forms.CharField(required=False, strip=False, max_length=LONGEST_SEARCH)


class RowsOnce(ChangeList):
    """A list in which a row comes once, whatever it is found and sorted by."""

    search_form_class = SearchForm

    def get_queryset(self, request: HttpRequest, exclude_parameters: Any = None) -> QuerySet[Any]:
        """Where a join finds rows twice, look them up by their keys: PostgreSQL sorts no DISTINCT by an expression."""
        found = super().get_queryset(request, exclude_parameters)
        if not found.query.distinct:
            return found
        rows = self.apply_select_related(self.root_queryset)
        return rows.filter(pk__in=found.order_by().values("pk")).order_by(*found.query.order_by)


class StaffModelAdmin(_ModelAdmin):
    """Rows that can be looked at, and changed by those who may; deleted by nobody."""

    actions = None
    list_per_page = 50
    show_full_result_count = False
    save_as = False
    view_on_site = False
    change_form_template = "admin/with_history.html"
    decisions: Sequence[Decision[Any]] = ()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody: what was once decided stays."""
        return False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        """The list in which a row comes once."""
        return RowsOnce

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """What the filters of the list send: any other asks, letter by letter, about columns that are not shown."""
        # The database does not even compare with a NUL.
        return "\0" not in value and any(lookup in _lookups_of(each) for each in self.get_list_filter(request))

    def message_user(
        self,
        request: HttpRequest,
        message: Any,
        level: int | str = messages.INFO,
        extra_tags: str = "",
        fail_silently: bool = False,
    ) -> None:
        """Say what Django says of a row without its name: messages travel in a cookie that can be read."""
        said = {messages.SUCCESS: "Saved.", messages.WARNING: f"There is no such {self.opts.verbose_name}."}
        super().message_user(request, said.get(int(level), message), level, extra_tags, fail_silently)

    def history(self, request: HttpRequest, row: Any) -> list[Happened]:
        """What happened to this row, as far as this visitor may know."""
        return history_of(row)

    def tools(self, request: HttpRequest, row: Any) -> Iterable[tuple[str, str]]:
        """What can be done with this row: label and URL of each."""
        by = acting(request)
        return [
            (label, self.url(each.name, row.pk, *arguments))
            for each in self.decisions
            if each.may(by)
            for label, arguments in each.tools(row, by)
        ]

    def get_urls(self) -> list[URLPattern]:
        """With the pages of decisions."""
        own = [
            self.own_url(f"<path:object_id>/{each.route}", each.name, partial(self.decide, each))
            for each in self.decisions
        ]
        return [*own, *super().get_urls()]

    def decide(self, declared: Decision[Any], request: HttpRequest, object_id: str, **argument: Any) -> HttpResponse:
        """Ask for a decision and say what it would do; by POST take it, unless something is in the way."""
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
        """Answer what came of it; None where the form is shown again, with what is in the way beside its field."""
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
        """Back to the page of the row, where it is said."""
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
        """Show tools and history with the form."""
        if change:
            context |= {"tools": list(self.tools(request, obj)), "history": self.history(request, obj)}
        return super().render_change_form(request, context, add, change, form_url, obj)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the same history on a page of its own."""
        if not self.has_view_or_change_permission(request):
            raise PermissionDenied
        row = self.row(request, object_id)
        context = {"title": f"History of {row}", "history": self.history(request, row)}
        return self.page(request, "admin/history_page.html", row, context)

    def row(self, request: HttpRequest, object_id: str) -> Any:
        """The row of a page of our own, as far as this visitor may see it."""
        row = self.get_object(request, unquote(object_id))
        if row is None:
            raise Http404
        return row

    def page(
        self, request: HttpRequest, template: str, row: Any, context: dict[str, Any], *, status: int = 200
    ) -> HttpResponse:
        """A page of our own about a row."""
        return TemplateResponse(
            request,
            template,
            {**self.admin_site.each_context(request), "opts": self.opts, "original": row, "row": row, **context},
            status=status,
        )

    def own_url(self, route: str, name: str, view: Callable[..., HttpResponse]) -> URLPattern:
        """A page beside the stock ones, for GET and POST; named `admin:<app>_<model>_<name>`."""
        guarded = self.admin_site.admin_view(require_http_methods(["GET", "HEAD", "POST"])(view))
        return path(route, guarded, name=f"{self.opts.app_label}_{self.opts.model_name}_{name}")

    def url(self, name: str, *args: Any) -> str:
        """The address of one of this model's pages."""
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_{name}", args=args)


def _lookups_of(list_filter: Any) -> set[str]:
    """The parameters of a filter: of a class of its own the one it names, of a field those that go with it."""
    if isinstance(list_filter, type):
        return {list_filter.parameter_name}  # type: ignore[attr-defined]  # all of ours are SimpleListFilters
    field = list_filter if isinstance(list_filter, str) else list_filter[0]
    return {f"{field}{lookup}" for lookup in LOOKUPS_OF_FILTERS}


class ReadOnlyAdmin(StaffModelAdmin):
    """Rows that the admin only shows: others made them, or a rule says that they are decided."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Nobody."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All of them."""
        return flatten_fieldsets(self.get_fieldsets(request, obj))


class ForSuperusers(ReadOnlyAdmin):
    """The same, for superusers alone, whatever permissions others may have been given."""

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Superusers."""
        return acting(request).is_superuser

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Superusers."""
        return acting(request).is_superuser


class ReasonedAdmin(StaffModelAdmin):
    """Rows that staff write, each time with a reason. Its forms are ReasonForms."""

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Fieldsets:
        """Ask for the reason last, and only those who can change something."""
        fieldsets = list(super().get_fieldsets(request, obj))
        may_write = self.has_change_permission(request, obj) if obj else self.has_add_permission(request)
        return [*fieldsets, ("Reason", {"fields": ["why"]})] if may_write else fieldsets

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave the reason to the fieldset of its own."""
        return [name for name in super().get_fields(request, obj) if name != "why"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save as a decision."""
        what = self.what_changed(form) if change else f"Added {self.opts.verbose_name}"
        why = form.cleaned_data["why"]
        with decision(by=acting(request), why=why, what=what, about=obj, is_new=not change):
            super().save_model(request, obj, form, change)

    def what_changed(self, form: Any) -> str:
        """Name the fields that were changed; their values are in the history, if they may be kept."""
        labels = [str(form.fields[name].label or name) for name in form.changed_data if name != "why"]
        return f"Changed: {capfirst(', '.join(labels))}" if labels else "Saved without a change"

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing more: the decision is in the log already."""

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Nothing more: the decision is in the log already."""


class Whether(admin.EmptyFieldListFilter):
    """Filter by whether something has happened, in those words."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        """Yes and no instead of empty and not."""
        for choice, label in zip(super().choices(changelist), ("All", "No", "Yes"), strict=True):
            yield {**choice, "display": label}


class ReadOnlyInline(_TabularInline):
    """Rows shown on the page of the row that they belong to."""

    extra = 0
    can_delete = False
    show_change_link = True

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        """All of them."""
        return self.fields

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


def acting(request: HttpRequest) -> Staff:
    """The colleague whose request it is; the admin lets nobody else in."""
    return cast(Staff, request.user)


def require(request: HttpRequest, permission: str) -> None:
    """Answer 403 to those who may not."""
    if not acting(request).has_perm(permission):
        raise PermissionDenied
