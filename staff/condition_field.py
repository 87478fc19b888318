"""The builder of conditions as a field of a form."""

import json
from collections.abc import Collection, Mapping
from typing import Any

from django import forms
from django.db import OperationalError, transaction
from django.urls import reverse
from rest_framework.exceptions import APIException
from unfold.widgets import TEXTAREA_CLASSES

from dynamic_segments.api.saved_filters import as_groups
from dynamic_segments.services import contacts_who_meet
from rest.exceptions import InvalidJSON
from rest.json import parse_json
from rest.numbers import storable
from staff import condition_words as words
from staff.condition_reading import Read, read_sent
from staff.confirmation import counted
from staff.contact_names import may_view_contacts
from subscribers.models import Subscriber


class ConditionsWidget(forms.Textarea):
    """A box with the JSON text of conditions: groups of advanced filters, or the words of a segment.

    The builder (staff/conditions.js) stands in its place and writes groups into it once somebody changes one. Until then,
    and for a condition that the builder has no form for, what is there stays as it is. Without JavaScript there is the
    box. `without` are keys of fields that are not offered, `errors` what is wrong by the places of group and condition.
    """

    template_name = "staff/conditions_box.html"

    class Media:
        css: Mapping[str, Any] = {"all": ["staff/contacts.css"]}
        js = ("staff/conditions.js",)

    def __init__(self, attrs: dict[str, Any] | None = None, *, without: Collection[str] = (), about: str = "") -> None:
        classes = " ".join([*TEXTAREA_CLASSES, "conditions-text"])
        super().__init__({"rows": 10, "spellcheck": "false", "x-ref": "text", "class": classes} | (attrs or {}))
        self.without, self.about = without, about
        self.errors: Mapping[tuple[int, int], str] = {}
        # Whether the user may see how many contacts there are.
        self.may_count = False

    def use_required_attribute(self, initial: Any) -> bool:
        """A browser would not send the form, and not say why, as the builder hides the box."""
        return False

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        """One statement for the custom fields, and one for each kind of titles that conditions name."""
        context: dict[str, Any] = super().get_context(name, value, attrs)
        groups = groups_in(context["widget"]["value"] or "")
        offered = {
            heading: [source for source in listed if source.key not in self.without]
            for heading, listed in words.sources().items()
        }
        context["widget"] |= {
            "fields": offered,
            "json": None if groups is None else self.as_json(groups, offered),
            "about": self.about,
            "count": reverse("admin:subscribers_subscriber_conditions") if self.may_count else "",
        }
        return context

    def as_json(self, groups: list[list[Any]], offered: Mapping[str, list[words.Source]]) -> str:
        """What staff/conditions.js starts with."""
        by_key = {source.key: source for listed in offered.values() for source in listed}
        titles = words.titles_of(groups)
        return json.dumps(
            {
                "fields": {key: {"kind": one.kind, "options": one.options} for key, one in by_key.items()},
                "operators": {kind: words.operators(kind) for kind in words.KINDS},
                "groups": [
                    [
                        words.shown(one, by_key, titles, self.errors.get((place, inner), ""))
                        for inner, one in enumerate(group)
                    ]
                    for place, group in enumerate(groups)
                ],
                "searched": [*words.CHOSEN],
                "required": self.is_required,
                "choices": reverse("admin:subscribers_subscriber_choices"),
            }
        )


class ConditionsField(forms.CharField):
    """Conditions on contacts, read as the API reads them. Cleaned it is a `Read`, of no groups if the box is empty."""

    widget = ConditionsWidget

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if is_empty(text) and not self.required:
            return Read()
        read = read_sent(text)
        self.widget.errors = read.errors
        if read.says:
            raise forms.ValidationError(read.says)
        return read

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(parsed(initial or "") != parsed(data or ""))


def let_count(form: forms.BaseForm, user: Any) -> None:
    """Offer the number of contacts in a form's builders to who may see contacts."""
    for field in form.fields.values():
        if isinstance(field.widget, ConditionsWidget):
            field.widget.may_count = may_view_contacts(user)


def as_text(value: Any) -> str:
    """Conditions as the box shows them."""
    return json.dumps(value, indent=2, ensure_ascii=False) if value else ""


def parsed(text: str) -> Any:
    """The JSON that a box has; its text if it is none."""
    try:
        return storable(parse_json(text.encode())) if text.strip() else []
    except (InvalidJSON, UnicodeEncodeError):
        return text


def is_empty(text: str) -> bool:
    return parsed(text) in ([], [[]])


def groups_in(text: str) -> list[list[Any]] | None:
    """The groups of a box; None if the builder cannot show what it has."""
    kept = parsed(text)
    try:
        groups = as_groups(kept) if isinstance(kept, dict) else kept
    except APIException:
        return None
    is_groups = isinstance(groups, list) and all(isinstance(group, list) for group in groups)
    # Without empty ones, as they are read: what is wrong is known by the place.
    return [group for group in groups if group] if is_groups else None


def number_of(text: str) -> str:
    """How many contacts meet the conditions of a box, in words."""
    read = read_sent(text)
    if read.errors:
        return "Some conditions need a look: apply them to see which."
    if read.problem:
        return read.problem
    try:
        # A statement that takes too long ends the transaction that it is in.
        with transaction.atomic():
            return counted(Subscriber._meta, contacts_who_meet(read.conditions).count())
    except OperationalError:
        return "Too many to count now."
