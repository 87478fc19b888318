"""The form of the site's settings. What a value may be the API's serializers decide, as for clients."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django import forms
from unfold.widgets import (
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from emails.api.optin_serializers import OptinSettingsSerializer
from emails.double_optin import GENERAL, general_settings
from emails.settings import BUSINESS, EMAIL, shown_settings
from options.api.serializers import BusinessSettingsSerializer, EmailSettingsSerializer
from options.services import write_option
from wp_rest.exceptions import FieldErrors, RestError


class Line(forms.CharField):
    def __init__(self, label: str, help_text: str = "", **options: Any) -> None:
        widget = options.pop("widget", UnfoldAdminTextInputWidget())
        super().__init__(label=label, help_text=help_text, required=False, widget=widget, **options)


class Lines(Line):
    def __init__(self, label: str, help_text: str = "") -> None:
        super().__init__(label, help_text, widget=UnfoldAdminTextareaWidget())

    def to_python(self, value: Any) -> str:
        # Browsers send other ends of lines than were kept: that is no change.
        return str(super().to_python(value)).replace("\r\n", "\n")


class Group(NamedTuple):
    """Settings that are kept together (an option), and what reads them."""

    option: str
    serializer: Any
    title: str
    description: str
    fields: tuple[str, ...]


OPTIN_FIELDS = (
    *("email_subject", "email_pre_header", "email_body"),
    *("after_confirmation_type", "after_confirm_message", "after_conf_redirect_url"),
)
GROUPS = (
    Group(
        BUSINESS,
        BusinessSettingsSerializer,
        "Business",
        "Mails name it at their end, as the law of many countries asks.",
        ("business_name", "business_address", "admin_email"),
    ),
    Group(
        EMAIL,
        EmailSettingsSerializer,
        "Mail",
        "From whom mails come, how many leave in a second, and how they end.",
        ("from_name", "from_email", "reply_to_name", "reply_to_email", "emails_per_second", "email_footer"),
    ),
    Group(
        GENERAL,
        OptinSettingsSerializer,
        "Double opt-in",
        "What new contacts are asked before they get mails. A list may have words of its own: see its page.",
        OPTIN_FIELDS,
    ),
)


class OptinForm(forms.Form):
    """What contacts are asked, and what follows once they confirm."""

    email_subject = Line("Subject")
    email_pre_header = Line("Preview text", "What mailboxes show behind the subject.")
    email_body = Lines("Text", "HTML. It must hold the button: {{crm.activate_button|Yes, subscribe me}}.")
    after_confirmation_type = forms.ChoiceField(
        label="After the confirmation",
        choices=[("message", "Show a message"), ("redirect", "Go to an address")],
        widget=UnfoldAdminSelectWidget(),
    )
    after_confirm_message = Lines("Message", "HTML.")
    after_conf_redirect_url = Line("Address to go to")


class SettingsForm(OptinForm):
    field_order = [name for group in GROUPS for name in group.fields]

    business_name = Line("Name")
    business_address = Lines("Address")
    admin_email = Line("E-mail address", "{{wp.admin_email}} is the address of the first user who may do everything.")
    from_name = Line("Sender's name", "Empty: the name of the business.")
    from_email = Line("Sender's address", "Empty: the address of the business.")
    reply_to_name = Line("Name for replies")
    reply_to_email = Line("Address for replies", "Empty: replies go to the sender.")
    emails_per_second = forms.IntegerField(
        label="Mails a second", help_text="0 is no limit.", widget=UnfoldAdminIntegerFieldWidget()
    )
    email_footer = Lines("Footer", "HTML. It must show how to leave, as ##crm.unsubscribe_url##.")

    def __init__(self, *arguments: Any, may_change: bool, **options: Any) -> None:
        super().__init__(*arguments, **{"initial": current_values(), **options})
        # By option, what the API's serializers made of what was changed.
        self.accepted: dict[str, dict[str, Any]] = {}
        for field in self.fields.values():
            field.disabled = not may_change

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        for group in GROUPS:
            changed = {name: cleaned[name] for name in group.fields if name in self.changed_data and name in cleaned}
            if not changed:
                continue
            before = {name: self.initial[name] for name in group.fields}
            serializer = group.serializer(before, data=changed)
            for name, text in problems(serializer, group.fields):
                self.add_error(name, text)
            self.accepted[group.option] = dict(serializer.validated_data) if not self.errors else {}
        return cleaned

    def save(self) -> None:
        """Keep what was changed; what another user changes meanwhile stays."""
        for option, values in self.accepted.items():
            write_option(option, values)


def problems(serializer: Any, fields: Sequence[str]) -> Iterator[tuple[str, str]]:
    """By field, what is wrong."""
    errors: Any
    try:
        serializer.is_valid()
        errors = serializer.errors
    except FieldErrors as error:
        errors = {name: error.beside["errors"][name] for name in error.beside["errors"]}
    except RestError as error:
        errors = {"email_body": [error.message]}
    for name, texts in errors.items():
        for text in texts:
            yield name if name in fields else fields[0], str(text).replace(f"The {name} ", "This ")


def current_values() -> dict[str, Any]:
    """Two statements."""
    groups = shown_settings([EMAIL, BUSINESS])
    return {**groups[EMAIL], **groups[BUSINESS], **general_settings().shown()}
