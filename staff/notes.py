"""Notes in the admin, with the rules of the API."""

import re
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest
from unfold.contrib.forms.widgets import WysiwygWidget

from companies.models import Company
from notes.models import COMPANY_NOTE, Note
from notes.services import delete_notes, record_created, updating
from rest.rich_text import TooLarge, clean_html
from rest.text import plain_line
from staff.confirmation import SetActions
from staff.contact_names import OfContacts
from staff.pages import NarrowPages
from staff.screens import Inline, Matched

# The page of a company shows this many of the newest notes; the list of notes has all.
SHOWN_NOTES = 10
# What the small editor writes. Other HTML, such as a table of another system, it would lose: that is shown as it is.
OF_EDITOR = re.compile(r"</?(?:a|blockquote|br|del|div|em|h1|li|ol|p|pre|strong|ul)(?: (?:href|rel)=[^>]*)?>")


class NoteForm(forms.ModelForm):  # type: ignore[type-arg]
    """A note whose owner is known."""

    class Meta:
        model = Note
        fields: ClassVar = ["type", "title", "description", "created_at"]

    def clean_title(self) -> str:
        title = plain_line(self.cleaned_data["title"])
        if not title:
            raise forms.ValidationError("The title must have a text.")
        return title

    def clean_description(self) -> str:
        try:
            description = clean_html(self.cleaned_data["description"])
        except TooLarge:
            raise forms.ValidationError("The description is too long.") from None
        if not description:
            raise forms.ValidationError("Nothing of the description is allowed here.")
        return description


class OwnedNoteForm(NoteForm):
    """A note with a field for its owner: a contact or a company."""

    class Meta(NoteForm.Meta):
        fields: ClassVar = ["subscriber", "company", *NoteForm.Meta.fields]

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        # Not where it is only shown.
        if field := self.fields.get("description"):
            if knows_editor(self.instance.description):
                field.widget = WysiwygWidget()
            else:
                field.help_text = "HTML, with more in it than the editor knows"

    def clean(self) -> dict[str, Any]:
        super().clean()
        if not self.errors and bool(self.cleaned_data["subscriber"]) == bool(self.cleaned_data["company"]):
            raise forms.ValidationError("A note is about one contact or about one company.")
        return self.cleaned_data


def knows_editor(html: str) -> bool:
    return "<" not in OF_EDITOR.sub("", html)


@admin.register(Note)
class NoteAdmin(OfContacts, NarrowPages, Matched, SetActions):
    form = OwnedNoteForm
    list_display = ("title", "type", "subscriber", "company", "created_by", "created_at")
    list_select_related = ("subscriber", "company", "created_by")
    list_columns = ("title", "type", "created_at", "subscriber__email", "company__name", "created_by__username")
    list_filter = ("type", "created_at")
    search_help_text = "Title"
    ordering = ("-id",)
    # Counting the notes of each filter would read all of them for each.
    show_facets = admin.ShowFacets.NEVER
    autocomplete_fields = ("subscriber", "company")
    readonly_fields = ("created_by", "updated_at")

    def delete_set(self, ids: list[int]) -> int:
        return delete_notes(Note.objects.filter(pk__any_of=ids))

    def save_model(self, request: HttpRequest, obj: Note, form: Any, change: bool) -> None:
        if not change:
            obj.created_by_id = request.user.pk
            obj.status = COMPANY_NOTE if obj.company_id else obj.status
            super().save_model(request, obj, form, change)
            record_created(obj)
            return
        with updating(obj):
            super().save_model(request, obj, form, change)

    def delete_model(self, request: HttpRequest, obj: Note) -> None:
        delete_notes(Note.objects.filter(pk=obj.pk))

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        delete_notes(queryset)


class NoteFormSet(BaseInlineFormSet):  # type: ignore[type-arg]
    """The newest notes of one company. The user is the author of a new note."""

    author_id: ClassVar[int | None] = None
    chosen: QuerySet[Note] | None = None

    def get_queryset(self) -> QuerySet[Note]:
        if self.chosen is None:
            notes = super().get_queryset().select_related("created_by").order_by("-pk")
            if self.is_bound:
                # The notes that the page showed; there may be newer ones by now.
                sent = (self.data.get(f"{self.add_prefix(index)}-id", "") for index in range(self.initial_form_count()))
                self.chosen = notes.filter(pk__in=[int(pk) for pk in sent if pk.isdecimal()])
            else:
                self.chosen = notes[:SHOWN_NOTES]
        return self.chosen

    def save_new(self, form: Any, commit: bool = True) -> Note:
        form.instance.created_by_id = self.author_id
        form.instance.status = COMPANY_NOTE
        note: Note = super().save_new(form, commit)
        if commit:
            record_created(note)
        return note

    def save_existing(self, form: Any, obj: Note, commit: bool = True) -> Note:
        with updating(obj):
            return super().save_existing(form, obj, commit)

    def delete_existing(self, obj: Note, commit: bool = True) -> None:
        if commit:
            delete_notes(Note.objects.filter(pk=obj.pk))


class NoteInline(Inline):
    """The newest notes, on the page of their company."""

    model = Note
    form = NoteForm
    formset = NoteFormSet
    fields = ("type", "title", "description", "created_at", "created_by")
    readonly_fields = ("created_by",)
    extra = 0
    verbose_name_plural = f"newest {SHOWN_NOTES} notes"

    def get_formset(self, request: HttpRequest, obj: Any = None, **options: Any) -> Any:
        """A class for this request, which knows the user."""
        formset: Any = super().get_formset(request, obj, **options)
        formset.author_id = request.user.pk
        return formset


def show_notes() -> None:
    """Add notes to the page of companies, if it is registered. That of contacts has them in its timeline."""
    if admin.site.is_registered(Company):
        page = type(admin.site.get_model_admin(Company))
        page.inlines = [*page.inlines, NoteInline]
