"""Templates in FluentCRM's words (templates.json)."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings

from emails.design import site_style
from emails.models import Template
from wp_rest.dates import write_datetime

FOOTER_SETTINGS: Mapping[str, str] = {"custom_footer": "no", "footer_content": ""}


def show_template(template: Template) -> dict[str, Any]:
    return {
        "post_title": template.title,
        "post_content": template.body,
        "post_excerpt": template.pre_header,
        "email_subject": template.subject,
        "edit_type": template.edit_type,
        "design_template": template.design,
        "settings": template.settings,
    }


def show_blank_template() -> dict[str, Any]:
    """What a new template starts from. One statement."""
    return show_template(Template(settings={"template_config": site_style(), "footer_settings": dict(FOOTER_SETTINGS)}))


def show_listed_template(template: Template) -> dict[str, Any]:
    """A template of a page: a post of WordPress, most of whose columns say nothing here."""
    created, updated = template.created_at, template.updated_at
    return {
        "ID": template.pk,
        "post_author": str(template.created_by_id or 0),
        "post_date": write_datetime(created),
        "post_date_gmt": f"{created:%Y-%m-%d %H:%M:%S}",
        "post_content": template.body,
        "post_title": template.title,
        "post_excerpt": template.pre_header,
        "post_status": template.status,
        "comment_status": "closed",
        "ping_status": "closed",
        "post_password": "",
        "post_name": "",
        "to_ping": "",
        "pinged": "",
        "post_modified": write_datetime(updated),
        "post_modified_gmt": f"{updated:%Y-%m-%d %H:%M:%S}",
        "post_content_filtered": "",
        "post_parent": "0",
        "guid": f"{settings.SITE_URL}/?p={template.pk}",
        "menu_order": "0",
        "post_type": "fc_template",
        "post_mime_type": "",
        "comment_count": "0",
        "design_template": template.design,
    }
