"""Labels as FluentCRM shows them (recordings labels.json and funnels.json)."""

from typing import Any

from labels.models import Label
from wp_rest.dates import write_datetime


def show_label(label: Label) -> dict[str, Any]:
    """A label by itself. Labels have no parent, description or order here."""
    return {
        "id": label.pk,
        "parent_id": None,
        "slug": label.slug,
        "title": label.title,
        "position": "1.00",
        "description": None,
        "settings": {"color": label.color},
        "created_at": write_datetime(label.created_at),
        "updated_at": write_datetime(label.updated_at),
    }


def show_short_label(label: Label) -> dict[str, Any]:
    """A label as a part of what has it."""
    return {"id": label.pk, "slug": label.slug, "title": label.title, "color": label.color}
