"""The numbers of GET /reports/dashboard-stats (recording reports-and-options.json)."""

from typing import Any

from django.conf import settings

from emails.models import CONSENT_KINDS, Message, State, Template
from segments.counts import count_contacts
from segments.models import Tag
from subscribers.models import Status, Subscriber

# Title, page and icon of the links on the dashboard.
QUICK_LINKS = (
    ("Contacts", "/admin/subscribers/subscriber/", "el-icon-user"),
    ("Contact Segments", "/admin/segments/contactlist/", "el-icon-folder"),
    ("Incoming Hooks", "/admin/webhooks/webhook/", "el-icon-link"),
    ("Documentations", "/wp-json/fluent-crm/v2/docs", "el-icon-document"),
)


def dashboard() -> dict[str, Any]:
    """Five statements: the kept counts of contacts, the tags, whether there is a contact, the mails, the templates."""
    tag_count = Tag.objects.count()
    sent = Message.objects.filter(state=State.SENT).exclude(kind__in=CONSENT_KINDS).count()
    steps = [
        step("Create a Tag", "tags", done=tag_count > 0),
        step("Import Contacts", "subscribers", done=Subscriber.objects.exists()),
        step("Create a Campaign", "campaigns", done=False),
        step("Create an Automation", "funnels", done=False),
        step("Create a Form", "forms", done=False),
    ]
    return {
        "stats": {
            "total_subscribers": number("Active Contacts", "subscribers", count_contacts(statuses=[Status.SUBSCRIBED])),
            # What is always 0 does not exist yet.
            "total_campaigns": number("Campaigns", "campaigns", 0),
            "email_sent": number("Emails Sent", "all_emails", sent),
            "tags": number("Tags", "tags", tag_count),
            "total_templates": number("Email Templates", "templates", Template.objects.count()),
            "total_automations": number("Active Automations", "funnels", 0),
        },
        "sales": [],
        "dashboard_notices": [],
        "onboarding": {"total": len(steps), "completed": sum(one["completed"] for one in steps), "steps": steps},
        "quick_links": [
            {"title": title, "url": settings.SITE_URL + path, "icon": icon} for title, path, icon in QUICK_LINKS
        ],
        "ff_config": {"is_installed": False, "create_form_link": f"{settings.SITE_URL}/admin/webhooks/webhook/add/"},
        "recommendation": False,
        "system_tips": "",
    }


def number(title: str, page: str, count: int) -> dict[str, Any]:
    return {"title": title, "count": count, "route": {"name": page}}


def step(label: str, page: str, *, done: bool) -> dict[str, Any]:
    return {"label": label, "completed": done, "route": {"name": page}}
