"""The form of a contact, with the rules of the API."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar, cast

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin import widgets
from unfold.widgets import UnfoldAdminSelectWidget

from companies.models import Company
from custom_fields.models import CustomField
from custom_fields.services import check_values
from custom_fields.types import Kind
from segments.services import is_id
from staff.value_fields import initial_value, value_field
from subscribers import services
from subscribers.api.serializers import ContactSerializer
from subscribers.models import Subscriber
from subscribers.services import Draft
from wp_rest.fields import optional_address, optional_text

# The columns that staff may change.
COLUMNS = [*(name for name in services.EDITABLE if name != "last_activity"), "job_title", "website"]
CUSTOM = "custom-"  # the name of a column has no hyphen
TAKEN = "Another contact has this address."


def chooser(relation: str) -> Any:
    """A field for rows of a relation (tags, lists, companies), with a search."""
    field: Any = Subscriber._meta.get_field(relation)
    return forms.ModelMultipleChoiceField(
        field.related_model._default_manager.all(),
        required=False,
        widget=widgets.AutocompleteSelectMultiple(field, admin.site),
    )


@dataclass(frozen=True)
class Companies:
    """The changes of a contact's companies: ids to attach and to detach, and a new primary one."""

    attach: Sequence[int] = ()
    detach: Sequence[int] = ()
    primary: int | None = None

    def hold(self, pk: int | None) -> None:
        """Hold what contact `pk` (None: a new one) will be linked to, before it is locked (see services.locks)."""
        leaving = [pk] if pk and self.detach else []
        services.hold_companies_of(leaving, beside=[*self.attach, *([self.primary] if self.primary else [])])

    def write(self, pk: int) -> None:
        """Write the changes for contact `pk`. Without changes nothing is done."""
        if self.attach:
            services.attach_companies([pk], self.attach)
        if self.detach:
            services.detach_companies([pk], self.detach)
        if self.primary:
            services.choose_companies({pk: self.primary})


class StaffContactSerializer(ContactSerializer):
    """Adds the columns for which FluentCRM's bodies have no key."""

    job_title = optional_text()
    website = optional_address()


class ContactForm(forms.ModelForm):  # type: ignore[type-arg]
    """A contact, with the rules of the API. `draft` has what the services should write: only what was edited.

    Each field sends its initial value too. If a contact has unsubscribed, or got a tag, while the form was open, this
    is kept, unless the same field was edited.
    """

    contact_type = forms.ChoiceField(widget=UnfoldAdminSelectWidget)
    tags = chooser("tags")
    lists = chooser("lists")
    companies = chooser("companies")
    company = forms.ModelChoiceField(
        Company.objects.all(),
        required=False,
        label="Primary company",
        help_text="The contact is also added to this company.",
        widget=widgets.AutocompleteSelect(Subscriber._meta.get_field("company"), admin.site),
    )

    definitions: ClassVar[Sequence[CustomField]] = ()
    draft: Draft
    companies_draft: Companies

    class Meta:
        model = Subscriber
        fields: ClassVar = [*COLUMNS, "pipeline_stage"]
        labels: ClassVar = {"email": "E-mail address"}

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
        # clean() has an error for this that names the field.
        pass

    def clean(self) -> dict[str, Any]:
        super().clean()
        columns = self.clean_columns()
        custom_values = self.clean_custom_values()
        segments: Any = {}
        for name in ("tags", "lists"):
            segments[name], segments[f"detach_{name}"] = self.attached_and_detached(name)
        self.draft = Draft(columns, custom_values, **segments)
        self.companies_draft = self.read_companies()
        return self.cleaned_data

    def clean_columns(self) -> dict[str, Any]:
        """The columns to write, checked with the rules of the API."""
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
        """The custom values to write, checked against the types of their fields."""
        names = {definition.slug: CUSTOM + definition.slug for definition in self.definitions}
        sent = {slug: self.cleaned_data[name] for slug, name in names.items() if self.is_written(name)}
        checked = check_values(
            sent, {definition.slug: Kind(definition.type, definition.options) for definition in self.definitions}
        )
        for slug, error in checked.errors.items():
            self.add_error(names[slug], error)
        return checked.values

    def is_written(self, name: str) -> bool:
        """Whether to write the value of a field: it is valid and was edited."""
        if name not in self.cleaned_data:
            return False
        return self.cleaned_data[name] not in (None, "", []) if self.is_new else name in self.changed_data

    def attached_and_detached(self, name: str) -> tuple[list[int], list[int]]:
        """The ids of tags (or lists, or companies) that were added to the field, and of those that were removed."""
        chosen = [row.pk for row in self.cleaned_data.get(name, [])]
        shown: Any = [] if self.is_new else cast(Any, self.data).getlist(self.add_initial_prefix(name))
        before = [int(pk) for pk in shown if is_id(pk)]
        return [pk for pk in chosen if pk not in before], [pk for pk in before if pk not in chosen]

    def read_companies(self) -> Companies:
        """The companies to write. A contact with companies always has a primary one."""
        attach, detach = self.attached_and_detached("companies")
        if not self.is_written("company"):
            return Companies(attach, detach)
        primary = self.cleaned_data["company"]
        if primary is None and self.cleaned_data.get("companies"):
            self.add_error("company", "Choose one, or take the contact out of all companies.")
        if primary is not None and primary.pk in detach:
            self.add_error("company", "The contact is to leave this company.")
        return Companies(attach, detach, primary and primary.pk)


def as_sent(value: Any) -> Any:
    """A form's value as a client of the API would send it."""
    if value is None:
        return ""
    return str(value) if isinstance(value, date | Decimal) else value
