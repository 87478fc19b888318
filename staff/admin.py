"""Imports every screen of the admin: Django finds this module by its name."""

from staff import (  # noqa: F401 - each registers what it shows
    api_keys,
    application_passwords,
    changes,
    companies,
    consents,
    contacts,
    custom_fields,
    events,
    jobs,
    mail_templates,
    messages,
    notes,
    segments,
    stages,
    webhooks,
)

# Last, when every page that shows notes is registered.
notes.show_notes()
