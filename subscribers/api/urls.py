from typing import Any

from django.urls import URLPattern, path

from subscribers.api import views


def routes(prefix: str) -> list[URLPattern]:
    segments: dict[str, dict[str, Any]] = {
        "tags": {"kind": "tags"},
        "tags/detach": {"kind": "tags", "attach": False},
        "lists": {"kind": "lists"},
        "lists/detach": {"kind": "lists", "attach": False},
    }
    return [
        path(prefix, views.ContactListView.as_view()),
        path(f"{prefix}/<id:pk>", views.ContactDetailView.as_view()),
        path(f"{prefix}/subscribers-property", views.ContactsPropertyView.as_view()),
        path(f"{prefix}/sync-segments", views.SyncSegmentsView.as_view()),
        path(f"{prefix}/bulk-add-update", views.BulkAddUpdateView.as_view()),
        path(f"{prefix}/search-contacts", views.SearchContactsView.as_view()),
        path(f"{prefix}/prev-next-ids", views.PrevNextView.as_view()),
        *(
            path(f"{prefix}/<id:pk>/{name}", views.SegmentsOfContactView.as_view(**options))
            for name, options in segments.items()
        ),
    ]


# Clients call /contacts as well; it is the same (contract.md).
urlpatterns = [
    *routes("subscribers"),
    *routes("contacts"),
]
