"""Codes in mails: `{{contact.first_name|there}}`, `##crm.unsubscribe_url##` in addresses.

A text is read once into its pieces (`split_codes`, one pass over it, however it is made); each message then puts
values between them. A value is never read for codes again: what a contact is called cannot become one.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.html import format_html

from emails.settings import EmailSettings

# Neither form spans lines or nests: every letter is looked at a bounded number of times (MAX_CODE).
MAX_CODE = 200
CODE = re.compile(rf"\{{\{{([^{{}}\n]{{1,{MAX_CODE}}})\}}\}}|##([a-z_.]{{1,60}})##|#(activate_link)#")
CONTACT_FIELDS = {
    "full_name": "Full Name",
    "prefix": "Name Prefix",
    "first_name": "First Name",
    "last_name": "Last Name",
    "email": "Contact Email",
    "id": "Contact ID",
    "user_id": "User ID",
    "address_line_1": "Address Line 1",
    "address_line_2": "Address Line 2",
    "city": "City",
    "state": "State",
    "postal_code": "Postal Code",
    "country": "Country",
    "phone": "Phone Number",
    "status": "Status",
    "date_of_birth": "Date of Birth",
}
# What GET /templates/smartcodes tells; recorded in templates.json.
SMARTCODES: list[dict[str, Any]] = [
    {
        "key": "contact",
        "title": "Contact",
        "shortcodes": {f"{{{{contact.{name}}}}}": label for name, label in CONTACT_FIELDS.items()},
    },
    {
        "key": "general",
        "title": "General",
        "shortcodes": {
            "{{crm.business_name}}": "Business Name",
            "{{crm.business_address}}": "Business Address",
            "{{wp.admin_email}}": "Admin Email",
            "##wp.url##": "Site URL",
            "{{other.date.+2 days}}": "Dynamic Date (ex: +2 days from now)",
            "{{other.date_format.D, d M, Y}}": "Custom Date Format (Any PHP Date Format)",
            "##crm.unsubscribe_url##": "Unsubscribe URL",
            "##crm.manage_subscription_url##": "Manage Subscription URL",
            "##web_preview_url##": "View On Browser URL",
            "{{crm.unsubscribe_html|Unsubscribe}}": "Unsubscribe Hyperlink HTML",
            "{{crm.manage_subscription_html|Manage Preference}}": "Manage Subscription Hyperlink HTML",
        },
    },
]
DATE = "Y-m-d"
DISTANCE = re.compile(r"([+-]?\d{1,5}) (day|week|hour|month|year)s?", re.ASCII)
HOURS = {"hour": 1, "day": 24, "week": 168, "month": 30 * 24, "year": 365 * 24}


@dataclass(frozen=True)
class Code:
    """`{{name|default}}`. `name` has its dots."""

    name: str
    default: str = ""


Piece = str | Code


def split_codes(text: str) -> list[Piece]:
    """The text as its literal parts and its codes, in their order."""
    pieces: list[Piece] = []
    end = 0
    for found in CODE.finditer(text):
        if found.start() > end:
            pieces.append(text[end : found.start()])
        name, _, default = (found[1] or found[2] or found[3]).partition("|")
        pieces.append(Code(name.strip(), default.strip()))
        end = found.end()
    if end < len(text):
        pieces.append(text[end:])
    return pieces


@dataclass(frozen=True)
class Context:
    """What codes stand for in a message: the columns of its contact, custom values, this site.

    `address` gives its public address for a purpose of emails.links; empty where it has none.
    """

    contact: Mapping[str, Any]
    custom_values: Mapping[str, Any]
    site: EmailSettings
    address: Callable[[str], str]


def value_of(code: Code, context: Context) -> str:
    """What a code stands for, as plain text; its default where that is empty or nobody knows the code."""
    group, _, name = code.name.partition(".")
    if purpose := ADDRESSES.get(code.name):
        value = context.address(purpose)
    else:
        value = READERS[group](name, context) if group in READERS else ""
    return value or code.default


def html_of(code: Code, context: Context) -> str | None:
    """The markup of a code that stands for a link or a button; None for a code that stands for a text."""
    named = LINKS.get(code.name)
    if named is None:
        return None
    purpose, words, template = named
    return format_html(template, context.address(purpose), code.default or words)


LINK = '<a href="{}">{}</a>'
BUTTON = (
    '<a href="{}" style="display: inline-block; padding: 12px 24px; border-radius: 4px; background-color: #1f4fd8; '
    'color: #ffffff; text-decoration: none;">{}</a>'
)
LINKS = {
    "crm.unsubscribe_html": ("unsubscribe", "Unsubscribe", LINK),
    "crm.manage_subscription_html": ("manage", "Manage Preference", LINK),
    "crm.activate_button": ("confirm", "Confirm Subscription", BUTTON),
}
# Codes that stand for an address of this server: they are signed already and never counted as clicks.
ADDRESSES = {
    "crm.unsubscribe_url": "unsubscribe",
    "crm.manage_subscription_url": "manage",
    "crm.activate_link": "confirm",
    "activate_link": "confirm",
    "web_preview_url": "view",
}


def of_contact(name: str, context: Context) -> str:
    kind, _, slug = name.partition(".")
    if kind == "custom":
        return as_text(context.custom_values.get(slug))
    return as_text(context.contact.get(name)) if name in CONTACT_FIELDS else ""


def of_crm(name: str, context: Context) -> str:
    return str(getattr(context.site, name)) if name in ("business_name", "business_address") else ""


def of_site(name: str, context: Context) -> str:
    return {"admin_email": context.site.admin_email, "url": context.site.site_url}.get(name, "")


def of_dates(name: str, context: Context) -> str:
    kind, _, wanted = name.partition(".")
    now = timezone.localtime()
    if kind == "date_format":
        return format_date(now, wanted)
    day = moved(now, wanted) if kind == "date" else None
    return format_date(day, DATE) if day else ""


def moved(start: datetime, distance: str) -> datetime | None:
    """The time `+2 days` after the start; None for what is no distance."""
    found = DISTANCE.fullmatch(distance.strip())
    try:
        return start + timedelta(hours=int(found[1]) * HOURS[found[2]]) if found else None
    except OverflowError:
        return None


def as_text(value: Any) -> str:
    if value is None:
        return ""
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


READERS: Mapping[str, Callable[[str, Context], str]] = {
    "contact": of_contact,
    "crm": of_crm,
    "wp": of_site,
    "other": of_dates,
}
