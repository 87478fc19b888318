"""The routes of contacts, groups and webhooks."""

from fluenzr.views.changes import ChangesView
from fluenzr.views.contacts import BulkView, ContactDetailView, ContactListView, SearchView
from fluenzr.views.groups import ContactsOfGroupView, GroupDetailView, GroupListView
from fluenzr.views.links import GroupsOfContactView, TagsOfContactView
from fluenzr.views.webhooks import (
    LogsView,
    LogView,
    ResendView,
    SecretView,
    TestView,
    WebhookDetailView,
    WebhookListView,
)

__all__ = [
    "BulkView",
    "ChangesView",
    "ContactDetailView",
    "ContactListView",
    "ContactsOfGroupView",
    "GroupDetailView",
    "GroupListView",
    "GroupsOfContactView",
    "LogView",
    "LogsView",
    "ResendView",
    "SearchView",
    "SecretView",
    "TagsOfContactView",
    "TestView",
    "WebhookDetailView",
    "WebhookListView",
]
