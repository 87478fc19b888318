"""Writes what FluenzR's clients send, with the services that every face uses.

`names` turns titles of tags, names of companies and keys of custom fields into rows. Each function is one transaction,
so that a refused request creates none of them. It takes a fixed number of statements for any number of contacts.
"""

from fluenzr.services.bulk import BulkOutcome, write_contacts
from fluenzr.services.contacts import create_contact, tag_contact, untag_contact, update_contact
from fluenzr.services.inputs import ContactInput, Problem, Refused
from fluenzr.services.names import missing_groups

__all__ = [
    "BulkOutcome",
    "ContactInput",
    "Problem",
    "Refused",
    "create_contact",
    "missing_groups",
    "tag_contact",
    "untag_contact",
    "update_contact",
    "write_contacts",
]
