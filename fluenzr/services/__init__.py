"""Writing what FluenzR's clients send, through the services that every face uses.

Names become rows by subscribers.resolve: titles of tags, names of companies, keys of custom fields. Each function is
one transaction, so what is refused has made none of them, and costs a fixed number of statements
however many contacts there are.
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
