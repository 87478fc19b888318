"""What staff set for all mails: the sender, the footer, the business (groups of options)."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model

from options.services import read_options

EMAIL, BUSINESS = "email_settings", "business_settings"
FOOTER = (
    "<p>{{crm.business_name}}<br>{{crm.business_address}}</p>"
    '<p><a href="##crm.manage_subscription_url##">Manage your preferences</a> or '
    '<a href="##crm.unsubscribe_url##">unsubscribe</a>.</p>'
)
ADMIN_EMAIL = "{{wp.admin_email}}"


@dataclass(frozen=True)
class EmailSettings:
    """The settings as a mail uses them. `emails_per_second` 0 is no limit."""

    from_name: str
    from_email: str
    reply_to_name: str
    reply_to_email: str
    emails_per_second: int
    email_footer: str
    business_name: str
    business_address: str
    admin_email: str
    site_url: str


def shown_settings(names: list[str]) -> dict[str, dict[str, Any]]:
    """Groups of options with their defaults, in the API's keys (settings.json); other names are left out. One statement."""
    defaults: dict[str, dict[str, Any]] = {
        EMAIL: {
            "from_name": "",
            "from_email": "",
            "reply_to_name": "",
            "reply_to_email": "",
            "emails_per_second": settings.EMAIL_RATE,
            "email_footer": FOOTER,
        },
        BUSINESS: {"business_name": settings.SITE_NAME, "business_address": "", "admin_email": ADMIN_EMAIL},
    }
    known = [name for name in names if name in defaults]
    return {name: {**defaults[name], **values} for name, values in read_options(known).items()}


def read_settings() -> EmailSettings:
    """One statement, and one where the business has no address for its mail."""
    groups = shown_settings([EMAIL, BUSINESS])
    email, business = groups[EMAIL], groups[BUSINESS]
    admin_email = business["admin_email"]
    if admin_email in ("", ADMIN_EMAIL):
        users = get_user_model().objects.filter(is_superuser=True, is_active=True).exclude(email="").order_by("pk")
        admin_email = users.values_list("email", flat=True).first() or ""
    return EmailSettings(
        **{name: email[name] for name in ("from_name", "from_email", "reply_to_name", "reply_to_email")},
        emails_per_second=email["emails_per_second"],
        email_footer=email["email_footer"],
        business_name=business["business_name"],
        business_address=business["business_address"],
        admin_email=admin_email,
        site_url=settings.SITE_URL,
    )
