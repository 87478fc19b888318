"""The routes below /v1/. A slash at the end is ignored; nothing redirects."""

from django.urls import URLPattern, re_path

from fluenzr import views
from fluenzr.dialect import FluenzrView, NoRouteView
from fluenzr.openapi.views import DocumentView, PageView

CONTACT, GROUP = "contacts/(?P<contact>[^/]+)", "groups/(?P<group>[^/]+)"
WEBHOOK = "webhooks/(?P<webhook>[^/]+)"
LOG = f"{WEBHOOK}/logs/(?P<log>[^/]+)"


def route(pattern: str, view: type[FluenzrView]) -> URLPattern:
    return re_path(rf"^{pattern}/?$", view.as_view())


urlpatterns = [
    route("contacts", views.ContactListView),
    route("contacts/bulk", views.BulkView),
    route("contacts/changes", views.ChangesView),
    route("contacts/search", views.SearchView),
    route(CONTACT, views.ContactDetailView),
    route(f"{CONTACT}/groups", views.GroupsOfContactView),
    route(f"{CONTACT}/tags", views.TagsOfContactView),
    route("groups", views.GroupListView),
    route(GROUP, views.GroupDetailView),
    route(f"{GROUP}/contacts", views.ContactsOfGroupView),
    route("webhooks", views.WebhookListView),
    route(WEBHOOK, views.WebhookDetailView),
    route(f"{WEBHOOK}/secret", views.SecretView),
    route(f"{WEBHOOK}/test", views.TestView),
    route(f"{WEBHOOK}/logs", views.LogsView),
    route(LOG, views.LogView),
    route(f"{LOG}/resend", views.ResendView),
    route(r"openapi\.json", DocumentView),
    route("docs", PageView),
    re_path(r"", NoRouteView.as_view()),
]
