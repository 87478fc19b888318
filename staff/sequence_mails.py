"""The mails of sequences in the admin, held to the same rules as those that come through the API."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from emails.api.serializers import MAX_BODY
from emails.models import Mailing
from rest.text import plain_line
from sequences.api.serializers import LONGEST, SECONDS
from sequences.models import SequenceMail
from sequences.services.mails import delete_mails, save_mail
from sequences.windows import DAYS
from staff.confirmation import SetActions
from staff.mail_templates import CODES, MarkupFormField
from staff.mail_words import ABOUT_PREVIEW, ABOUT_SUBJECT, PREVIEW_TEXT, DesignField, offer_design
from staff.pages import NarrowPages
from staff.previews import Previewed
from staff.widgets import themed

WORDS = ("title", "subject", "pre_header", "body", "design")


class SequenceMailForm(forms.ModelForm):  # type: ignore[type-arg]
    """When a mail leaves, and what is written in it."""

    title = forms.CharField(max_length=192, required=False, help_text="The subject, if it is empty.")
    subject = forms.CharField(max_length=500, help_text=ABOUT_SUBJECT)
    pre_header = forms.CharField(max_length=500, required=False, label=PREVIEW_TEXT, help_text=ABOUT_PREVIEW)
    body = MarkupFormField(
        widget=forms.Textarea(attrs={"class": "vLargeTextField", "rows": 30, "maxlength": MAX_BODY}), help_text=CODES
    )
    design = DesignField()
    days = forms.MultipleChoiceField(
        choices=[(day, day) for day in DAYS],
        label="Days of the week",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="The days on which it may leave; none: on every day.",
    )

    class Meta:
        model = SequenceMail
        fields: ClassVar = ["sequence", "delay_amount", "delay_unit", "starts_at", "ends_at", "days"]
        help_texts: ClassVar = {"delay_amount": "Counted from when a contact enters. It makes the order of the mails."}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.initial.update({name: getattr(self.instance.mailing, name) for name in WORDS})
        offer_design(self)
        themed(self.fields)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name in ("title", "subject", "pre_header", "design"):
            cleaned[name] = plain_line(cleaned.get(name, ""))
        if cleaned.get("ends_at") and not cleaned.get("starts_at"):
            self.add_error("ends_at", "Choose from when it may leave, too.")
        if cleaned.get("delay_amount", 0) * SECONDS.get(cleaned.get("delay_unit", ""), 0) > LONGEST:
            self.add_error("delay_amount", "The delay must be at most ten years.")
        return cleaned


@admin.register(SequenceMail)
class SequenceMailAdmin(NarrowPages, Previewed, SetActions):
    """Beside its form a preview, and a button that sends a test to whoever is signed in."""

    form = SequenceMailForm
    change_form_template = "admin/sequences/sequencemail/change_form.html"
    few_rows = True
    list_display = ("mailing", "sequence", "delay_amount", "delay_unit")
    list_select_related = ("mailing", "sequence")
    list_columns = ("delay_amount", "delay_unit", "mailing__title", "mailing__subject", "sequence__title")
    ordering = ("sequence", "delay", "pk")
    sortable_by = ()
    fields = (
        *("sequence", ("delay_amount", "delay_unit"), ("starts_at", "ends_at"), "days"),
        *WORDS,
    )

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """A mail stays in its sequence: contacts are on their way to it."""
        return ("sequence",) if obj else ()

    def save_model(self, request: HttpRequest, obj: SequenceMail, form: Any, change: bool) -> None:
        if not change:
            sender = obj.sequence.settings.get("mailer_settings")
            obj.mailing = Mailing(created_by_id=request.user.pk, settings={"mailer_settings": sender} if sender else {})
        for name in WORDS:
            setattr(obj.mailing, name, form.cleaned_data[name])
        save_mail(obj)

    def response_change(self, request: HttpRequest, obj: SequenceMail) -> HttpResponse:
        if "_test" not in request.POST:
            return super().response_change(request, obj)
        self.send_test_of(request, obj)
        return HttpResponseRedirect(request.get_full_path())

    def delete_model(self, request: HttpRequest, obj: SequenceMail) -> None:
        delete_mails(obj.sequence, [obj.pk])

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        """None: a mail is deleted on its own page."""
        return {}

    def has_module_permission(self, request: HttpRequest) -> bool:
        """The pages of sequences lead here."""
        return False
