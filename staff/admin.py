"""Imports every screen of the admin: Django finds this module by its name."""

from staff import (  # noqa: F401 - each registers what it shows
    api_keys,
    application_passwords,
    automations,
    campaigns,
    changes,
    companies,
    consents,
    contacts,
    custom_fields,
    dynamic_segments,
    events,
    jobs,
    labels,
    mail_templates,
    messages,
    notes,
    outgoing_webhooks,
    recurring,
    segments,
    sequence_mails,
    sequences,
    settings,
    smart_links,
    stages,
    users,
    webhooks,
)

# Last, when every page that shows notes is registered.
notes.show_notes()
