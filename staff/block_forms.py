"""The form of a block of an automation, made of what its settings are: tags, a wait, a mail. What it has no field for is JSON."""

import json
from collections.abc import Mapping
from typing import Any

from django import forms

from automations.filters import groups_of
from automations.models import Automation
from automations.parts.conditionals import Meets
from automations.parts.values import ids, text, texts
from automations.parts.waits import BIRTHDAY, UNITS, WEEKDAYS, Wait
from automations.registry import Action
from automations.services.mails import MAIL_BLOCK, REFERENCE
from custom_fields.services import definitions
from emails.models import Kind, Mailing
from sequences.models import EmailSequence
from staff.condition_field import ConditionsField, as_text
from staff.condition_reading import Read
from staff.contact_form import chooser
from staff.mail_templates import CODES, MarkupFormField
from staff.mail_words import ABOUT_PREVIEW, ABOUT_SUBJECT, PREVIEW_TEXT, DesignField, offer_design
from staff.widgets import themed
from subscribers.models import Status

MAIL_FIELDS = ("subject", "pre_header", "body", "design")
# Settings with a field of their own.
LINKED = {"tags": "tags", "lists": "lists", "companies": "companies"}
WAITS = {
    "unit_wait": "for some time",
    "timestamp_wait": "until a date",
    "to_day": "until a day of the week",
    "by_custom_field": "until a date of the contact",
}
# Custom fields with dates.
DATES = ("date", "date_time")
FOR_WAITS = (
    "wait_type",
    "wait_time_amount",
    "wait_time_unit",
    "wait_date_time",
    "to_day",
    "to_day_time",
    "by_custom_field",
)


class BlockForm(forms.Form):
    """What a block does. `mail` is what its mail says, if it has one."""

    title = forms.CharField(max_length=255, required=False, help_text="How staff see it. If empty, the kind of block.")

    def __init__(
        self, action: Action, settings: Mapping[str, Any], mail: Mailing | None, *args: Any, **kw: Any
    ) -> None:
        super().__init__(*args, **kw)
        self.action, self.kept, self.saved_mail = action, dict(settings), mail
        if action.name == Wait.name:
            self.fields.update(wait_fields())
            self.initial.update({name: text(settings, name) for name in FOR_WAITS if name != "to_day"})
            self.fields["by_custom_field"] = date_field(text(settings, "by_custom_field"))
            self.initial["to_day"] = [word.lower()[:3] for word in texts(settings, "to_day")]
            if text(settings, "is_timestamp_wait") == "yes":
                self.initial["wait_type"] = "timestamp_wait"
        elif action.name == MAIL_BLOCK:
            self.fields.update(mail_fields())
            self.initial.update({name: getattr(mail, name) for name in MAIL_FIELDS} if mail else {})
            offer_design(self)
        else:
            self.add_fields(settings)
        themed(self.fields)

    def add_fields(self, settings: Mapping[str, Any]) -> None:
        """A field for each of the settings that the block has."""
        known = self.action.settings
        for name, relation in LINKED.items():
            if name in known:
                self.fields[name] = chooser(relation)
                self.initial[name] = ids(settings, name)
        if "select_type" in known:
            self.fields["select_type"] = forms.ChoiceField(choices=[("any", "one of them"), ("all", "all of them")])
            self.fields["select_type"].label = "The contact has"
            self.initial["select_type"] = text(settings, "select_type") or "any"
        if "sequence_id" in known:
            self.fields["sequence_id"] = forms.ModelChoiceField(EmailSequence.objects.order_by("title"))
            self.fields["sequence_id"].label = "E-mail sequence"
            self.initial["sequence_id"] = next(iter(ids(settings, "sequence_id", "sequence_ids")), None)
        if "automation_ids" in known:
            self.fields["automation_ids"] = forms.ModelMultipleChoiceField(Automation.objects.order_by("title"))
            self.fields["automation_ids"].label = "Automations"
            self.initial["automation_ids"] = ids(settings, "automation_ids")
        if "status" in known:
            self.fields["status"] = forms.ChoiceField(choices=Status.choices)
            self.initial["status"] = text(settings, "status")
        if isinstance(self.action, Meets):
            self.add_conditions("conditions", self.action.groups(settings))
        rest = {name: settings.get(name, value) for name, value in known.items() if name not in self.fields}
        if rest:
            self.fields["further"] = forms.JSONField(
                required=False,
                widget=forms.Textarea(attrs={"rows": 10}),
                help_text="The further settings, as in the API (JSON).",
            )
            self.initial["further"] = rest

    def add_conditions(self, name: str, groups: list[Any], **options: Any) -> None:
        self.fields[name] = ConditionsField(**options)
        self.initial[name] = as_text([group for group in groups if group])

    def add_filters(self, conditions: Any) -> None:
        """What contacts must meet, beside what happened, for the automation to start (automations.services.history)."""
        kept = conditions.get("filters") if isinstance(conditions, dict) else None
        about = "Only contacts who meet these conditions at that time. Without any, all."
        self.add_conditions("filters", groups_of(kept), required=False, help_text=about)

    def filtered(self, conditions: Any) -> Any:
        """The conditions of the automation with those of the form, if somebody changed them."""
        if "filters" not in self.changed_data:
            return conditions
        return {**(conditions if isinstance(conditions, dict) else {}), "filters": self.cleaned_data["filters"].groups}

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if "further" in self.fields and not isinstance(cleaned.get("further") or {}, dict):
            self.add_error("further", "It must be an object.")
        elif not self.errors and (problem := self.action.check(self.settings)):
            self.add_error(None, problem)
        return cleaned

    @property
    def settings(self) -> dict[str, Any]:
        """The settings that the form means; those that it does not show stay."""
        cleaned, settings = self.cleaned_data, self.kept
        for name, field in self.fields.items():
            value = cleaned.get(name)
            if isinstance(field, forms.ModelMultipleChoiceField):
                settings[name] = [str(row.pk) for row in value or ()]
            elif isinstance(field, forms.ModelChoiceField):
                settings[name] = str(value.pk) if value else ""
            elif name in ("status", "select_type", *FOR_WAITS):
                settings[name] = value
            elif name == "conditions" and isinstance(value, Read) and name in self.changed_data:
                settings[name] = value.groups
        if self.action.name == Wait.name:
            settings["is_timestamp_wait"] = "yes" if settings["wait_type"] == "timestamp_wait" else ""
        if self.action.name == MAIL_BLOCK:
            # It has its mail as it is saved.
            settings = {**self.action.settings, **settings, REFERENCE: settings.get(REFERENCE) or "1", "campaign": {}}
        further = json.loads(json.dumps(cleaned.get("further") or {}))
        return {**settings, **further}

    @property
    def mail(self) -> dict[str, Any] | None:
        """The columns of Mailing, of a block with a mail."""
        if self.action.name != MAIL_BLOCK:
            return None
        return {name: self.cleaned_data[name] for name in MAIL_FIELDS}

    @property
    def written_mail(self) -> Mailing | None:
        """The mail as it is in the form, not saved, from the sender of the one that is; None for a block without one."""
        further = self.saved_mail.settings if self.saved_mail else {}
        return Mailing(kind=Kind.AUTOMATION, settings=further, **self.mail) if self.mail else None


def wait_fields() -> dict[str, forms.Field]:
    return {
        "wait_type": forms.ChoiceField(choices=[*WAITS.items()], label="Wait"),
        "wait_time_amount": forms.CharField(max_length=10, required=False, label="How many"),
        "wait_time_unit": forms.ChoiceField(
            choices=[(unit, unit) for unit in (*UNITS, "months")], required=False, label="Unit", initial="days"
        ),
        "wait_date_time": forms.CharField(
            max_length=32, required=False, label="Date", help_text="Such as 2030-01-31 09:30, in the site's time zone."
        ),
        "to_day": forms.MultipleChoiceField(
            choices=[(day, day.capitalize()) for day in WEEKDAYS],
            required=False,
            label="Days of the week",
            widget=forms.CheckboxSelectMultiple,
        ),
        "to_day_time": forms.CharField(
            max_length=8, required=False, label="Time of that day", help_text="Such as 09:30."
        ),
    }


def date_field(chosen: str) -> forms.Field:
    """Whose date to wait for: the birthday, or a custom field with a date. One statement. What is chosen stays."""
    dates = {field.slug: field.label for field in definitions() if field.type in DATES}
    choices = {"": "Choose a date", BIRTHDAY: "Birthday", **dates}
    kept = {} if chosen in choices else {chosen: f"{chosen} (no such field)"}
    about = "Each contact waits for its own date. Who has none, or one that is over, goes on at once."
    return forms.ChoiceField(
        choices=[*(choices | kept).items()], required=False, label="Date of the contact", help_text=about
    )


def mail_fields() -> dict[str, forms.Field]:
    return {
        "subject": forms.CharField(max_length=500, help_text=ABOUT_SUBJECT),
        "pre_header": forms.CharField(max_length=500, required=False, label=PREVIEW_TEXT, help_text=ABOUT_PREVIEW),
        "body": MarkupFormField(widget=forms.Textarea(attrs={"rows": 20}), help_text=CODES),
        "design": DesignField(),
    }
