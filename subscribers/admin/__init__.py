"""The admin's screens of contacts, companies and changes. What they write goes through the services."""

from subscribers.admin.changes import ChangeAdmin
from subscribers.admin.companies import CompanyAdmin
from subscribers.admin.contacts import SubscriberAdmin

__all__ = ["ChangeAdmin", "CompanyAdmin", "SubscriberAdmin"]
