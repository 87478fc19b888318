"""Every screen of the admin: Django finds this module, and it finds the screens."""

from staff import (  # noqa: F401 - each registers what it shows
    api_keys,
    application_passwords,
    changes,
    companies,
    contacts,
    custom_fields,
    events,
    notes,
    segments,
    stages,
    webhooks,
)

# Only now is every page registered on which notes are shown.
notes.show_notes()
