from typing import Any

from django.urls import URLPattern, path

from subscribers import company_views, views


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
    path("companies", company_views.CompanyListView.as_view()),
    path("companies/<id:pk>", company_views.CompanyDetailView.as_view()),
    path("companies/search", company_views.SearchCompaniesView.as_view()),
    path("companies/search-unattached-contacts", company_views.UnattachedContactsView.as_view()),
    path("companies/attach-subscribers", company_views.AttachSubscribersView.as_view()),
    path("companies/detach-subscribers", company_views.DetachSubscribersView.as_view()),
    path("companies/companies-property", company_views.CompaniesPropertyView.as_view()),
    path("companies/do-bulk-action", company_views.CompaniesBulkActionView.as_view()),
]
