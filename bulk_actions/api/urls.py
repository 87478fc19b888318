from django.urls import path

from bulk_actions.api.views import BulkActionView

urlpatterns = [
    path("subscribers/do-bulk-action", BulkActionView.as_view()),
    # Clients call /contacts as well; it is the same (contract.md).
    path("contacts/do-bulk-action", BulkActionView.as_view()),
]
