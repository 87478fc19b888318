from django.urls import URLPattern, path

from profile_sections.api import views


def routes(prefix: str) -> list[URLPattern]:
    return [
        path(f"{prefix}/<id:pk>/{view.section}", view.as_view())
        for view in (
            views.PurchaseHistoryView,
            views.FormSubmissionsView,
            views.SupportTicketsView,
            views.ExternalViewView,
            views.InfoWidgetsView,
        )
    ]


# Clients call /contacts as well; it is the same (contract.md).
urlpatterns = [*routes("subscribers"), *routes("contacts")]
