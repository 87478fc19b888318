"""The routes of contacts and of groups."""

from fluenzr.views.contacts import BulkView, ContactDetailView, ContactListView, SearchView
from fluenzr.views.groups import ContactsOfGroupView, GroupDetailView, GroupListView
from fluenzr.views.links import GroupsOfContactView, TagsOfContactView

__all__ = [
    "BulkView",
    "ContactDetailView",
    "ContactListView",
    "ContactsOfGroupView",
    "GroupDetailView",
    "GroupListView",
    "GroupsOfContactView",
    "SearchView",
    "TagsOfContactView",
]
