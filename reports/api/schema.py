"""Describes the routes of reports (see rest.openapi; recording reports-and-options.json)."""

from typing import Any

from reports.api.options import OPTIONS, PROFILE_SECTIONS
from rest.openapi import (
    ANYTHING,
    BOOLEAN,
    COUNT,
    ID,
    TEXT,
    Operation,
    Routes,
    Schema,
    listed,
    mapped,
    obj,
    one_of,
    query,
    ref,
    say,
)
from wp_rest.openapi import DIGITS, INVALID, MISSING, message

ROUTE = obj({"name": say(TEXT, "The page in FluentCRM.")}, title="ScreenRoute")
NUMBER = obj({"title": TEXT, "count": COUNT, "route": ROUTE}, title="DashboardNumber")
STEP = obj({"label": TEXT, "completed": BOOLEAN, "route": ROUTE}, title="OnboardingStep")
LINK = obj({"title": TEXT, "url": TEXT, "icon": TEXT}, title="QuickLink")
WORD = obj({"id": TEXT, "slug": TEXT, "title": TEXT}, title="WordOption")
NUMBERS = ("total_subscribers", "total_campaigns", "email_sent", "tags", "total_templates", "total_automations")
COMPONENTS: dict[str, Schema] = {}
LISTS: dict[str, Schema] = {
    "tags": listed(obj({"id": ID, "slug": TEXT, "title": TEXT, "value": DIGITS, "label": TEXT}, title="TagOption")),
    "lists": listed(
        obj(
            {"id": ID, "slug": TEXT, "title": TEXT, "subscribersCount": COUNT},
            optional=["subscribersCount"],
            title="ListOption",
        )
    ),
    "custom_fields": listed(ref("CustomField")),
    "countries": listed(obj({"code": TEXT, "title": TEXT, "id": TEXT, "slug": TEXT}, title="CountryOption")),
    "statuses": listed(WORD),
    "editable_statuses": listed(WORD),
    "contact_types": listed(WORD),
    "profile_sections": obj(
        dict.fromkeys(PROFILE_SECTIONS, obj({"name": TEXT, "title": TEXT, "handler": TEXT}, title="ProfileSection")),
        title="ProfileSections",
    ),
    "roles": mapped(obj({"name": TEXT, "capabilities": mapped(BOOLEAN)}, title="WordPressRole")),
    "campaigns": listed(ANYTHING, maxItems=0),
    "email_sequences": listed(obj({"id": ID, "title": TEXT}, title="SequenceOption")),
}
TOPIC = "Reports"


def number_example(title: str, page: str, count: int) -> dict[str, Any]:
    return {"title": title, "count": count, "route": {"name": page}}


ROUTES: Routes = {
    "/fluent-crm/v2/reports/ping": {
        "GET": Operation(
            name="ping",
            topic=TOPIC,
            summary="Test the credentials",
            description="Checks that your credentials are valid and may read contacts.",
            answer=message("pong"),
            example={"message": "pong"},
        ),
    },
    "/fluent-crm/v2/reports/options": {
        "GET": Operation(
            name="getOptions",
            topic=TOPIC,
            summary="Get lists of options",
            description="Returns lists of options for forms: tags, lists, statuses, countries and more.",
            parameters=[
                query("fields", TEXT, f"The lists to return, separated by commas: {', '.join(OPTIONS)}."),
                query(
                    "with_count[]",
                    listed(one_of("lists")),
                    "If it has `lists`, each list has the number of its subscribed contacts.",
                ),
            ],
            answer=obj({"options": obj(LISTS, optional=LISTS, title="Options")}),
            example={"options": {"lists": [{"id": 1, "slug": "newsletter", "title": "Newsletter"}]}},
            refusals={400: INVALID, 422: MISSING},
        ),
    },
    "/fluent-crm/v2/reports/dashboard-stats": {
        "GET": Operation(
            name="getDashboardStats",
            topic=TOPIC,
            summary="Get the numbers of the dashboard",
            answer=obj(
                {
                    "stats": obj(dict.fromkeys(NUMBERS, NUMBER), title="DashboardNumbers"),
                    "sales": listed(ANYTHING, maxItems=0),
                    "dashboard_notices": listed(TEXT),
                    "onboarding": obj({"total": COUNT, "completed": COUNT, "steps": listed(STEP)}, title="Onboarding"),
                    "quick_links": listed(LINK),
                    "ff_config": obj({"is_installed": BOOLEAN, "create_form_link": TEXT}, title="FormsConfig"),
                    "recommendation": BOOLEAN,
                    "system_tips": TEXT,
                }
            ),
            example={
                "stats": {
                    "total_subscribers": number_example("Active Contacts", "subscribers", 120),
                    "total_campaigns": number_example("Campaigns", "campaigns", 0),
                    "email_sent": number_example("Emails Sent", "all_emails", 0),
                    "tags": number_example("Tags", "tags", 3),
                    "total_templates": number_example("Email Templates", "templates", 0),
                    "total_automations": number_example("Active Automations", "funnels", 0),
                },
                "sales": [],
                "dashboard_notices": [],
                "onboarding": {
                    "total": 5,
                    "completed": 1,
                    "steps": [{"label": "Create a Tag", "completed": True, "route": {"name": "tags"}}],
                },
                "quick_links": [],
                "ff_config": {"is_installed": False, "create_form_link": "https://crm.example.com/admin/"},
                "recommendation": False,
                "system_tips": "",
            },
        ),
    },
}
