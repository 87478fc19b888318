"""Contacts in the admin. What it changes goes through subscribers.services, as everything does."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, ClassVar, Literal, cast

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin import helpers, widgets
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.contrib.admin.options import IncorrectLookupParameters, get_content_type_for_model
from django.contrib.admin.views.main import ERROR_FLAG, IGNORED_PARAMS, PAGE_VAR, SEARCH_VAR
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Page, Paginator
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.functional import cached_property
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from custom_fields.models import CustomField, Scope
from custom_fields.services import check_values, definitions
from custom_fields.types import Kind
from database.expressions import Address
from segments.counts import count_contacts
from segments.models import ContactList, Segment, Tag
from segments.services import is_id
from subscribers import services
from subscribers.models import Status, Subscriber
from subscribers.serializers import ContactSerializer
from subscribers.services import Draft, EmailTaken
from wp_rest.fields import optional_address, optional_text

# The columns that staff may change. The rest is the server's, last_activity too.
COLUMNS = [*(name for name in services.EDITABLE if name != "last_activity"), "job_title", "website"]
KEPT = ["user", "hash", "total_points", "life_time_value", "created_at", "last_activity", "updated_at"]
# Tags (or lists) offered as a filter, and told of one contact in the list.
FILTER_CHOICES = 30
SHOWN_SEGMENTS = 4
# Contacts named on the page before a deletion.
SHOWN_DELETED = 20
CUSTOM = "custom-"  # no column's name has a hyphen
TAKEN = "Another contact has this address."


class PlainValueField(forms.CharField):
    """A text kept as it was written. Browsers send each line break as two characters: that changes nothing."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, strip=False, **options)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value) or "").replace("\r\n", "\n")

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(initial) != self.to_python(data)


class OfferedValueField(forms.ChoiceField):
    """One of the options of a custom field."""

    def __init__(self, options: Sequence[str], nothing: str = "---------", **rest: Any) -> None:
        choices = [("", nothing), *((option, option) for option in options)]
        super().__init__(choices=choices, required=False, **rest)


class OfferedValuesField(forms.MultipleChoiceField):
    """Some of the options of a custom field."""

    def __init__(self, options: Sequence[str], **rest: Any) -> None:
        super().__init__(choices=[(option, option) for option in options], required=False, **rest)


def value_field(definition: CustomField, value: Any) -> forms.Field:
    """The form's field for a contact's value of a custom field; a value outside the options is offered too."""
    stored = value if isinstance(value, list) else [value] if value else []
    options = list(dict.fromkeys(str(option) for option in [*definition.options, *stored]))
    label: Any = {"label": definition.label}
    match definition.type:
        case "select-one" if definition.options:
            return OfferedValueField(options, **label)
        case "radio" if definition.options:
            return OfferedValueField(options, "None", widget=forms.RadioSelect, **label)
        case "select-multi" if definition.options:
            return OfferedValuesField(options, **label)
        case "checkbox" if definition.options:
            return OfferedValuesField(options, widget=forms.CheckboxSelectMultiple, **label)
        case "select-multi" | "checkbox":
            return PlainValueField(widget=widgets.AdminTextInputWidget, help_text="Separated by commas.", **label)
        case "date":
            return PlainValueField(widget=widgets.AdminDateWidget, **label)
        case "date_time":
            return PlainValueField(help_text="Such as 2026-01-31 09:05:00.", **label)
        case "number":
            return PlainValueField(widget=forms.TextInput({"inputmode": "decimal"}), **label)
    # A line's input would lose the line breaks of a stored text.
    several_lines = definition.type == "textarea" or "\n" in str(value)
    widget: Any = widgets.AdminTextareaWidget({"rows": 4}) if several_lines else widgets.AdminTextInputWidget
    return PlainValueField(widget=widget, **label)


def initial_value(value: Any, field: forms.Field) -> Any:
    """A stored value as its form field shows it, also one that was stored when the field had another type."""
    if isinstance(field, forms.MultipleChoiceField):
        return value if isinstance(value, list) else [value] if value else []
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return value


def segments_field(model: type[Segment], relation: str) -> Any:
    return forms.ModelMultipleChoiceField(
        model._default_manager.all(),
        required=False,
        widget=widgets.AutocompleteSelectMultiple(Subscriber._meta.get_field(relation), admin.site),
    )


class StaffContactSerializer(ContactSerializer):
    """With the columns that FluentCRM's bodies have no key for."""

    job_title = optional_text()
    website = optional_address()


class ContactForm(forms.ModelForm):  # type: ignore[type-arg]
    """A contact under the API's own rules. `draft` is what the services are to write: what was changed, no more.

    Each field carries along what it was when the form was shown. Someone who has unsubscribed, or
    was given a tag, while the form was open stays so, unless just that was edited.
    """

    contact_type = forms.ChoiceField()
    tags = segments_field(Tag, "tags")
    lists = segments_field(ContactList, "lists")

    definitions: ClassVar[Sequence[CustomField]] = ()
    draft: Draft

    class Meta:
        model = Subscriber
        fields: ClassVar = [*COLUMNS, "pipeline_stage"]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        if "contact_type" in self.fields:
            names = dict.fromkeys([*settings.CONTACT_TYPES, self.instance.contact_type])
            cast(forms.ChoiceField, self.fields["contact_type"]).choices = [(name, name) for name in names]
        for definition in self.definitions:
            name, value = CUSTOM + definition.slug, self.instance.custom_values.get(definition.slug)
            self.fields[name] = value_field(definition, value)
            self.initial[name] = initial_value(value, self.fields[name])
        if not self.is_new:
            for field in self.fields.values():
                field.show_hidden_initial = True

    @property
    def is_new(self) -> bool:
        return self.instance.pk is None

    def validate_constraints(self) -> None:
        # clean() says the same in words that name the field.
        pass

    def clean(self) -> dict[str, Any]:
        super().clean()
        columns = self.clean_columns()
        custom_values = self.clean_custom_values()
        self.draft = Draft(columns, custom_values, **self.segments())  # type: ignore[arg-type]
        return self.cleaned_data

    def clean_columns(self) -> dict[str, Any]:
        """The columns to write, by the rules of the API."""
        sent = {name: as_sent(self.cleaned_data[name]) for name in COLUMNS if self.is_written(name)}
        serializer = StaffContactSerializer(data=sent)
        serializer.is_valid()
        for name, errors in serializer.errors.items():
            self.add_error(name, [str(error) for error in errors])
        columns = {} if serializer.errors else serializer.validated_data
        if email := columns.get("email"):
            others = Subscriber.objects.with_email(email).exclude(pk=self.instance.pk)
            if others.exists():
                self.add_error("email", TAKEN)
        if self.is_written("pipeline_stage"):
            stage = self.cleaned_data["pipeline_stage"]
            return {**columns, "pipeline_stage_id": stage and stage.pk}
        return dict(columns)

    def clean_custom_values(self) -> dict[str, Any]:
        """The custom values to write, held to the types of their fields."""
        names = {definition.slug: CUSTOM + definition.slug for definition in self.definitions}
        sent = {slug: self.cleaned_data[name] for slug, name in names.items() if self.is_written(name)}
        checked = check_values(
            sent, {definition.slug: Kind(definition.type, definition.options) for definition in self.definitions}
        )
        for slug, error in checked.errors.items():
            self.add_error(names[slug], error)
        return checked.values

    def is_written(self, name: str) -> bool:
        """Whether a field's value is to be written: a valid one that was changed, or filled in for a new contact."""
        if name not in self.cleaned_data:
            return False
        return self.cleaned_data[name] not in (None, "", []) if self.is_new else name in self.changed_data

    def segments(self) -> dict[str, list[int]]:
        """Tags and lists to attach and to detach."""
        changes = {}
        for name in ("tags", "lists"):
            chosen = [segment.pk for segment in self.cleaned_data.get(name, [])]
            shown: Any = [] if self.is_new else cast(Any, self.data).getlist(self.add_initial_prefix(name))
            before = [int(pk) for pk in shown if is_id(pk)]
            changes[name] = [pk for pk in chosen if pk not in before]
            changes[f"detach_{name}"] = [pk for pk in before if pk not in chosen]
        return changes


def as_sent(value: Any) -> Any:
    """A form's value as a client of the API would send it."""
    if value is None:
        return ""
    return str(value) if isinstance(value, date | Decimal) else value


class ContactPaginator(Paginator):  # type: ignore[type-arg]
    """Pages of contacts: ids first, from the nearer end, so that no page reads the rows of those before it."""

    def __init__(self, *arguments: Any, known_count: int | None = None) -> None:
        super().__init__(*arguments)
        self.known_count = known_count

    @cached_property
    def count(self) -> int:
        return cast("QuerySet[Subscriber]", self.object_list).count() if self.known_count is None else self.known_count

    def page(self, number: Any) -> Page[Any]:
        number = self.validate_number(number)
        contacts = cast("QuerySet[Subscriber]", self.object_list)
        start = (number - 1) * self.per_page
        limit = max(min(self.per_page, self.count - start), 0)
        if start > self.count // 2:
            start, narrow = self.count - start - limit, contacts.reverse()
        else:
            narrow = contacts
        ids = list(narrow.values_list("pk", flat=True)[start : start + limit])
        return Page(contacts.filter(pk__in=ids), number, self)


class StatusFilter(admin.SimpleListFilter):
    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return Status.choices

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset if self.value() is None else queryset.with_status([self.value()])


class ContactTypeFilter(admin.SimpleListFilter):
    title = "type"
    parameter_name = "contact_type"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [(name, name) for name in settings.CONTACT_TYPES]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return queryset if self.value() is None else queryset.filter(contact_type=self.value())


class SegmentFilter(admin.SimpleListFilter):
    """Contacts with one tag (or list): the first ones by title are offered, the number of contacts in the list
    of tags leads to every one.
    """

    model: ClassVar[type[Segment]]
    relation: ClassVar[str]

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        segments = self.model._default_manager
        offered = list(segments.order_by("title", "pk").values_list("pk", "title")[:FILTER_CHOICES])
        chosen = self.value() or ""
        if is_id(chosen) and int(chosen) not in dict(offered):
            offered += segments.filter(pk=chosen).values_list("pk", "title")
        return [(str(pk), title) for pk, title in offered]

    def has_output(self) -> bool:
        # Django does not apply a filter that has nothing to offer: with the last tag deleted, its
        # contacts would be all contacts.
        return super().has_output() or self.value() is not None

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        chosen = self.value()
        if chosen is None:
            return queryset
        if not is_id(chosen):
            raise IncorrectLookupParameters
        return queryset.filter(queryset.link_exists(self.relation, [int(chosen)]))


class TagFilter(SegmentFilter):
    title, parameter_name, model, relation = "tag", "tag", Tag, "tags"


class ListFilter(SegmentFilter):
    title, parameter_name, model, relation = "list", "list", ContactList, "lists"


class ContactActionForm(helpers.ActionForm):
    """An action, and what it attaches, detaches or sets."""

    # Labels start with a space that stays: the widget before leaves none.
    tag = forms.ModelChoiceField(
        Tag.objects.all(),
        required=False,
        label="\N{NO-BREAK SPACE}Tag:",
        widget=widgets.AutocompleteSelect(
            Subscriber._meta.get_field("tags"), admin.site, attrs={"style": "width: 10em"}
        ),
    )
    contact_list = forms.ModelChoiceField(
        ContactList.objects.all(),
        required=False,
        label="\N{NO-BREAK SPACE}List:",
        widget=widgets.AutocompleteSelect(
            Subscriber._meta.get_field("lists"), admin.site, attrs={"style": "width: 10em"}
        ),
    )
    status = forms.ChoiceField(
        choices=[("", "---------"), *Status.choices], required=False, label="\N{NO-BREAK SPACE}Status:"
    )


@admin.register(Subscriber)
class SubscriberAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = ContactForm
    action_form = ContactActionForm
    paginator = ContactPaginator
    list_display = ("address", "full_name", "status", "tag_titles", "list_titles", "created_on")
    list_filter = (StatusFilter, ContactTypeFilter, TagFilter, ListFilter)
    list_per_page = 50
    # Any name would do: it makes the search box, get_search_results does the search.
    search_fields = ("email",)
    search_help_text = "Part of a name, e-mail address, phone number or postal address"
    ordering = ("-id",)
    # Those that have an index.
    sortable_by = ("address", "created_on")
    # Counts beside the filters, and the number of all contacts beside that of those found, cost more
    # than the page.
    show_facets = admin.ShowFacets.NEVER
    show_full_result_count = False
    readonly_fields = (*KEPT, "custom_values_shown")
    actions = ("attach_tag", "detach_tag", "attach_list", "detach_list", "change_status", "delete_selected")

    # --- The list ---------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> QuerySet[Subscriber]:
        """Contacts with their tags and lists: one statement for all of the tags, one for all of the lists."""
        contacts: QuerySet[Subscriber] = super().get_queryset(request)
        return contacts.defer("search_text").prefetch_related(
            Prefetch("tags", Tag.objects.order_by("title", "pk")),
            Prefetch("lists", ContactList.objects.order_by("title", "pk")),
        )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        contacts: Any = queryset
        text = " ".join(search_term.replace("\x00", "").split())
        return (contacts.matching(text) if text else contacts), False

    def get_paginator(
        self,
        request: HttpRequest,
        queryset: Any,
        per_page: int,
        orphans: int = 0,
        allow_empty_first_page: bool = True,
    ) -> ContactPaginator:
        return ContactPaginator(queryset, per_page, orphans, allow_empty_first_page, known_count=kept_count(request))

    @admin.display(description="e-mail", ordering=Address("email"))
    def address(self, contact: Subscriber) -> str:
        return contact.email

    @admin.display(description="name")
    def full_name(self, contact: Subscriber) -> str:
        return contact.full_name

    @admin.display(description="tags")
    def tag_titles(self, contact: Subscriber) -> str:
        return titles(contact.tags.all())

    @admin.display(description="lists")
    def list_titles(self, contact: Subscriber) -> str:
        return titles(contact.lists.all())

    @admin.display(description="created", ordering="created_at")
    def created_on(self, contact: Subscriber) -> SafeString:
        # The day alone: a date with its time takes the room of two columns.
        return format_html('<span class="nowrap">{}</span>', f"{localtime(contact.created_at):%Y-%m-%d}")

    # --- One contact ------------------------------------------------------------------------

    def definitions(self, request: Any) -> list[CustomField]:
        """The custom fields, read once a request."""
        if not hasattr(request, "custom_field_definitions"):
            request.custom_field_definitions = definitions()
        return request.custom_field_definitions

    def get_fieldsets(self, request: HttpRequest, obj: Subscriber | None = None) -> Any:
        address = ["address_line_1", "address_line_2", "postal_code", "city", "state", "country"]
        person = ["email", "status", "contact_type", "prefix", "first_name", "last_name", "phone", "date_of_birth"]
        person += ["job_title", "website", "pipeline_stage"]
        rest = [name for name in COLUMNS if name not in person and name not in address]
        if obj is not None and not self.has_change_permission(request, obj):
            # Django shows no form fields to those who may only look.
            custom = ["custom_values_shown"]
        else:
            custom = [CUSTOM + definition.slug for definition in self.definitions(request)]
        return [
            (None, {"fields": person}),
            ("Tags and lists", {"fields": ["tags", "lists"]}),
            *([("Custom fields", {"fields": custom})] if custom else []),
            ("Address", {"fields": address}),
            ("More", {"fields": rest, "classes": ["collapse"]}),
            *([("Kept by the server", {"fields": KEPT, "classes": ["collapse"]})] if obj else []),
        ]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:
        """The form class, which makes a field for each custom field by itself."""
        names = kwargs.pop("fields", None) or [
            name for _, options in self.get_fieldsets(request, obj) for name in options["fields"]
        ]
        columns = [name for name in names if not name.startswith(CUSTOM)]
        form: Any = super().get_form(request, obj, change, fields=columns, **kwargs)
        form.definitions = self.definitions(request)
        return form

    @admin.display(description="custom values")
    def custom_values_shown(self, contact: Subscriber) -> SafeString:
        shown = CustomField.objects.filter(scope=Scope.CONTACT, slug__in=contact.custom_values).order_by(
            "position", "pk"
        )
        values = ((field.label, contact.custom_values[field.slug]) for field in shown)
        texts = ((label, ", ".join(value) if isinstance(value, list) else value) for label, value in values)
        return format_html_join("", "<div>{}: {}</div>", texts)

    def changeform_view(self, request: HttpRequest, *arguments: Any, **options: Any) -> HttpResponse:
        try:
            return super().changeform_view(request, *arguments, **options)
        except EmailTaken:
            # By another request, just after the form was checked: checked again it says so.
            return super().changeform_view(request, *arguments, **options)

    def save_model(self, request: HttpRequest, obj: Subscriber, form: Any, change: bool) -> None:
        draft: Draft = form.draft
        if change:
            if services.update_contact(obj.pk, draft) is None:
                raise Http404
            return
        created = services.create_contacts([draft])
        if not created:
            raise EmailTaken(draft.address)
        obj.pk = created[draft.address]

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        # Tags and lists were written with the contact.
        for formset in formsets:
            self.save_formset(request, form, formset, change)

    def delete_model(self, request: HttpRequest, obj: Subscriber) -> None:
        services.delete_contacts([obj.pk])

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """What the page before a deletion tells. What belongs to the contacts goes too and is not read for it."""
        return [str(contact) for contact in objs], {str(self.opts.verbose_name_plural): len(objs)}, set(), []

    # --- Actions on a set -------------------------------------------------------------------

    @admin.action(description="Attach the tag", permissions=["change"])
    def attach_tag(self, request: HttpRequest, queryset: QuerySet[Subscriber]) -> None:
        self.sync(request, queryset, "tags", attach=True)

    @admin.action(description="Detach the tag", permissions=["change"])
    def detach_tag(self, request: HttpRequest, queryset: QuerySet[Subscriber]) -> None:
        self.sync(request, queryset, "tags", attach=False)

    @admin.action(description="Put on the list", permissions=["change"])
    def attach_list(self, request: HttpRequest, queryset: QuerySet[Subscriber]) -> None:
        self.sync(request, queryset, "lists", attach=True)

    @admin.action(description="Take off the list", permissions=["change"])
    def detach_list(self, request: HttpRequest, queryset: QuerySet[Subscriber]) -> None:
        self.sync(request, queryset, "lists", attach=False)

    def sync(
        self, request: HttpRequest, queryset: QuerySet[Subscriber], kind: Literal["tags", "lists"], *, attach: bool
    ) -> None:
        segment = self.chosen(request, "tag" if kind == "tags" else "contact_list")
        if segment is None:
            return
        ids = ids_of(queryset)
        with transaction.atomic():
            services.sync_segments(ids, kind, [segment.pk] if attach else [], [] if attach else [segment.pk])
            word = f"{'Attached' if attach else 'Detached'} {segment._meta.verbose_name} “{segment}”"
            self.log_set(request, ids, CHANGE, f"{word}.")
        self.message_user(request, f"{word}: {contacts(len(ids))}.", messages.SUCCESS)

    @admin.action(description="Change the status", permissions=["change"])
    def change_status(self, request: HttpRequest, queryset: QuerySet[Subscriber]) -> None:
        status = self.chosen(request, "status")
        if status is None:
            return
        ids = ids_of(queryset)
        with transaction.atomic():
            services.set_status(ids, status)
            self.log_set(request, ids, CHANGE, f"Changed the status to {status}.")
        self.message_user(request, f"Changed the status to {status}: {contacts(len(ids))}.", messages.SUCCESS)

    def chosen(self, request: HttpRequest, name: str) -> Any:
        """What was chosen beside the action; None, and a message, when nothing was."""
        field = ContactActionForm().fields[name]
        try:
            value = field.clean(request.POST.get(name))
        except ValidationError:
            value = None
        if not value:
            self.message_user(request, f"Choose the {name.rpartition('_')[2]} beside the action first.", messages.ERROR)
        return value or None

    @admin.action(description="Delete", permissions=["delete"])
    def delete_selected(self, request: HttpRequest, queryset: QuerySet[Subscriber]) -> HttpResponse | None:
        """Ask, then delete, however many. Instead of each id the page carries `all-N` when all N were chosen."""
        ids = ids_of(queryset)
        confirmed = request.POST.get("post") and everything_confirmed(request) in (None, len(ids))
        if confirmed:
            with transaction.atomic():
                self.log_set(request, ids, DELETION)
                deleted = services.delete_contacts(ids)
            self.message_user(request, f"Deleted: {contacts(len(deleted))}.", messages.SUCCESS)
            return None
        everything = request.POST.get("select_across") == "1" or everything_confirmed(request) is not None
        named = list(queryset.order_by("pk").values_list("email", flat=True)[:SHOWN_DELETED])
        more = [f"and {contacts(len(ids) - len(named))} more"] if len(ids) > len(named) else []
        context = {
            **self.admin_site.each_context(request),
            "title": "Delete contacts",
            "objects_name": "contacts",
            "deletable_objects": [[*named, *more]],
            "model_count": [(self.opts.verbose_name_plural, len(ids))],
            "queryset": [SimpleNamespace(pk=pk) for pk in ([f"all-{len(ids)}"] if everything else ids)],
            "perms_lacking": set(),
            "protected": [],
            "opts": self.opts,
            "action_checkbox_name": helpers.ACTION_CHECKBOX_NAME,
            "media": self.media,
        }
        return TemplateResponse(request, "admin/delete_selected_confirmation.html", context)

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any], *arguments: Any) -> HttpResponse | None:
        if everything_confirmed(request) is None:
            return super().response_action(request, queryset, *arguments)
        if not self.has_delete_permission(request):
            raise PermissionDenied
        return self.delete_selected(request, queryset) or HttpResponseRedirect(request.get_full_path())

    def log_set(self, request: HttpRequest, ids: Sequence[int], flag: int, message: str = "") -> None:
        """One entry of the admin's log for a set of contacts."""
        LogEntry.objects.create(
            user_id=cast(int, request.user.pk),
            content_type_id=get_content_type_for_model(Subscriber).pk,
            object_id=str(ids[0]) if len(ids) == 1 else None,
            object_repr=contacts(len(ids)),
            action_flag=flag,
            change_message=message,
        )


def kept_count(request: HttpRequest) -> int | None:
    """The number of contacts in the list where it is kept (segments.counts): filtered by nothing, by a status, by one
    tag or list, or by one of these and a status. Else None. The filters have refused tags and lists that are no ids.
    """
    params = request.GET
    names = set(params) - {*IGNORED_PARAMS, PAGE_VAR, ERROR_FLAG}
    segment = names - {"status"}
    if params.get(SEARCH_VAR, "").strip() or segment not in ({"tag"}, {"list"}, set()):
        return None
    statuses = [params["status"]] if "status" in names else None
    for kind in segment:
        return count_contacts(cast(Literal["tag", "list"], kind), int(params[kind]), statuses)
    return count_contacts(statuses=statuses)


def everything_confirmed(request: HttpRequest) -> int | None:
    """N of the `all-N` that the page before a deletion sends back: how many contacts it spoke of."""
    word, _, number = request.POST.get(helpers.ACTION_CHECKBOX_NAME, "").partition("-")
    deletes = request.POST.get("action") == "delete_selected"
    return int(number) if deletes and word == "all" and is_id(number) else None


def ids_of(queryset: QuerySet[Subscriber]) -> list[int]:
    return list(queryset.order_by().values_list("pk", flat=True))


def contacts(number: int) -> str:
    return "1 contact" if number == 1 else f"{number:,} contacts"


def titles(segments: Any) -> str:
    """Titles in a row; the list of contacts has room for a few."""
    named = [segment.title for segment in segments]
    more = [f"and {len(named) - SHOWN_SEGMENTS} more"] if len(named) > SHOWN_SEGMENTS else []
    return ", ".join([*named[:SHOWN_SEGMENTS], *more])
