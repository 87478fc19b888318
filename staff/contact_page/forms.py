"""The small forms of a contact's page."""

from typing import Any, ClassVar

from django import forms
from unfold.contrib.forms.widgets import WysiwygWidget
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from notes.models import Note
from staff.notes import NoteForm
from subscribers.models import LEFT, Status, Subscriber


class NewNoteForm(NoteForm):
    """A note about the contact of the page."""

    class Meta:
        model = Note
        fields: ClassVar = ["type", "title", "description"]
        widgets: ClassVar = {
            "type": UnfoldAdminSelectWidget,
            "title": UnfoldAdminTextInputWidget,
            "description": WysiwygWidget,
        }


class StatusForm(forms.Form):
    """A new status, with the reason if the contact leaves by it."""

    status = forms.ChoiceField(choices=Status.choices, widget=UnfoldAdminSelectWidget)
    reason = forms.CharField(
        required=False,
        max_length=500,
        widget=UnfoldAdminTextInputWidget,
        help_text="Kept with the contact.",
    )


def question(contact: Subscriber, status: str) -> str:
    """What to ask before a contact gets a status; nothing if there is no need."""
    if status in LEFT and contact.status not in LEFT:
        return f"Set the status to {Status(status).label}? {contact.email} gets no more mails, and waiting ones do not leave."
    if contact.status in LEFT and status not in LEFT:
        return (
            f"Set the status to {Status(status).label}? {contact.email} is {Status(contact.status).label.lower()}. "
            "Do so only if the contact asked for it."
        )
    return ""


def problems(form: Any) -> str:
    """The errors of a form as one line."""
    return " ".join(error for errors in form.errors.values() for error in errors)
