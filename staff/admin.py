"""Imports every screen of the admin: Django finds this module by its name."""

from staff import (  # noqa: F401 - each registers what it shows
    api_keys,
    application_passwords,
    changes,
    companies,
    contacts,
    custom_fields,
    events,
    jobs,
    notes,
    segments,
    stages,
    webhooks,
)

# Last, when every page that shows notes is registered.
notes.show_notes()
