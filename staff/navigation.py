"""The menu beside each page, by what staff do; a user sees what they may view."""

from typing import Any

from django.apps import apps
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse

# Titles, and in each the models by label, with the name of a symbol (Material Symbols, served by the theme).
# A model without a screen is left out.
GROUPS: dict[str, dict[str, str]] = {
    "Contacts": {
        "subscribers.Subscriber": "group",
        "companies.Company": "apartment",
        "segments.Tag": "sell",
        "segments.ContactList": "list_alt",
        "dynamic_segments.DynamicSegment": "filter_alt",
        "notes.Note": "sticky_note_2",
    },
    "Mail": {
        "campaigns.Campaign": "campaign",
        "campaigns.Recurring": "event_repeat",
        "sequences.EmailSequence": "low_priority",
        "sequences.SequenceMail": "mark_email_unread",
        "sequences.SequenceTracker": "moving",
        "automations.Automation": "account_tree",
        "automations.Enrolment": "fork_right",
        "emails.Template": "draft",
        "smart_links.SmartLink": "ads_click",
        "emails.Message": "outgoing_mail",
        "emails.Consent": "verified_user",
    },
    "Activity": {
        "changes.Change": "history",
        "events.TrackedEvent": "bolt",
        "jobs.Job": "hourglass_top",
    },
    "Connections": {
        "webhooks.Webhook": "call_received",
        "webhooks.Endpoint": "call_made",
        "webhooks.Delivery": "forward_to_inbox",
        "accounts.ApplicationPassword": "password",
        "accounts.ApiKey": "key",
    },
    "Settings": {
        "options.Option": "tune",
        "custom_fields.CustomField": "text_fields",
        "pipelines.Stage": "steppers",
        "labels.Label": "label",
        "auth.User": "person",
        "auth.Group": "admin_panel_settings",
    },
}


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups of links, as the theme wants them. No statement beyond the user's permissions."""
    screens = screens_by_label()
    named = {label for models in GROUPS.values() for label in models}
    others = dict.fromkeys(sorted(screens.keys() - named), "table")
    return [
        {"title": title, "separator": title != "Contacts", "items": links}
        for title, models in {**GROUPS, "More": others}.items()
        if (links := [link(screens[label], icon) for label, icon in models.items() if shown(request, screens, label)])
    ]


def screens_by_label() -> dict[str, Any]:
    """The screen of each model that has one."""
    models = [model for model in apps.get_models() if admin.site.is_registered(model)]
    return {model._meta.label: admin.site.get_model_admin(model) for model in models}


def shown(request: HttpRequest, screens: dict[str, Any], label: str) -> bool:
    return (
        label in screens
        and screens[label].has_module_permission(request)
        and screens[label].has_view_or_change_permission(request)
        and bool(screens[label].get_model_perms(request))
    )


def link(screen: Any, icon: str) -> dict[str, Any]:
    opts = screen.opts
    return {
        "title": str(opts.verbose_name_plural)[:1].upper() + str(opts.verbose_name_plural)[1:],
        "icon": icon,
        "link": reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist"),
    }
