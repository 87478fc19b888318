"""A mailing's whole HTML: its body, in this site's frame unless the body is a document of its own."""

import re
from collections.abc import Mapping
from typing import Any

from django.template.loader import render_to_string
from django.utils.safestring import mark_safe

from emails.consent import asks_consent
from emails.design import RAW_DESIGNS
from emails.models import Mailing
from emails.settings import EmailSettings

# What a value of a style may hold: it stands in a style sheet, and cannot end it, nor load anything.
STYLE_VALUE = re.compile(r"[\w#.,%'\" -]*", re.ASCII)


def document_of(mailing: Mailing, site: EmailSettings, site_style: Mapping[str, Any]) -> str:
    """The HTML with its codes, before styles are inlined and links are counted."""
    if mailing.design in RAW_DESIGNS:
        return mailing.body
    chosen = mailing.settings.get("template_config")
    style = {**site_style, **(chosen if isinstance(chosen, dict) else {})}
    return render_to_string(
        "emails/frame.html",
        {
            # Codes stay codes, and what staff wrote stays HTML.
            "body": mark_safe(mailing.body),  # noqa: S308
            "footer": mark_safe(footer_of(mailing, site)),  # noqa: S308
            "pre_header": mailing.pre_header,
            "style": {name: mark_safe(value) for name, value in safe_values(style).items()},  # noqa: S308
        },
    )


def safe_values(style: Mapping[str, Any]) -> dict[str, str]:
    """The values that may stand in a style sheet; others are empty."""
    texts = {name: str(value) for name, value in style.items()}
    return {name: text if STYLE_VALUE.fullmatch(text) else "" for name, text in texts.items()}


def footer_of(mailing: Mailing, site: EmailSettings) -> str:
    """The mailing's own footer, else the site's; none under a request for consent."""
    if asks_consent(mailing.kind):
        return ""
    own = mailing.settings.get("footer_settings")
    if isinstance(own, dict) and own.get("custom_footer") == "yes":
        return str(own.get("footer_content") or "")
    return site.email_footer
