"""The block that posts the contact to an address: a signed webhook, kept and sent by the worker, with retries."""

from collections.abc import Mapping
from typing import Any, ClassVar

from automations.parts.values import Settings, text
from automations.registry import Action, BlockFailed, Outcome, Run, register_block
from emails.codes import Code, Context, split_codes, value_of
from emails.settings import EmailSettings, read_settings
from subscribers.reading import COLUMNS, Contact, read_contacts
from webhooks.services.posting import Post, queue_posts

EVENT = "automation.webhook"


@register_block
class OutgoingWebhook(Action):
    """`secret` signs it. The body has the contact, or what `body_data_values` name, with codes such as those of mails."""

    name, label, icon = "outgoing_webhook", "Outgoing Webhook", "fc-icon-webhooks"
    description = "Posts the contact to an address."
    settings: ClassVar[Settings] = {
        "sending_method": "POST",
        "remote_url": "",
        "request_format": "json",
        "body_data_type": "subscriber_data",
        "body_data_values": [{"data_key": "", "data_value": ""}],
        "header_type": "no_headers",
        "header_data": [{"data_key": "", "data_value": ""}],
        "secret": "",
    }

    def check(self, settings: Settings) -> str:
        url = text(settings, "remote_url")
        if not url.lower().startswith(("http://", "https://")):
            return "Enter the address, with http:// or https://."
        if text(settings, "sending_method").upper() not in ("", "POST"):
            return "Webhooks are posted: choose POST."
        return ""

    def run(self, run: Run) -> Outcome | None:
        if problem := self.check(run.settings):
            raise BlockFailed(problem)
        contacts = read_contacts(sorted(run.contacts), custom_values=True, further=True)
        site = read_settings()
        queue_posts([post_of(run, contact, site) for contact in contacts])
        return None


def post_of(run: Run, contact: Contact, site: EmailSettings) -> Post:
    settings = run.settings
    shown = shown_contact(contact)
    context = Context(shown, shown["custom_values"], site, lambda _: "")
    payload: Mapping[str, Any] = shown
    if text(settings, "body_data_type") == "custom":
        payload = filled(settings.get("body_data_values"), context)
    headers: Mapping[str, str] = {}
    if text(settings, "header_type") == "with_headers":
        headers = filled(settings.get("header_data"), context)
    return Post(
        url=text(settings, "remote_url"),
        event_type=EVENT,
        payload=payload,
        secret=text(settings, "secret"),
        contact_id=contact.values[0],
        headers=headers,
        form="json" if text(settings, "request_format") in ("", "json") else "form",
    )


def shown_contact(contact: Contact) -> dict[str, Any]:
    """The contact with the keys of its columns, and the titles of its tags and lists."""
    columns: dict[str, Any] = dict(zip(COLUMNS, map(plain, contact.values), strict=True))
    return columns | {
        "full_name": f"{columns['first_name'] or ''} {columns['last_name'] or ''}".strip(),
        "tags": [link.title for link in contact.tags],
        "lists": [link.title for link in contact.lists],
        "custom_values": contact.custom_values or {},
    }


def plain(value: Any) -> Any:
    return value if isinstance(value, str | int | None) else str(value)


def filled(rows: Any, context: Context) -> dict[str, str]:
    """Rows of {data_key, data_value}, with the values of their codes."""
    found = [row for row in (rows if isinstance(rows, list) else []) if isinstance(row, Mapping)]
    return {text(row, "data_key"): fill(text(row, "data_value"), context) for row in found if text(row, "data_key")}


def fill(template: str, context: Context) -> str:
    return "".join(value_of(one, context) if isinstance(one, Code) else one for one in split_codes(template))
